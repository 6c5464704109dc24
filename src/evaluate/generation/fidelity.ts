import { Random } from '../../base/index.js';
import { bootstrapMean, type Interval } from '../metrics/index.js';
import { pickRows } from './feature-table.js';
import { frechetDistance, type NormalFit, normalFit, tableFit } from './frechet.js';
import { dealt, draw, halves, type PictureSet } from './groups.js';
import { type GroupedRows, kernelDistance, ungrouped } from './kernel-distance.js';
import { manifoldParts } from './manifold.js';
import { addSums, meanOf, momentSums, momentsOfSums } from './moments.js';

/** How far one set of pictures is from another. */
export interface Distances {
  /** Pictures of the first set and of the second. */
  readonly n: readonly [number, number];
  /** Fréchet distance; greater than the truth for few pictures, the more the fewer. */
  readonly fid: number;
  /**
   * The distance to which it goes with the number of pictures, by a straight line over 1 / n (after Chong and Forsyth,
   * CVPR 2020, arXiv 1911.07023); around zero, also below, for sets of one distribution. Null with fewer than two pictures a dimension, where no line holds.
   */
  readonly fidExtrapolated: number | null;
  /** Kernel distance over all pairs, unbiased. */
  readonly kid: number;
  readonly precision: number;
  readonly recall: number;
  readonly density: number;
  readonly coverage: number;
}

/** The distance of synthetic from real pictures, with all that is needed to read it. */
export interface Fidelity {
  readonly features: string;
  readonly dimension: number;
  readonly k: number;
  /** All synthetic against all real pictures. */
  readonly all: Distances;
  /** 95 % by patient: `fid` and `kid` by jackknife, the others by bootstrap with the other set as it is. */
  readonly intervals: Readonly<
    Record<'fid' | 'kid' | 'precision' | 'recall' | 'density' | 'coverage', Interval | null>
  >;
  /** KID as others report it: mean and deviation over random subsets. */
  readonly kidSubsets: {
    readonly mean: number;
    readonly deviation: number;
    readonly size: number;
    readonly count: number;
  };
  /** One half of the real pictures' patients against the other: what perfect pictures would get. */
  readonly control: Distances;
  /** As many synthetic pictures as the control has, against the same half: to be held against the control. */
  readonly alike: Distances;
}

export interface FidelityOptions {
  /** Name of the feature space. */
  readonly features: string;
  readonly k: number;
  readonly seed: number;
  readonly rounds: number;
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Subsets for KID as it is usually reported, each of up to so many pictures of both sets. */
const KID_SUBSETS = 50;
const KID_SUBSET_SIZE = 1000;
/** How often the pictures are halved for the extrapolation of the Fréchet distance. */
const HALVINGS = 4;
/** Parts of the patients that are left out in turn for intervals; of wide spaces fewer, as each takes longer. */
const PARTS = { narrow: 20, wide: 10, wideFrom: 513 } as const;

/** Fewest pictures that a set must have: halves of it must have a k-th neighbour. */
export function fewestPictures(k: number): number {
  return 2 * (k + 2);
}

/**
 * Distance and diversity of synthetic pictures against real ones, beside the same of real pictures against real ones.
 * @throws RangeError with fewer than {@link fewestPictures} in a set.
 */
export async function measureFidelity(
  real: PictureSet,
  synthetic: PictureSet,
  options: FidelityOptions,
): Promise<Fidelity> {
  const { features, k, seed, rounds, onProgress, signal } = options;
  const { dimension } = real.table;
  let step = 0;
  const done = async () => {
    onProgress?.(++step, 5);
    signal?.throwIfAborted();
    await new Promise(setImmediate);
  };
  const parts = await manifoldParts(real.table, synthetic.table, { k, signal });
  await done();
  const most = dimension < PARTS.wideFrom ? PARTS.narrow : PARTS.wide;
  const groups = [dealt(real, most, seed), dealt(synthetic, most, seed)] as const;
  const kernel = kernelDistance(...groups);
  const fid = frechetWithout(...groups);
  await done();
  const all = distancesOf(real, synthetic, fid.distance, kernel.distance, parts, seed);
  const kidSubsets = subsetsOf(real, synthetic, seed);
  await done();

  const [one, other] = halves(real, seed);
  const compare = async (first: PictureSet, second: PictureSet) =>
    distancesOf(
      first,
      second,
      frechetDistance(tableFit(first.table), tableFit(second.table)),
      kernelDistance(ungrouped(first.table), ungrouped(second.table)).distance,
      await manifoldParts(first.table, second.table, { k, signal }),
      seed,
    );
  const control = await compare(one, other);
  await done();
  const alike = await compare(one, draw(synthetic, other.table.count, seed, 'alike'));
  await done();
  const bootstrap = (values: Float64Array, { patients, patientCount }: PictureSet) =>
    patientCount < 2 ? null : bootstrapMean(values, patients, { groups: patientCount, rounds, seed });
  return {
    features,
    dimension,
    k,
    all,
    intervals: {
      fid: jackknife(fid.distance, fid.without, 0),
      kid: jackknife(kernel.distance, kernel.without),
      precision: bootstrap(parts.precision, synthetic),
      recall: bootstrap(parts.recall, real),
      density: bootstrap(parts.density, synthetic),
      coverage: bootstrap(parts.coverage, real),
    },
    kidSubsets,
    control,
    alike,
  };
}

function distancesOf(
  first: PictureSet,
  second: PictureSet,
  fid: number,
  kid: number,
  parts: Awaited<ReturnType<typeof manifoldParts>>,
  seed: number,
): Distances {
  return {
    n: [first.table.count, second.table.count],
    fid,
    fidExtrapolated: extrapolated(first, second, fid, seed),
    kid,
    precision: mean(parts.precision),
    recall: mean(parts.recall),
    density: mean(parts.density),
    coverage: mean(parts.coverage),
  };
}

/**
 * Of both sets in equal shares the excess is a / n₁ + b / n₂ in the first order, a straight line over 1 / share: through
 * the whole sets and the mean of random halves, each with the half that it left over.
 */
function extrapolated(first: PictureSet, second: PictureSet, fid: number, seed: number): number | null {
  if (Math.min(first.table.count, second.table.count) < 2 * first.table.dimension) return null;
  const distances: number[] = [];
  for (let halving = 0; halving < HALVINGS; halving++) {
    const [one, other] = [first, second].map(({ table }, side) => {
      const places = Array.from({ length: table.count }, (_, at) => at);
      const order = Random.of(seed, 'halving', halving, side).shuffle(places);
      const middle = table.count >> 1;
      return [order.slice(0, middle), order.slice(middle)].map(half => tableFit(pickRows(table, half)));
    }) as [NormalFit[], NormalFit[]];
    for (const half of [0, 1]) distances.push(frechetDistance(one[half]!, other[half]!));
  }
  return 2 * fid - mean(distances);
}

/** The Fréchet distance of two sets, and what it is without each group of the one, and of the other. */
function frechetWithout(
  first: GroupedRows,
  second: GroupedRows,
): { distance: number; without: readonly [Float64Array, Float64Array] } {
  const one = fitsOf(first);
  const other = fitsOf(second);
  const each = (of: Fits, partner: NormalFit) =>
    Float64Array.from({ length: of.groups }, (_, group) => {
      const less = of.less(group);
      return less === undefined ? Number.NaN : frechetDistance(less, partner);
    });
  return {
    distance: frechetDistance(one.whole, other.whole),
    without: [each(one, other.whole), each(other, one.whole)],
  };
}

/** The fit of a set, and those without one of its groups: made when asked for, as in wide spaces they are large. */
interface Fits {
  readonly whole: NormalFit;
  readonly groups: number;
  /** Undefined where less than two pictures are left. */
  less(group: number): NormalFit | undefined;
}

function fitsOf({ table, ends, groups }: GroupedRows): Fits {
  const startOf = (group: number) => (group === 0 ? 0 : ends[group - 1]!);
  if (table.count <= table.dimension) {
    const all = Array.from({ length: table.count }, (_, at) => at);
    return {
      whole: tableFit(table),
      groups,
      less(group) {
        const kept = all.filter(at => at < startOf(group) || at >= ends[group]!);
        return kept.length < 2 ? undefined : tableFit(pickRows(table, kept));
      },
    };
  }
  const origin = meanOf(table);
  const sums = ends.map((end, group) => {
    const start = startOf(group);
    const places = Array.from({ length: end - start }, (_, at) => start + at);
    return momentSums(pickRows(table, places), origin);
  });
  const whole = addSums(sums.map(part => [part, 1] as const));
  const fitSums = (of: typeof whole) => normalFit(momentsOfSums(of, origin));
  return {
    whole: fitSums(whole),
    groups,
    less(group) {
      const rest = addSums([
        [whole, 1],
        [sums[group]!, -1],
      ]);
      return rest.count < 2 ? undefined : fitSums(rest);
    },
  };
}

/**
 * 95 % interval by leaving out a part of the patients in turn, in both sets: the variance is the sum of theirs (Efron
 * and Stein, 1981). Where draws with replacement repeat pictures, distances of sets grow; leaving out does not repeat.
 */
export function jackknife(
  value: number,
  without: readonly [Float64Array, Float64Array],
  least = Number.NEGATIVE_INFINITY,
): Interval | null {
  let variance = 0;
  for (const values of without) {
    const average = mean(values);
    if (values.length < 2 || !Number.isFinite(average)) return null;
    const squares = values.reduce((sum, each) => sum + (each - average) ** 2, 0);
    variance += ((values.length - 1) / values.length) * squares;
  }
  const reach = 1.96 * Math.sqrt(variance);
  return { low: Math.max(least, value - reach), high: value + reach };
}

function subsetsOf(real: PictureSet, synthetic: PictureSet, seed: number): Fidelity['kidSubsets'] {
  const fewest = Math.min(real.table.count, synthetic.table.count);
  const size = Math.min(KID_SUBSET_SIZE, fewest >> 1);
  const distances = Array.from({ length: KID_SUBSETS }, (_, number) => {
    const part = (set: PictureSet, side: string) => {
      const random = Random.of(seed, 'kid', number, side);
      const places = random.shuffle(Array.from({ length: set.table.count }, (_, at) => at)).slice(0, size);
      return ungrouped(pickRows(set.table, places));
    };
    return kernelDistance(part(real, 'real'), part(synthetic, 'synthetic')).distance;
  });
  const average = mean(distances);
  const squares = distances.reduce((sum, value) => sum + (value - average) ** 2, 0);
  return { mean: average, deviation: Math.sqrt(squares / KID_SUBSETS), size, count: KID_SUBSETS };
}

function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let at = 0; at < values.length; at++) sum += values[at]!;
  return sum / values.length;
}
