import { meanOfKnown, Ranking } from '../metrics/index.js';
import { UNKNOWN } from '../scores/index.js';
import {
  type FitOptions,
  fitLogistic,
  type LinearClassifiers,
  type Matrix,
  scoreLinear,
} from './logistic-regression.js';
import { dealPatients, patientKey } from './patients.js';
import type { Trial, TrialSample } from './trials.js';

/** C of scikit-learn, over features of deviation 1, weakest penalty last. */
const STRENGTHS = [1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1] as const;

/** How exactly models are fitted that only choose C. */
const ROUGH = 1e-4;

/** C where validation patients cannot tell: they are too few, or no class has both labels among them. */
const USUAL = 1e-2;

/** Parts that training patients are dealt into to choose C. */
const PARTS = 5;

/** With fewer patients the parts would be too small for an AUC. */
const LEAST_PATIENTS = 20;

/** The features of all samples of the data and their labels. */
export interface ProbeData {
  /** samples × features. */
  readonly features: Float32Array;
  readonly width: number;
  readonly samples: readonly TrialSample[];
  /** samples × classes. */
  readonly labels: Uint8Array;
  readonly classes: number;
}

export interface ProbeResult {
  /** test × classes: log-odds. */
  readonly scores: Float64Array;
  /** The C that was chosen. */
  readonly strength: number;
  /** The classifiers, of features as they come. */
  readonly classifiers: LinearClassifiers;
}

/**
 * A linear probe: logistic regression on features that are not trained, each brought to mean 0 and deviation 1 by the
 * training samples. C is the one of the best AUC on validation patients, mean over classes: those of the data set's own
 * validation split, else each fifth of the training patients by itself, scored by what the others gave. (Not of all
 * fifths together: one with many positives leaves few to train on, so its scores would lie too low.)
 */
export function linearProbe(data: ProbeData, trial: Trial, seed: number): ProbeResult {
  const strength = chooseStrength(data, trial, seed);
  const scaled = scalingOf(data, trial.train);
  const classifiers = fitRows(data, trial.train, scaled, strength);
  return {
    scores: scoreLinear(classifiers, scaled.rows(trial.test)),
    strength,
    classifiers: unscaled(classifiers, scaled),
  };
}

/** The same classifiers for features that are not brought to mean 0 and deviation 1. */
function unscaled({ weights, classes, features }: LinearClassifiers, { mean, factor }: Scaling) {
  const result = weights.slice();
  for (let column = 0; column < classes; column++) {
    const from = column * (features + 1);
    for (let at = 0; at < features; at++) {
      result[from + at]! *= factor[at]!;
      result[from + features]! -= result[from + at]! * mean[at]!;
    }
  }
  return { weights: result, classes, features };
}

function chooseStrength(data: ProbeData, trial: Trial, seed: number): number {
  const parts = trial.validation === undefined ? partsOf(data, trial.train, seed) : [trial.validation];
  const aucs = STRENGTHS.map(() => [] as number[]);
  for (const part of parts) {
    const out = new Set(part);
    const train = trial.train.filter(row => !out.has(row));
    const scaled = scalingOf(data, train);
    const labels = labelsOf(data, part);
    let before: LinearClassifiers | undefined;
    for (const [index, strength] of STRENGTHS.entries()) {
      before = fitRows(data, train, scaled, strength, { start: before, tolerance: ROUGH });
      aucs[index]!.push(...classAucs(scoreLinear(before, scaled.rows(part)), labels, data.classes));
    }
  }
  let best: number = USUAL;
  let bestAuc = Number.NEGATIVE_INFINITY;
  for (const [index, strength] of STRENGTHS.entries()) {
    const auc = meanOfKnown(aucs[index]!);
    if (auc > bestAuc) [best, bestAuc] = [strength, auc];
  }
  return best;
}

/** Training rows by patient, in parts; none when there are too few patients to tell anything. */
function partsOf(data: ProbeData, rows: readonly number[], seed: number): number[][] {
  const keys = rows.map(row => patientKey(data.samples[row]!));
  if (new Set(keys).size < LEAST_PATIENTS) return [];
  const partOf = dealPatients(keys, PARTS, seed);
  return Array.from({ length: PARTS }, (_, part) =>
    rows.filter((_row, place) => partOf.get(keys[place]!) === part),
  );
}

function fitRows(
  data: ProbeData,
  rows: readonly number[],
  scaled: Scaling,
  strength: number,
  options?: FitOptions,
): LinearClassifiers {
  return fitLogistic(scaled.rows(rows), labelsOf(data, rows), data.classes, strength, options);
}

/** How features are brought to mean 0 and deviation 1 over the training rows. Constant features become 0. */
interface Scaling {
  readonly mean: Float64Array;
  /** One over the deviation. */
  readonly factor: Float64Array;
  rows(rows: readonly number[]): Matrix;
}

function scalingOf({ features, width }: ProbeData, train: readonly number[]): Scaling {
  const mean = new Float64Array(width);
  const square = new Float64Array(width);
  for (const row of train) for (let at = 0; at < width; at++) mean[at]! += features[row * width + at]!;
  for (let at = 0; at < width; at++) mean[at]! /= train.length;
  for (const row of train) {
    for (let at = 0; at < width; at++) square[at]! += (features[row * width + at]! - mean[at]!) ** 2;
  }
  const factor = square.map(sum => {
    const deviation = Math.sqrt(sum / train.length);
    return deviation > 1e-9 ? 1 / deviation : 0;
  });
  const scaledRows = (rows: readonly number[]): Matrix => {
    const values = new Float64Array(rows.length * width);
    for (const [place, row] of rows.entries()) {
      for (let at = 0; at < width; at++) {
        values[place * width + at] = (features[row * width + at]! - mean[at]!) * factor[at]!;
      }
    }
    return { values, rows: rows.length, columns: width };
  };
  return { mean, factor, rows: scaledRows };
}

/** rows × classes. */
export function labelsOf(
  { labels, classes }: Pick<ProbeData, 'labels' | 'classes'>,
  rows: readonly number[],
): Uint8Array {
  const result = new Uint8Array(rows.length * classes);
  for (const [place, row] of rows.entries()) {
    result.set(labels.subarray(row * classes, (row + 1) * classes), place * classes);
  }
  return result;
}

/** Mean AUC over the classes that can be measured; NaN when none can. */
export function meanAuc(scores: Float64Array, labels: Uint8Array, classes: number): number {
  return meanOfKnown(classAucs(scores, labels, classes));
}

/** The AUC of each class; NaN where a label is missing. */
function classAucs(scores: Float64Array, labels: Uint8Array, classes: number): number[] {
  return Array.from({ length: classes }, (_, column) => {
    const cells = Array.from({ length: labels.length / classes }, (_cell, row) => row * classes + column);
    const known = cells.filter(cell => labels[cell] !== UNKNOWN);
    const ranking = new Ranking(
      known.map(cell => scores[cell]!),
      known.map(cell => labels[cell]!),
    );
    return ranking.positives === 0 || ranking.negatives === 0 ? Number.NaN : ranking.auc();
  });
}
