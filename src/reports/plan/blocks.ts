import { Random, UsageError } from '../../base/index.js';
import type { EntityType } from '../../data/index.js';
import type { Conflicts } from './conflicts.js';
import { type Decks, naturalShare, type Reserve } from './decks.js';
import type { PlanSettings } from './settings.js';

/**
 * Samples that are drawn together. A block is the unit that can be made alone: it takes a known stretch of
 * each deck, deals it to its samples, and exchanges among them what breaks a rule. Large enough to find a partner for
 * an exchange, small enough to be made again for one sample in under a millisecond.
 */
export const BLOCK_SIZE = 64;

/** Times that all samples of a block are gone through for conflicts. */
const PASSES = 6;

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
  const findings = findingsPlan(settings, present / Math.max(present + absent, Number.MIN_VALUE));

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
    const samples = counts.map(count =>
      Int32Array.from([...there.splice(0, count), ...notThere.splice(0, k - count), ...anatomy.splice(0, m)]),
    );
    const typeOf = (entity: number) => decks.entities[entity]!.type;
    const reserves = new Map<EntityType, Reserve>();
    if (end - start < BLOCK_SIZE) {
      for (const deck of Object.values(decks.of)) reserves.set(deck.type, deck.reserve(totals[deck.type]));
    }
    return exchangeConflicts(samples, { typeOf, conflicts, reserves, random });
  }

  return { blocks, totals, draw };
}

/** How many findings that are there each sample has. */
interface FindingsPlan {
  /** Findings in all of the first samples; `samples` is a block's start or the plan's end. */
  after(samples: number): number;
  /** Findings of each sample of a block. */
  inBlock(start: number, end: number, random: Random): number[];
}

function findingsPlan(settings: PlanSettings, presentShare: number): FindingsPlan {
  const { findingsPerReport, k } = settings;
  if (findingsPerReport === null) {
    const after = (samples: number) => Math.floor(samples * k * presentShare + 0.5);
    return {
      after,
      inBlock(start, end, random) {
        const slots = random.shuffle(
          Array.from({ length: (end - start) * k }, (_, slot) => (slot < after(end) - after(start) ? 1 : 0)),
        );
        return Array.from({ length: end - start }, (_, sample) =>
          slots.slice(sample * k, (sample + 1) * k).reduce((sum: number, slot) => sum + slot, 0),
        );
      },
    };
  }
  if (findingsPerReport.length > k + 1) {
    throw new UsageError({
      fault: `findingsPerReport gives reports with up to ${findingsPerReport.length - 1} findings, and k is ${k}`,
      mend: 'raise k or shorten findingsPerReport',
    });
  }
  const whole = apportion(findingsPerReport, BLOCK_SIZE);
  const inWhole = whole.reduce((sum, count) => sum + count, 0);
  // The last block may be short: an even share of the same counts, so that few samples still have normals.
  const shortCounts = (size: number) => apportion(findingsPerReport, size);
  return {
    after(samples) {
      const rest = samples % BLOCK_SIZE;
      const restCount = shortCounts(rest).reduce((sum, count) => sum + count, 0);
      return Math.floor(samples / BLOCK_SIZE) * inWhole + restCount;
    },
    inBlock(start, end, random) {
      return random.shuffle(end - start === BLOCK_SIZE ? whole : shortCounts(end - start));
    },
  };
}

/** Deals `size` samples to 0, 1, 2 … findings by weight (largest remainder): the number of findings of each. */
function apportion(weights: readonly number[], size: number): number[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const exact = weights.map(weight => (weight / total) * size);
  const counts = exact.map(Math.floor);
  const byRemainder = exact
    .map((share, index) => ({ index, remainder: share - Math.floor(share) }))
    .sort((one, other) => other.remainder - one.remainder || one.index - other.index);
  const missing = size - counts.reduce((sum, count) => sum + count, 0);
  for (const { index } of byRemainder.slice(0, missing)) counts[index]!++;
  return counts.flatMap((count, findings) => Array.from({ length: count }, () => findings));
}

interface Exchange {
  typeOf(entity: number): EntityType;
  readonly conflicts: Conflicts;
  /** For the last, short block, which has few samples to exchange with. */
  readonly reserves: ReadonlyMap<EntityType, Reserve>;
  readonly random: Random;
}

/**
 * Exchanges entities of one type between samples of the block until no sample breaks a rule. The block's
 * uses stay what they were, so cap and balance hold. What no exchange can place (a normal chest, where every
 * report has a finding) is left out: that sample says one entity less.
 */
function exchangeConflicts(samples: Int32Array[], exchange: Exchange): Int32Array[] {
  const { typeOf, conflicts, reserves, random } = exchange;
  const slotsOf = new Map<EntityType, { sample: number; slot: number }[]>();
  samples.forEach((entities, sample) => {
    entities.forEach((entity, slot) => {
      const type = typeOf(entity);
      const slots = slotsOf.get(type);
      if (slots === undefined) slotsOf.set(type, [{ sample, slot }]);
      else slots.push({ sample, slot });
    });
  });
  const breaks = (sample: number, slot: number, entity: number): boolean => {
    const entities = samples[sample]!;
    for (let other = 0; other < entities.length; other++) {
      if (other !== slot && conflicts.between(entity, entities[other]!)) return true;
    }
    return false;
  };

  /** Finds the slot of another sample with which this one can change, and changes them. */
  function change(sample: number, slot: number): boolean {
    const entity = samples[sample]![slot]!;
    const partners = slotsOf.get(typeOf(entity))!;
    const offset = random.integer(partners.length);
    for (let step = 0; step < partners.length; step++) {
      const partner = partners[(offset + step) % partners.length]!;
      if (partner.sample === sample) continue;
      const theirs = samples[partner.sample]![partner.slot]!;
      if (theirs === entity || breaks(sample, slot, theirs)) continue;
      if (breaks(partner.sample, partner.slot, entity)) continue;
      samples[sample]![slot] = theirs;
      samples[partner.sample]![partner.slot] = entity;
      return true;
    }
    const reserve = reserves.get(typeOf(entity));
    if (reserve === undefined || !reserve.mayLeave(entity)) return false;
    const fitting = reserve.entities.findIndex(theirs => !breaks(sample, slot, theirs));
    if (fitting === -1) return false;
    samples[sample]![slot] = reserve.entities[fitting]!;
    reserve.entities.splice(fitting, 1);
    return true;
  }

  for (let pass = 0; pass < PASSES; pass++) {
    let moved = false;
    let broken = false;
    samples.forEach((entities, sample) => {
      for (let slot = 0; slot < entities.length; slot++) {
        if (!breaks(sample, slot, entities[slot]!)) continue;
        broken = true;
        if (change(sample, slot)) moved = true;
      }
    });
    if (!broken || !moved) break;
  }

  return samples.map(entities => {
    const kept: number[] = [];
    for (const entity of entities) {
      if (!kept.some(other => conflicts.between(entity, other))) kept.push(entity);
    }
    return kept.length === entities.length ? entities : Int32Array.from(kept);
  });
}
