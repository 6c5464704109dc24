import { UNKNOWN } from '../scores/index.js';
import type { ScoredTrial } from './fine-tune-trials.js';
import type { LabelledPictures } from './labelled.js';
import { labelsOf } from './linear-probe.js';

/**
 * The scores of all trials one after the other, freed of how common each class was among what the trial was trained on.
 *
 * A fold with many positives leaves few of them to the others: its scores would all lie a little too low, and the AUC
 * of pooled scores with them, the more so the less the pictures tell. So log-odds of the training patients are taken off
 * each trial's scores, and their mean over the trials is put back.
 * @returns scored samples × classes: log-odds.
 */
export function poolScores(
  trials: readonly ScoredTrial[],
  data: Pick<LabelledPictures, 'labels'>,
  classes: number,
): Float64Array {
  const priors = trials.map(({ trial }) => priorsOf(data.labels, trial.train, classes));
  const means = Array.from(
    { length: classes },
    (_, column) => priors.reduce((sum, prior) => sum + prior[column]!, 0) / trials.length,
  );
  const parts = trials.map(({ scores }, index) =>
    scores.map((score, cell) => score - priors[index]![cell % classes]! + means[cell % classes]!),
  );
  const result = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0));
  let place = 0;
  for (const part of parts) {
    result.set(part, place);
    place += part.length;
  }
  return result;
}

/** Log-odds of each class among rows, one more of each label counted. */
function priorsOf(labels: Uint8Array, rows: readonly number[], classes: number): number[] {
  const counts = Array.from({ length: classes }, () => [1, 1]);
  for (const [cell, label] of labelsOf({ labels, classes }, rows).entries()) {
    if (label !== UNKNOWN) counts[cell % classes]![label]!++;
  }
  return counts.map(([negatives, positives]) => Math.log(positives! / negatives!));
}
