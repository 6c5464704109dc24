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

/** C where validation patients cannot tell: no class has both labels among them. */
const USUAL = 1e-2;

/** Parts that training patients are dealt into to choose C. */
const PARTS = 5;

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
}

/**
 * A linear probe: logistic regression on features that are not trained, each brought to mean 0 and deviation 1 by the
 * training samples. C is the one of the best mean AUC on validation patients: those of the data set's own validation
 * split, else each fifth of the training patients, scored by what the others gave.
 */
export function linearProbe(data: ProbeData, trial: Trial, seed: number): ProbeResult {
  const strength = chooseStrength(data, trial, seed);
  const scaled = scalingOf(data, trial.train);
  const classifiers = fitRows(data, trial.train, scaled, strength);
  return { scores: scoreLinear(classifiers, scaled(trial.test)), strength };
}

function chooseStrength(data: ProbeData, trial: Trial, seed: number): number {
  const parts = trial.validation === undefined ? partsOf(data, trial.train, seed) : [trial.validation];
  const held = parts.flat();
  if (held.length === 0) return USUAL;
  const scores = STRENGTHS.map(() => [] as Float64Array[]);
  for (const part of parts) {
    const out = new Set(part);
    const train = trial.train.filter(row => !out.has(row));
    const scaled = scalingOf(data, train);
    let before: LinearClassifiers | undefined;
    for (const [index, strength] of STRENGTHS.entries()) {
      before = fitRows(data, train, scaled, strength, { start: before, tolerance: ROUGH });
      scores[index]!.push(scoreLinear(before, scaled(part)));
    }
  }
  const labels = labelsOf(data, held);
  let best: number = USUAL;
  let bestAuc = Number.NEGATIVE_INFINITY;
  for (const [index, strength] of STRENGTHS.entries()) {
    const auc = meanAuc(joined(scores[index]!), labels, data.classes);
    if (auc > bestAuc) [best, bestAuc] = [strength, auc];
  }
  return best;
}

/** Training rows by patient, in parts; none when there are too few patients. */
function partsOf(data: ProbeData, rows: readonly number[], seed: number): number[][] {
  const keys = rows.map(row => patientKey(data.samples[row]!));
  const parts = Math.min(PARTS, new Set(keys).size);
  if (parts < 2) return [];
  const partOf = dealPatients(keys, parts, seed);
  return Array.from({ length: parts }, (_, part) =>
    rows.filter((_row, place) => partOf.get(keys[place]!) === part),
  );
}

function fitRows(
  data: ProbeData,
  rows: readonly number[],
  scaled: (rows: readonly number[]) => Matrix,
  strength: number,
  options?: FitOptions,
): LinearClassifiers {
  return fitLogistic(scaled(rows), labelsOf(data, rows), data.classes, strength, options);
}

/** Features of rows, brought to mean 0 and deviation 1 over the training rows. Constant features become 0. */
function scalingOf(
  { features, width }: ProbeData,
  train: readonly number[],
): (rows: readonly number[]) => Matrix {
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
  return rows => {
    const values = new Float64Array(rows.length * width);
    for (const [place, row] of rows.entries()) {
      for (let at = 0; at < width; at++) {
        values[place * width + at] = (features[row * width + at]! - mean[at]!) * factor[at]!;
      }
    }
    return { values, rows: rows.length, columns: width };
  };
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
  const aucs = Array.from({ length: classes }, (_, column) => {
    const cells = Array.from({ length: labels.length / classes }, (_cell, row) => row * classes + column);
    const known = cells.filter(cell => labels[cell] !== UNKNOWN);
    const ranking = new Ranking(
      known.map(cell => scores[cell]!),
      known.map(cell => labels[cell]!),
    );
    return ranking.positives === 0 || ranking.negatives === 0 ? Number.NaN : ranking.auc();
  });
  return meanOfKnown(aucs);
}

function joined(parts: readonly Float64Array[]): Float64Array {
  const result = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0));
  let place = 0;
  for (const part of parts) {
    result.set(part, place);
    place += part.length;
  }
  return result;
}
