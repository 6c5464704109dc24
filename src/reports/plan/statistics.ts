import type { EntityType, PlannedEntity } from '../../data/index.js';
import { PlanAudit } from './audit.js';
import type { Planner } from './planner.js';

/** How even a plan is, and whether it kept its rules. */
export interface PlanStatistics {
  readonly pairs: number;
  /** Uses of the most used entity. */
  readonly maxCount: number;
  /** Uses of the least used entity of a type that is drawn at all. */
  readonly minCount: number;
  /**
   * Gini coefficient of the uses of all drawable entities but anatomy, each divided by the mean of its type: 0 all
   * equal, towards 1 a few have all. How often the types themselves are drawn is a setting, not an unevenness.
   */
  readonly gini: number;
  /** Rules that reports break, counted apart from the code that keeps them (`audit.ts`). */
  readonly violations: number;
  /** Entities that no exchange could place, so that their report says fewer than k + m. */
  readonly leftOut: number;
  /** Uses of each entity, by type and concept. */
  readonly uses: readonly { readonly concept: string; readonly type: EntityType; readonly count: number }[];
}

/** The sums of a counter; may be sent between threads. */
export interface PlanTally {
  readonly pairs: number;
  readonly violations: number;
  readonly leftOut: number;
  /** Uses of each entity, by its number. */
  readonly counts: Float64Array;
}

/** Counts a plan up. Memory grows with the bank, not with the plan. */
export class PlanCounter {
  readonly #planner: Planner;
  readonly #counts: Float64Array;
  readonly #audit: PlanAudit;
  #pairs = 0;
  #violations = 0;
  #leftOut = 0;

  constructor(planner: Planner) {
    this.#planner = planner;
    this.#counts = new Float64Array(planner.entities.length);
    this.#audit = auditOf(planner);
  }

  /** Counts one report: the numbers of its entities, and what is said of each. */
  add(numbers: Int32Array, said: readonly PlannedEntity[]): void {
    const { k, m } = this.#planner.settings;
    this.#pairs++;
    this.#leftOut += k + m - numbers.length;
    for (const number of numbers) this.#counts[number]!++;
    this.#violations += this.#audit.broken(numbers, said);
  }

  /** What was counted, to be sent to another counter of the same plan. */
  tally(): PlanTally {
    return {
      pairs: this.#pairs,
      violations: this.#violations,
      leftOut: this.#leftOut,
      counts: this.#counts,
    };
  }

  /** Adds what another counter of the same plan has counted. */
  addTally({ pairs, violations, leftOut, counts }: PlanTally): void {
    this.#pairs += pairs;
    this.#violations += violations;
    this.#leftOut += leftOut;
    counts.forEach((count, number) => {
      this.#counts[number]! += count;
    });
  }

  statistics(): PlanStatistics {
    const uses = this.#planner.entities.map(({ concept, type }, number) => ({
      concept,
      type,
      count: this.#counts[number]!,
    }));
    const means = meanByType(uses);
    const drawn = uses.filter(({ type }) => means.get(type)! > 0);
    const counts = drawn.map(({ count }) => count);
    return {
      pairs: this.#pairs,
      maxCount: counts.reduce((most, count) => Math.max(most, count), 0),
      minCount: counts.reduce((least, count) => Math.min(least, count), counts[0] ?? 0),
      gini: gini(
        drawn.filter(({ type }) => type !== 'ANATOMY').map(({ type, count }) => count / means.get(type)!),
      ),
      violations: this.#violations,
      leftOut: this.#leftOut,
      uses,
    };
  }
}

const audits = new WeakMap<Planner, PlanAudit>();

/** The audit of a planner, made once: it learns what each entity stands for as it goes. */
function auditOf(planner: Planner): PlanAudit {
  const audit = audits.get(planner) ?? new PlanAudit(planner.entities);
  audits.set(planner, audit);
  return audit;
}

/** Statistics of a part [from, to) of a plan, by default of the whole. */
export function planStatistics(planner: Planner, from = 0, to = planner.settings.pairs): PlanStatistics {
  const counter = new PlanCounter(planner);
  for (let index = from; index < to; index++)
    counter.add(planner.numbers(index), planner.report(index).entities);
  return counter.statistics();
}

function meanByType(uses: PlanStatistics['uses']): Map<EntityType, number> {
  const sums = new Map<EntityType, { total: number; entities: number }>();
  for (const { type, count } of uses) {
    const sum = sums.get(type) ?? { total: 0, entities: 0 };
    sums.set(type, { total: sum.total + count, entities: sum.entities + 1 });
  }
  return new Map([...sums].map(([type, { total, entities }]) => [type, total / entities]));
}

/** Gini coefficient of non-negative counts, by their order (Sen, 1973). */
function gini(counts: readonly number[]): number {
  const sorted = [...counts].sort((one, other) => one - other);
  const total = sorted.reduce((sum, count) => sum + count, 0);
  if (total === 0) return 0;
  const weighted = sorted.reduce((sum, count, rank) => sum + (rank + 1) * count, 0);
  return (2 * weighted) / (sorted.length * total) - (sorted.length + 1) / sorted.length;
}
