import { Random, UsageError } from '../../base/index.js';
import type { EntityType } from '../../data/index.js';
import type { Conflicts } from './conflicts.js';
import { type Deck, type Decks, naturalShare, type Reserve } from './decks.js';
import { exchangeConflicts } from './exchange.js';
import { countsByShare, countsByWeights } from './findings-counts.js';
import { subjectOf } from './rules/index.js';
import type { PlanSettings } from './settings.js';

/**
 * Samples that are drawn together. A block is the unit that can be made alone: it takes a known stretch of
 * each deck, deals it to its samples, and exchanges among them what breaks a rule. Large enough to find a partner for
 * an exchange, small enough to be made again for one sample in under a millisecond.
 */
export const BLOCK_SIZE = 64;

const PRESENT = ['ABNORMALITY', 'DISEASE'] as const;
const ABSENT = ['NON-ABNORMALITY', 'NON-DISEASE'] as const;

/** How many places of each deck are used before a sample that begins a block, and how many findings its samples have. */
export interface Layout {
  readonly blocks: number;
  /** Uses of each type in the whole plan. */
  readonly totals: Readonly<Record<keyof Decks['of'], number>>;
  /** Draws one block: for each of its samples the numbers of its entities, findings that are there first, anatomy last. */
  draw(block: number): Int32Array[];
}

/** @throws UsageError when the bank cannot serve these settings. */
export function layOut(decks: Decks, settings: PlanSettings, conflicts: Conflicts): Layout {
  const { k, m, pairs, seed } = settings;
  const blocks = Math.ceil(pairs / BLOCK_SIZE);
  const weightOf = (type: (typeof PRESENT)[number] | (typeof ABSENT)[number]) =>
    decks.of[type].entities.length === 0
      ? 0
      : (settings.shares?.[type] ?? naturalShare(decks.of[type], settings.mode));
  const present = weightOf('ABNORMALITY') + weightOf('DISEASE');
  const absent = weightOf('NON-ABNORMALITY') + weightOf('NON-DISEASE');
  const abnormality = present === 0 ? 0 : weightOf('ABNORMALITY') / present;
  const nonAbnormality = absent === 0 ? 0 : weightOf('NON-ABNORMALITY') / absent;
  const presentShare = present / Math.max(present + absent, Number.MIN_VALUE);
  const findings =
    settings.findingsPerReport === null
      ? countsByShare(presentShare, normalsPerSample(), k)
      : countsByWeights(settings.findingsPerReport, settings, BLOCK_SIZE);

  /** Uses a sample of the most used normal statement that goes with no finding. */
  function normalsPerSample(): number {
    const findingsThere = PRESENT.flatMap(type => numbersOf(decks.of[type]));
    const step = Math.max(1, Math.floor(findingsThere.length / 500));
    const some = findingsThere.filter((_, index) => index % step === 0);
    const uses = ABSENT.flatMap(type => {
      const places =
        k * (1 - presentShare) * (type === 'NON-ABNORMALITY' ? nonAbnormality : 1 - nonAbnormality);
      const deck = decks.of[type];
      return numbersOf(deck)
        .filter(number => decks.entities[number]!.kind === 'normal')
        .filter(number => some.every(finding => conflicts.between(number, finding)))
        .map(number => places * deck.shareOf(number));
    });
    return Math.max(0, ...uses);
  }

  /** Places used of each type after this many samples. Exact: no drift over any number of blocks. */
  function usedAfter(samples: number): Layout['totals'] {
    const there = findings.after(samples);
    const notThere = samples * k - there;
    const ofAbnormality = Math.floor(there * abnormality + 0.5);
    const ofNonAbnormality = Math.floor(notThere * nonAbnormality + 0.5);
    return {
      ABNORMALITY: ofAbnormality,
      DISEASE: there - ofAbnormality,
      'NON-ABNORMALITY': ofNonAbnormality,
      'NON-DISEASE': notThere - ofNonAbnormality,
      ANATOMY: samples * m,
    };
  }

  const totals = usedAfter(pairs);
  for (const deck of Object.values(decks.of)) {
    const subjects = new Set(deck.entities.map(({ concept }) => subjectOf(concept))).size;
    if (subjects > 0 && totals[deck.type] > subjects * pairs) {
      throw new UsageError({
        fault: `the plan asks for ${(totals[deck.type] / pairs).toFixed(1)} entities of the type ${deck.type} a report, and there are ${subjects} to draw`,
        mend: 'lower k or m, give this type a smaller share, or use a larger bank',
      });
    }
    if (totals[deck.type] > 0 && deck.entities.length === 0) {
      throw new UsageError({
        fault: `the plan asks for entities of the type ${deck.type}, and the bank${settings.concepts ? ', narrowed to the given concepts,' : ''} has none`,
        mend: 'use another bank, other shares or findingsPerReport, or set m to 0 for a bank without anatomy',
      });
    }
  }

  function draw(block: number): Int32Array[] {
    const start = block * BLOCK_SIZE;
    const end = Math.min(start + BLOCK_SIZE, pairs);
    const random = Random.of(seed, 'plan', 'block', block);
    const before = usedAfter(start);
    const after = usedAfter(end);
    const take = (type: keyof Decks['of']): number[] => {
      const places: number[] = [];
      for (let place = before[type]; place < after[type]; place++) places.push(decks.of[type].at(place));
      return places;
    };
    const there = random.shuffle(PRESENT.flatMap(take));
    const notThere = random.shuffle(ABSENT.flatMap(take));
    const anatomy = random.shuffle(take('ANATOMY'));
    const counts = findings.inBlock(start, end, random);
    let dealtThere = 0;
    let dealtNotThere = 0;
    const samples = counts.map((count, sample) => {
      const entities = new Int32Array(k + m);
      for (let slot = 0; slot < k; slot++) {
        entities[slot] = slot < count ? there[dealtThere++]! : notThere[dealtNotThere++]!;
      }
      for (let slot = 0; slot < m; slot++) entities[k + slot] = anatomy[sample * m + slot]!;
      return entities;
    });
    const typeOf = (entity: number) => decks.entities[entity]!.type;
    const reserves = new Map<EntityType, Reserve>();
    if (settings.mode === 'natural' || end - start < BLOCK_SIZE) {
      for (const deck of Object.values(decks.of)) reserves.set(deck.type, deck.reserve(after[deck.type]));
    }
    return exchangeConflicts(samples, { typeOf, conflicts, reserves, random });
  }

  return { blocks, totals, draw };
}

/** Numbers of a deck's entities among all. */
function numbersOf(deck: Deck): number[] {
  return deck.entities.map((_, index) => deck.first + index);
}
