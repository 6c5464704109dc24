import type { EntityType } from '../../data/index.js';
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
  /** Pairs of entities in one report that a rule forbids. */
  readonly violations: number;
  /** Entities that no exchange could place, so that their report says fewer than k + m. */
  readonly leftOut: number;
  /** Uses of each entity, by type and concept. */
  readonly uses: readonly { readonly concept: string; readonly type: EntityType; readonly count: number }[];
}

/** Counts a plan up. Memory grows with the bank, not with the plan. */
export class PlanCounter {
  readonly #planner: Planner;
  readonly #counts: Float64Array;
  #pairs = 0;
  #violations = 0;
  #leftOut = 0;

  constructor(planner: Planner) {
    this.#planner = planner;
    this.#counts = new Float64Array(planner.entities.length);
  }

  /** Counts one report: the numbers of its entities. */
  add(numbers: Int32Array): void {
    const { conflicts, settings } = this.#planner;
    this.#pairs++;
    this.#leftOut += settings.k + settings.m - numbers.length;
    for (let one = 0; one < numbers.length; one++) {
      this.#counts[numbers[one]!]!++;
      for (let other = 0; other < one; other++) {
        if (conflicts.between(numbers[one]!, numbers[other]!)) this.#violations++;
      }
    }
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

/** Statistics of a part [from, to) of a plan, by default of the whole. */
export function planStatistics(planner: Planner, from = 0, to = planner.settings.pairs): PlanStatistics {
  const counter = new PlanCounter(planner);
  for (let index = from; index < to; index++) counter.add(planner.numbers(index));
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
