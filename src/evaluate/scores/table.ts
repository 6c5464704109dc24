import { z } from 'zod';
import { View } from '../../data/index.js';

/** Where scores come from: all that is needed to print a table of them again. */
export const ScoreOrigin = z.object({
  /** `zero-shot`, or another task whose scores are one number a picture and class. */
  task: z.string().min(1),
  /** The model's and the data set's folder, as given. */
  model: z.string(),
  data: z.string(),
  /** `all` when the samples of every split were taken. */
  split: z.string(),
  prompts: z.string(),
  scoring: z.string(),
  /** Class → what the vocabulary lacks for it and what was taken instead. */
  fallbacks: z.record(z.string(), z.string()).optional(),
});
export type ScoreOrigin = z.infer<typeof ScoreOrigin>;

/** What a label is when the source does not say. */
export const UNKNOWN = 2;

/** The scores of a model on a data set: one row a sample, one column a class. */
export interface ScoreTable {
  readonly origin: ScoreOrigin;
  readonly classes: readonly string[];
  readonly samples: readonly ScoredSample[];
  /** samples × classes: log-odds that the class is there; the logistic function makes them probabilities. */
  readonly scores: Float64Array;
  /** samples × classes: 1 there, 0 not there, 2 unknown. */
  readonly labels: Uint8Array;
}

/** What a score file says of a sample. */
export const ScoredSample = z.object({ id: z.string(), patient: z.string(), view: View.nullable() });
export type ScoredSample = z.infer<typeof ScoredSample>;

/**
 * Numbers the patients of samples from 0 in the order of their names, so that the order of the samples does
 * not matter. A sample whose patient is not named stands for itself.
 */
export function patientNumbers(samples: readonly Pick<ScoredSample, 'id' | 'patient'>[]): {
  numbers: Int32Array;
  count: number;
} {
  const keys = samples.map(({ id, patient }) => (patient === '' ? `sample ${id}` : `patient ${patient}`));
  const numberOf = new Map([...new Set(keys)].sort().map((key, number) => [key, number]));
  return { numbers: Int32Array.from(keys, key => numberOf.get(key)!), count: numberOf.size };
}
