import { Random } from '../../base/index.js';
import type { Ranking } from './ranking.js';

/** A 95 % interval. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

export interface BootstrapOptions {
  /** How many groups (patients) there are; a round draws as many, with replacement. */
  readonly groups: number;
  readonly rounds: number;
  readonly seed: number;
}

/**
 * Calls `visit` once a round with how often each group was drawn. Samples of a patient come and go together,
 * because they are not independent. Each round has a random stream of its own, so rounds may be shared out.
 * @param visit - Must not keep `copies`: it is filled anew each round.
 */
export function bootstrapRounds(
  { groups, rounds, seed }: BootstrapOptions,
  visit: (copies: Int32Array, round: number) => void,
): void {
  const copies = new Int32Array(groups);
  const scale = groups / 2 ** 32;
  for (let round = 0; round < rounds; round++) {
    const random = Random.of(seed, 'bootstrap', round);
    copies.fill(0);
    for (let draw = 0; draw < groups; draw++) copies[Math.floor(random.bits() * scale)]!++;
    visit(copies, round);
  }
}

/** Intervals of the AUC of each class and of their mean, from the same rounds. */
export interface AucIntervals {
  readonly classes: readonly Interval[];
  readonly mean: Interval;
}

/**
 * Percentile bootstrap intervals of the AUC of several classes over the same samples, by group.
 * A round that draws only one label of a class says nothing of that class and is left out of its interval;
 * the mean of that round is over the other classes.
 */
export function bootstrapAuc(rankings: readonly Ranking[], options: BootstrapOptions): AucIntervals {
  const aucs = rankings.map(() => new Float64Array(options.rounds));
  const means = new Float64Array(options.rounds);
  bootstrapRounds(options, (copies, round) => {
    rankings.forEach((ranking, index) => {
      aucs[index]![round] = ranking.auc(copies);
    });
    means[round] = meanOfKnown(aucs.map(values => values[round]!));
  });
  return { classes: aucs.map(percentileInterval), mean: percentileInterval(means) };
}

/** The difference of two models on the same samples. */
export interface Difference extends Interval {
  /** First model less second. */
  readonly difference: number;
  /** Two-sided: twice the smaller share of rounds on either side of zero, at least 1 / (rounds + 1). */
  readonly p: number;
}

/**
 * Paired bootstrap: both models are measured on the same draws, so that what makes a sample easy or hard for
 * both cancels out.
 * @param first - Rankings of the first model, one a class.
 * @param second - The second model's, of the same classes, samples and groups.
 */
export function pairedBootstrapAuc(
  first: readonly Ranking[],
  second: readonly Ranking[],
  options: BootstrapOptions,
): { classes: Difference[]; mean: Difference } {
  const differences = first.map(() => new Float64Array(options.rounds));
  const means = new Float64Array(options.rounds);
  bootstrapRounds(options, (copies, round) => {
    first.forEach((ranking, index) => {
      differences[index]![round] = ranking.auc(copies) - second[index]!.auc(copies);
    });
    means[round] = meanOfKnown(differences.map(values => values[round]!));
  });
  const points = first.map((ranking, index) => ranking.auc() - second[index]!.auc());
  return {
    classes: differences.map((values, index) => summarise(points[index]!, values)),
    mean: summarise(meanOfKnown(points), means),
  };
}

/**
 * Percentile bootstrap interval of a mean of values, by group.
 * @param values - One finite value a sample.
 * @param groups - Group of each sample.
 */
export function bootstrapMean(
  values: ArrayLike<number>,
  groups: ArrayLike<number>,
  options: BootstrapOptions,
): Interval {
  const means = new Float64Array(options.rounds);
  bootstrapRounds(options, (copies, round) => {
    let sum = 0;
    let weight = 0;
    for (let sample = 0; sample < values.length; sample++) {
      const count = copies[groups[sample]!]!;
      sum += count * values[sample]!;
      weight += count;
    }
    means[round] = sum / weight;
  });
  return percentileInterval(means);
}

/**
 * The 2.5th and 97.5th percentile, interpolated linearly (numpy's default); values that are NaN are left out.
 * @returns NaN for both when no value is known.
 */
export function percentileInterval(values: Float64Array): Interval {
  const known = values.filter(value => !Number.isNaN(value)).sort();
  return { low: quantile(known, 0.025), high: quantile(known, 0.975) };
}

/** Mean of the values that are not NaN. */
export function meanOfKnown(values: readonly number[]): number {
  let sum = 0;
  let count = 0;
  for (const value of values) {
    if (Number.isNaN(value)) continue;
    sum += value;
    count++;
  }
  return sum / count;
}

function quantile(sorted: Float64Array, share: number): number {
  if (sorted.length === 0) return Number.NaN;
  const place = (sorted.length - 1) * share;
  const below = sorted[Math.floor(place)]!;
  const above = sorted[Math.ceil(place)]!;
  return below + (above - below) * (place - Math.floor(place));
}

function summarise(difference: number, rounds: Float64Array): Difference {
  const known = rounds.filter(value => !Number.isNaN(value));
  const below = known.filter(value => value <= 0).length;
  const above = known.filter(value => value >= 0).length;
  const p = Math.min(1, (2 * (Math.min(below, above) + 1)) / (known.length + 1));
  return { difference, ...percentileInterval(rounds), p };
}
