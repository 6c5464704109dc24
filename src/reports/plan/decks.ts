import { keyedPermutation, type Permutation, Random, UsageError } from '../../base/index.js';
import type { EntityType } from '../../data/index.js';
import type { Bank, BankEntity } from '../../entities/index.js';
import type { PlanSettings } from './settings.js';

/** The entities of one type, in an endless order of which any place is computed alone. */
export interface Deck {
  readonly type: EntityType;
  /** In the order of their concepts, so that the order in the bank's file does not matter. */
  readonly entities: readonly BankEntity[];
  /** Number in the bank's list of all drawable entities of the first of `entities`. */
  readonly first: number;
  /** The entity (its number among all) at a place from 0 on. */
  at(place: number): number;
  /** The share of the deck's draws that are this entity. */
  shareOf(entity: number): number;
  /** What may be exchanged with a block that ends at this place without harm to the balance. */
  reserve(used: number): Reserve;
}

/** Entities that have not been dealt and may be taken for others. */
export interface Reserve {
  /** Those left to take; drawn when first asked for. */
  entities(): number[];
  /** Whether an entity may be given for one of the reserve. */
  mayLeave(entity: number): boolean;
}

/** How many entities a reserve has at most. */
const RESERVE_SIZE = 128;

/** All that plans may draw. */
export interface Decks {
  /** Every drawable entity; its place in this list is its number. */
  readonly entities: readonly BankEntity[];
  readonly of: Readonly<Record<EntityType, Deck>>;
}

const TYPES: readonly EntityType[] = ['ABNORMALITY', 'DISEASE', 'NON-ABNORMALITY', 'NON-DISEASE', 'ANATOMY'];

/** Lays out the entities of a bank by type. */
export function layDecks(bank: Bank, settings: PlanSettings): Decks {
  const wanted = settings.concepts === undefined ? undefined : new Set(settings.concepts);
  if (wanted !== undefined) {
    const known = new Set(bank.entities.map(entity => entity.concept));
    const unknown = settings.concepts?.find(concept => !known.has(concept));
    if (unknown !== undefined) {
      throw new UsageError({
        fault: `the bank has no concept "${unknown}"`,
        mend: 'name concepts as they stand in the bank',
      });
    }
  }
  const entities: BankEntity[] = [];
  const decks = TYPES.map(type => {
    const ofType = bank.entities
      .filter(entity => entity.type === type && (wanted === undefined || wanted.has(entity.concept)))
      .filter(entity => settings.mode === 'balanced' || entity.count > 0)
      .sort((one, other) => (one.concept < other.concept ? -1 : one.concept > other.concept ? 1 : 0));
    const first = entities.length;
    entities.push(...ofType);
    return settings.mode === 'balanced'
      ? balancedDeck(type, ofType, first, settings.seed)
      : naturalDeck(type, ofType, first, settings.seed);
  });
  return {
    entities,
    of: Object.fromEntries(decks.map(deck => [deck.type, deck])) as Record<EntityType, Deck>,
  };
}

/** Round after round, each a random order of all entities: no entity is ever two uses ahead of another. */
function balancedDeck(type: EntityType, entities: readonly BankEntity[], first: number, seed: number): Deck {
  const size = entities.length;
  let round = -1;
  let order: Permutation | undefined;
  function at(place: number): number {
    const wanted = Math.floor(place / size);
    if (order === undefined || wanted !== round) {
      round = wanted;
      order = keyedPermutation(size, Random.of(seed, 'plan', type, round));
    }
    return first + order.at(place - round * size);
  }
  return {
    type,
    entities,
    first,
    at,
    shareOf: () => 1 / size,
    reserve(used) {
      // At the plan's end, in the broken round, an entity that had its turn may change places with one that had not.
      const begun = size === 0 ? 0 : used % size;
      const left = begun === 0 ? 0 : Math.min(size - begun, RESERVE_SIZE);
      const turn = once(() => new Set(Array.from({ length: begun }, (_, step) => at(used - begun + step))));
      return {
        entities: once(() => Array.from({ length: left }, (_, step) => at(used + step))),
        mayLeave: entity => turn().has(entity),
      };
    },
  };
}

/** Each place draws for itself, entities as likely as they are frequent in the bank's source. */
function naturalDeck(type: EntityType, entities: readonly BankEntity[], first: number, seed: number): Deck {
  const upTo = new Float64Array(entities.length);
  let total = 0;
  entities.forEach((entity, index) => {
    total += entity.count;
    upTo[index] = total;
  });
  function draw(random: Random): number {
    const target = random.next() * total;
    let low = 0;
    let high = entities.length - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (upTo[middle]! > target) high = middle;
      else low = middle + 1;
    }
    return first + low;
  }
  return {
    type,
    entities,
    first,
    at: place => draw(Random.of(seed, 'plan', type, place)),
    shareOf: entity => (entities[entity - first]?.count ?? 0) / total,
    reserve: used => ({
      entities: once(() => {
        const random = Random.of(seed, 'plan', type, 'reserve', used);
        return total === 0 ? [] : Array.from({ length: RESERVE_SIZE }, () => draw(random));
      }),
      mayLeave: () => true,
    }),
  };
}

/** The weight of a type where the settings give no shares. */
export function naturalShare(deck: Deck, mode: PlanSettings['mode']): number {
  if (mode === 'balanced') return deck.entities.length;
  return deck.entities.reduce((sum, entity) => sum + entity.count, 0);
}

/** Makes a value when it is first asked for. */
function once<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
