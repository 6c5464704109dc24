import { Random } from '../../base/index.js';
import type { Ranking, RankingMeasures } from './ranking.js';

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

/** The measures of a ranking that have intervals. */
export const RANKING_MEASURES = ['auc', 'ap', 'f1', 'accuracy'] as const;
export type RankingMeasure = (typeof RANKING_MEASURES)[number];

/** One of something for each measure. */
export type ByMeasure<T> = Readonly<Record<RankingMeasure, T>>;

function byMeasure<T>(make: (measure: RankingMeasure) => T): ByMeasure<T> {
  return { auc: make('auc'), ap: make('ap'), f1: make('f1'), accuracy: make('accuracy') };
}

/** Intervals of each class and of the mean over the classes, from the same rounds. */
export interface RankingIntervals {
  readonly classes: readonly ByMeasure<Interval>[];
  readonly mean: ByMeasure<Interval>;
}

/**
 * Percentile bootstrap intervals of AUC, average precision, best F1 and the accuracy there of several classes over
 * the same samples, by group. The threshold of F1 stays that of the point: chosen anew in each round it would fit each
 * draw, and the interval would lie too high.
 * A round that draws only one label of a class says nothing of that class and is left out of its interval;
 * the mean of that round is over the other classes.
 */
export function bootstrapMeasures(rankings: readonly Ranking[], options: BootstrapOptions): RankingIntervals {
  const classes = rankings.map(() => byMeasure(() => new Float64Array(options.rounds)));
  const means = byMeasure(() => new Float64Array(options.rounds));
  bootstrapRounds(options, (copies, round) => {
    rankings.forEach((ranking, index) => {
      const drawn = knownMeasures(ranking.measures(copies));
      for (const measure of RANKING_MEASURES) classes[index]![measure][round] = drawn[measure];
    });
    for (const measure of RANKING_MEASURES) {
      means[measure][round] = meanOfKnown(classes.map(values => values[measure][round]!));
    }
  });
  return {
    classes: classes.map(values => byMeasure(measure => percentileInterval(values[measure]))),
    mean: byMeasure(measure => percentileInterval(means[measure])),
  };
}

/** Nothing is known where a label is missing: an average precision of 1 without a negative is no achievement. */
function knownMeasures(measures: RankingMeasures): RankingMeasures {
  return Number.isNaN(measures.auc) ? NOTHING : measures;
}
const NOTHING: RankingMeasures = byMeasure(() => Number.NaN);

/** Intervals of the AUC of each class and of their mean, from the same rounds. */
export interface AucIntervals {
  readonly classes: readonly Interval[];
  readonly mean: Interval;
}

/** The intervals of the AUC alone; see {@link bootstrapMeasures}. */
export function bootstrapAuc(rankings: readonly Ranking[], options: BootstrapOptions): AucIntervals {
  const { classes, mean } = bootstrapMeasures(rankings, options);
  return { classes: classes.map(({ auc }) => auc), mean: mean.auc };
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
export function pairedBootstrap(
  first: readonly Ranking[],
  second: readonly Ranking[],
  options: BootstrapOptions,
): { classes: ByMeasure<Difference>[]; mean: ByMeasure<Difference> } {
  const differences = first.map(() => byMeasure(() => new Float64Array(options.rounds)));
  const means = byMeasure(() => new Float64Array(options.rounds));
  const differ = (index: number, copies?: Int32Array) => {
    const one = knownMeasures(first[index]!.measures(copies));
    const two = knownMeasures(second[index]!.measures(copies));
    return byMeasure(measure => one[measure] - two[measure]);
  };
  bootstrapRounds(options, (copies, round) => {
    for (const index of first.keys()) {
      const drawn = differ(index, copies);
      for (const measure of RANKING_MEASURES) differences[index]![measure][round] = drawn[measure];
    }
    for (const measure of RANKING_MEASURES) {
      means[measure][round] = meanOfKnown(differences.map(values => values[measure][round]!));
    }
  });
  const points = first.map((_, index) => differ(index));
  return {
    classes: differences.map((values, index) =>
      byMeasure(measure => summarise(points[index]![measure], values[measure])),
    ),
    mean: byMeasure(measure => summarise(meanOfKnown(points.map(point => point[measure])), means[measure])),
  };
}

/** The paired bootstrap of the AUC alone. */
export function pairedBootstrapAuc(
  first: readonly Ranking[],
  second: readonly Ranking[],
  options: BootstrapOptions,
): { classes: Difference[]; mean: Difference } {
  const { classes, mean } = pairedBootstrap(first, second, options);
  return { classes: classes.map(({ auc }) => auc), mean: mean.auc };
}

/**
 * Percentile bootstrap interval of a mean of values, by group; NaN for a single group.
 * @param values - One finite value a sample.
 * @param groups - Group of each sample.
 */
export function bootstrapMean(
  values: ArrayLike<number>,
  groups: ArrayLike<number>,
  options: BootstrapOptions,
): Interval {
  return percentileInterval(bootstrapMeans(values, groups, options));
}

/** Paired bootstrap of the mean of first − second, one value of each a sample, by group; p is NaN for a single group. */
export function pairedBootstrapMean(
  first: ArrayLike<number>,
  second: ArrayLike<number>,
  groups: ArrayLike<number>,
  options: BootstrapOptions,
): Difference {
  const differences = Float64Array.from(
    { length: first.length },
    (_, index) => first[index]! - second[index]!,
  );
  const point = differences.reduce((sum, value) => sum + value, 0) / differences.length;
  return summarise(point, bootstrapMeans(differences, groups, options));
}

/** The mean of each round; a group's samples are summed once, so that a round costs a pass over the groups. */
function bootstrapMeans(
  values: ArrayLike<number>,
  groups: ArrayLike<number>,
  options: BootstrapOptions,
): Float64Array {
  const sums = new Float64Array(options.groups);
  const counts = new Float64Array(options.groups);
  for (let sample = 0; sample < values.length; sample++) {
    sums[groups[sample]!]! += values[sample]!;
    counts[groups[sample]!]! += 1;
  }
  const means = new Float64Array(options.rounds).fill(Number.NaN);
  // All rounds of one patient are alike, which says nothing of how sure the mean is.
  if (options.groups < 2) return means;
  bootstrapRounds(options, (copies, round) => {
    let sum = 0;
    let weight = 0;
    for (let group = 0; group < copies.length; group++) {
      sum += copies[group]! * sums[group]!;
      weight += copies[group]! * counts[group]!;
    }
    means[round] = sum / weight;
  });
  return means;
}

/**
 * Percentile bootstrap interval of a median of values, by group; the median of an even number is the mean of the
 * two in the middle.
 */
export function bootstrapMedian(
  values: ArrayLike<number>,
  groups: ArrayLike<number>,
  options: BootstrapOptions,
): Interval {
  const order = Uint32Array.from({ length: values.length }, (_, index) => index).sort(
    (a, b) => values[a]! - values[b]!,
  );
  const medians = new Float64Array(options.rounds);
  bootstrapRounds(options, (copies, round) => {
    let total = 0;
    for (const sample of order) total += copies[groups[sample]!]!;
    const at = (rank: number) => {
      let seen = 0;
      for (const sample of order) {
        seen += copies[groups[sample]!]!;
        if (seen > rank) return values[sample]!;
      }
      return Number.NaN;
    };
    medians[round] = (at((total - 1) >> 1) + at(total >> 1)) / 2;
  });
  return percentileInterval(medians);
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
  const p =
    known.length === 0 ? Number.NaN : Math.min(1, (2 * (Math.min(below, above) + 1)) / (known.length + 1));
  return { difference, ...percentileInterval(rounds), p };
}
