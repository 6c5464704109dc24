import { Random } from '../../base/index.js';
import { bootstrapAuc, type Interval, Ranking } from '../metrics/index.js';
import type { FeatureTable } from './feature-table.js';
import type { PictureSet } from './groups.js';
import { meanOf } from './moments.js';

/** How well vectors tell whether two pictures are of the same patient. */
export interface SamePatient extends Interval {
  /** Pairs of pictures of one patient, and patients with such pairs. */
  readonly pairs: number;
  readonly patients: number;
  /** AUC of likeness for pairs of one patient against pairs of two; 0.5 tells nothing. */
  readonly auc: number;
  /** Likeness from which on a pair is taken for one patient: where the mean of both error rates is least. */
  readonly threshold: number;
  /** Shares of pairs of one patient, and of two, that are above it. */
  readonly found: number;
  readonly confused: number;
}

/** Most pairs of one patient, so that one with very many pictures does not decide; and pairs of two for each of one. */
const MOST_OF_ONE = 10;
const OF_TWO = 20;

/** Vectors less the mean of real ones, over their deviation in each dimension, of length 1: products are likeness. */
export function standardiser(real: FeatureTable): (table: FeatureTable) => FeatureTable {
  const mean = meanOf(real);
  const { dimension } = real;
  const deviation = new Float64Array(dimension);
  for (let at = 0; at < real.values.length; at++) {
    deviation[at % dimension]! += (real.values[at]! - mean[at % dimension]!) ** 2 / real.count;
  }
  const scale = deviation.map(value => (value > 0 ? 1 / Math.sqrt(value) : 0));
  return ({ count, values }) => {
    const result = new Float32Array(values.length);
    for (let row = 0; row < count; row++) {
      let length = 0;
      for (let at = 0; at < dimension; at++) {
        const value = (values[row * dimension + at]! - mean[at]!) * scale[at]!;
        result[row * dimension + at] = value;
        length += value * value;
      }
      const unit = length > 0 ? 1 / Math.sqrt(length) : 0;
      for (let at = 0; at < dimension; at++) result[row * dimension + at]! *= unit;
    }
    return { count, dimension, values: result };
  };
}

/**
 * Measures likeness on real pairs: all pairs of one patient (at most 10 a patient), and drawn pairs of two patients.
 * Intervals by the patient of a pair's first picture.
 * @param set - Standardised vectors of real pictures.
 * @returns undefined where no patient has two pictures, or all are of one.
 */
export function measureSamePatient(
  { table, patients, patientCount }: PictureSet,
  { seed, rounds }: { seed: number; rounds: number },
): SamePatient | undefined {
  const random = Random.of(seed, 'same patient');
  const byPatient: number[][] = Array.from({ length: patientCount }, () => []);
  for (const [place, patient] of patients.entries()) byPatient[patient]!.push(place);
  const scores: number[] = [];
  const labels: number[] = [];
  const owners: number[] = [];
  const add = (one: number, other: number, label: number) => {
    scores.push(likeness(table, one, other));
    labels.push(label);
    owners.push(patients[one]!);
  };
  for (const places of byPatient) {
    const pairs = places.flatMap((one, at) => places.slice(at + 1).map(other => [one, other] as const));
    for (const [one, other] of random.shuffle(pairs).slice(0, MOST_OF_ONE)) add(one, other, 1);
  }
  const pairs = scores.length;
  if (pairs === 0 || patientCount < 2) return undefined;
  const wanted = OF_TWO * pairs;
  while (scores.length < pairs + wanted) {
    const [one, other] = [random.integer(table.count), random.integer(table.count)];
    if (patients[one] !== patients[other]) add(one, other, 0);
  }
  const ranking = new Ranking(scores, labels, owners);
  const interval = bootstrapAuc([ranking], { groups: patientCount, rounds, seed }).mean;
  return {
    pairs,
    patients: byPatient.filter(places => places.length > 1).length,
    auc: ranking.auc(),
    ...interval,
    ...bestSplit(ranking),
  };
}

/** The threshold at which the mean of both error rates is least. */
function bestSplit({ scores, labels, positives, negatives }: Ranking): {
  threshold: number;
  found: number;
  confused: number;
} {
  let best = { threshold: Number.POSITIVE_INFINITY, found: 0, confused: 0 };
  let above = 0;
  let wrong = 0;
  for (let place = scores.length - 1; place >= 0; place--) {
    if (labels[place] === 1) above++;
    else wrong++;
    if (place > 0 && scores[place - 1] === scores[place]) continue;
    const [found, confused] = [above / positives, wrong / negatives];
    if (found - confused > best.found - best.confused) best = { threshold: scores[place]!, found, confused };
  }
  return best;
}

function likeness({ dimension, values }: FeatureTable, one: number, other: number): number {
  let sum = 0;
  for (let at = 0; at < dimension; at++) {
    sum += values[one * dimension + at]! * values[other * dimension + at]!;
  }
  return sum;
}
