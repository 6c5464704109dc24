import { z } from 'zod';
import { InputError } from '../../base/index.js';
import { bootstrapMean, bootstrapMedian, type Interval } from '../metrics/index.js';
import type { EvaluationResult } from '../tasks/task.js';
import type { MeasureOptions } from './measure.js';
import { patientNumbers } from './table.js';

/** Where ranks come from: all that is needed to print their table again. */
export const RetrievalOrigin = z.object({
  task: z.literal('retrieval'),
  model: z.string(),
  data: z.string(),
  split: z.string(),
  section: z.enum(['findings', 'impression']),
  /** Pairs in a gallery. */
  n: z.int().nonnegative(),
  /** Galleries, each drawn by a seed of its own. */
  galleries: z.int().positive(),
  /** Pairs with a text in the split, of which galleries are drawn. */
  pairs: z.int().nonnegative(),
  /** Different reports among them. */
  texts: z.int().nonnegative(),
});
export type RetrievalOrigin = z.infer<typeof RetrievalOrigin>;

/** Which of a pair is given and which is looked for. */
export const Direction = z.enum(['picture to report', 'report to picture']);
export type Direction = z.infer<typeof Direction>;

/** One query: its right answer came at this rank. */
export const RankedQuery = z.object({
  gallery: z.int().nonnegative(),
  direction: Direction,
  id: z.string(),
  patient: z.string(),
  /** 1 is best: 1 + the wrong candidates that are as similar or more. */
  rank: z.int().positive(),
});
export type RankedQuery = z.infer<typeof RankedQuery>;

/** The queries of all galleries, both directions. */
export interface RetrievalTable {
  readonly origin: RetrievalOrigin;
  readonly queries: readonly RankedQuery[];
}

/** A share of queries with its 95 % interval, by patient. */
export interface Recall extends Interval {
  readonly recall: number;
}

/** How well the right thing is found among all; over the queries of all galleries. */
export interface RetrievalMeasure {
  readonly at1: Recall;
  readonly at5: Recall;
  readonly at10: Recall;
  /** Median rank of the right one; 1 is best. */
  readonly medianRank: number;
  readonly medianRankInterval: Interval;
}

export interface Retrieval {
  /** Pairs in a gallery. Recall depends on it: chance of R@k is about k / n. */
  readonly n: number;
  readonly galleries: number;
  /** Patients in any of the galleries. */
  readonly patients: number;
  /** Different reports of the split. */
  readonly texts: number;
  readonly imageToText: RetrievalMeasure;
  readonly textToImage: RetrievalMeasure;
}

export interface RetrievalResult extends EvaluationResult, Retrieval {
  readonly task: 'retrieval';
  readonly section: 'findings' | 'impression';
}

/**
 * The result that ranks give, for example those read from a file: no model is needed.
 * @throws InputError when there are none.
 */
export function retrievalResultOf(table: RetrievalTable, options: MeasureOptions): RetrievalResult {
  const { task, model, data, split, section, n, galleries, texts } = table.origin;
  const { seed, rounds } = options;
  const { numbers, count } = patientNumbers(table.queries);
  const measure = (direction: Direction): RetrievalMeasure => {
    const ranks: number[] = [];
    const groups: number[] = [];
    for (const [place, query] of table.queries.entries()) {
      if (query.direction !== direction) continue;
      ranks.push(query.rank);
      groups.push(numbers[place]!);
    }
    if (ranks.length === 0) {
      throw new InputError({
        file: data,
        fault: `there are no queries from ${direction}`,
        mend: 'run the evaluation again',
      });
    }
    const bootstrap = { seed, rounds, groups: count };
    const recall = (most: number): Recall => {
      const found = ranks.map(rank => Number(rank <= most));
      const share = found.reduce((sum, value) => sum + value, 0) / found.length;
      return { recall: share, ...bootstrapMean(found, groups, bootstrap) };
    };
    return {
      at1: recall(1),
      at5: recall(5),
      at10: recall(10),
      medianRank: median(ranks),
      medianRankInterval: bootstrapMedian(ranks, groups, bootstrap),
    };
  };
  return {
    task,
    model,
    data,
    split,
    seed,
    rounds,
    section,
    n,
    galleries,
    patients: count,
    texts,
    imageToText: measure('picture to report'),
    textToImage: measure('report to picture'),
  };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1]! + sorted[sorted.length >> 1]!) / 2;
}
