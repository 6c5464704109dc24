import { z } from 'zod';
import { InputError } from '../../base/index.js';
import { bootstrapMean } from '../metrics/index.js';
import type { EvaluationResult } from '../tasks/task.js';
import type { MeanValue, MeasureOptions } from './measure.js';
import { patientNumbers } from './table.js';

/** Per cent of the labels. */
const Share = z.number().gt(0).max(100);

/** Where outlines come from: all that is needed to print their table again. */
export const SegmentationOrigin = z.object({
  task: z.literal('segmentation'),
  model: z.string(),
  /** The data set that was trained on. */
  data: z.string(),
  /** The data set that was scored, where it is another one. */
  test: z.string().optional(),
  /** The data set whose masks were trained on first. */
  first: z.string().optional(),
  split: z.string(),
  target: z.string().min(1),
  frozen: z.boolean(),
  /** Width and height of a picture as the network sees it. */
  size: z.int().positive(),
  protocol: z.enum(['splits', 'folds']),
  /** 1 where there are none. */
  folds: z.int().positive(),
  /** Samples without the target's place. */
  leftOut: z.int().nonnegative(),
  /** From the smallest; `trainedOn` is the training pictures of a trial, mean over the trials. */
  shares: z.array(z.object({ share: Share, trainedOn: z.number().positive() })).min(1),
});
export type SegmentationOrigin = z.infer<typeof SegmentationOrigin>;

/** How well one picture was outlined by the network that was trained on one share of the labels. */
export const OutlinedScore = z.object({
  sample: z.string(),
  patient: z.string(),
  share: Share,
  /** Counted from 0. */
  fold: z.int().nonnegative(),
  dice: z.number().min(0).max(1),
  iou: z.number().min(0).max(1),
});
export type OutlinedScore = z.infer<typeof OutlinedScore>;

/** The scores of all shares; each share scores the same pictures, each once. */
export interface SegmentationTable {
  readonly origin: SegmentationOrigin;
  readonly scores: readonly OutlinedScore[];
}

/** One share of the labels: means over pictures. */
export interface SegmentationShare {
  readonly share: number;
  /** Training pictures of a trial, mean over the trials. */
  readonly trainedOn: number;
  readonly dice: MeanValue;
  readonly iou: MeanValue;
}

export interface SegmentationResult extends EvaluationResult {
  readonly task: 'segmentation';
  readonly test?: string | undefined;
  readonly first?: string | undefined;
  readonly target: string;
  readonly frozen: boolean;
  readonly size: number;
  readonly protocol: SegmentationOrigin['protocol'];
  readonly folds: number;
  readonly shares: readonly SegmentationShare[];
  /** Samples without the target's place. */
  readonly leftOut: number;
}

/**
 * The result that scores of outlines give, for example those read from a file: no model is needed.
 * @throws InputError when a share has no picture.
 */
export function segmentationResultOf(table: SegmentationTable, options: MeasureOptions): SegmentationResult {
  const { seed, rounds } = options;
  const { task, model, data, test, first, split, target, frozen, size, protocol, folds, leftOut } =
    table.origin;
  const scored = scoresOfShare(table, largestShareOf(table));
  return {
    task,
    model,
    data,
    ...(test === undefined ? {} : { test }),
    ...(first === undefined ? {} : { first }),
    split,
    n: scored.length,
    patients: patientsOf(scored).count,
    seed,
    rounds,
    target,
    frozen,
    size,
    protocol,
    folds,
    shares: table.origin.shares.map(({ share, trainedOn }) => {
      const scores = scoresOfShare(table, share);
      const { numbers, count } = patientsOf(scores);
      const over = (measure: 'dice' | 'iou'): MeanValue => {
        const values = scores.map(score => score[measure]);
        const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
        return { mean, ...bootstrapMean(values, numbers, { seed, rounds, groups: count }) };
      };
      return { share, trainedOn, dice: over('dice'), iou: over('iou') };
    }),
    leftOut,
  };
}

/** The largest share of the labels that a network was trained on. */
export function largestShareOf({ origin }: SegmentationTable): number {
  return Math.max(...origin.shares.map(({ share }) => share));
}

/**
 * The pictures of one share in the order of their names, so that sums round alike whatever the order of the samples.
 * @throws InputError when there are none.
 */
export function scoresOfShare({ origin, scores }: SegmentationTable, share: number): OutlinedScore[] {
  const own = scores.filter(score => score.share === share);
  if (own.length > 0) return own.sort((a, b) => (a.sample < b.sample ? -1 : 1));
  throw new InputError({
    file: origin.test ?? origin.data,
    fault: `no picture was outlined after training on ${share} % of the labels`,
    mend: 'run the evaluation again',
  });
}

/** The patients of outlined pictures, as `patientNumbers` counts them. */
export function patientsOf(scores: readonly OutlinedScore[]): ReturnType<typeof patientNumbers> {
  return patientNumbers(scores.map(({ sample, patient }) => ({ id: sample, patient })));
}
