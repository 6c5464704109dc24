import { call, callTensors, scope, type Tensor, tensor } from '../../tensor/index.js';
import { type FeatureTable, rowsOf } from './feature-table.js';
import { type Moments, momentsOf } from './moments.js';

/** Eigenvalues below the greatest one times D times this are rounding: the covariance has no such direction. */
const ROUNDING = 2 ** -52;

/** A normal distribution with its covariance as a product, so that it serves for many distances. */
export interface NormalFit {
  readonly mean: Float64Array;
  readonly trace: number;
  /** D × rank: F with C = F Fᵀ. */
  readonly factor: Float64Array;
  readonly rank: number;
}

/**
 * Takes a covariance apart by eigen-decomposition in double precision: eigenvectors scaled by the roots of their
 * eigenvalues, without the directions that it does not have.
 */
export function normalFit({ mean, covariance, dimension }: Moments): NormalFit {
  let trace = 0;
  for (let at = 0; at < dimension; at++) trace += covariance[at * (dimension + 1)]!;
  return scope(() => {
    const whole = tensor(covariance, { shape: [dimension, dimension] });
    const [values, vectors] = callTensors('aten::linalg_eigh', whole, 'L') as [Tensor, Tensor];
    // Ascending.
    const spectrum = values.toTypedArray() as Float64Array;
    const least = Math.max(0, spectrum.at(-1)!) * dimension * ROUNDING;
    const start = spectrum.findIndex(value => value > least);
    if (start < 0) return { mean, trace, factor: new Float64Array(0), rank: 0 };
    const factor = vectors.slice(1, start).mul(values.slice(0, start).sqrt());
    return {
      mean,
      trace,
      factor: factor.contiguous().toTypedArray() as Float64Array,
      rank: dimension - start,
    };
  });
}

/**
 * The fit of a table of at least two vectors. With no more vectors than dimensions their own differences from the mean
 * are the factor, and nothing has to be taken apart.
 */
export function tableFit(table: FeatureTable): NormalFit {
  const { count, dimension } = table;
  if (count > dimension) return normalFit(momentsOf(table));
  if (count < 2) throw new RangeError(`a covariance needs two vectors and there are ${count}`);
  return scope(() => {
    const rows = rowsOf(table);
    const mean = rows.mean(0);
    const factor = rows
      .sub(mean)
      .div(Math.sqrt(count - 1))
      .transpose(0, 1)
      .contiguous();
    return {
      mean: mean.toTypedArray() as Float64Array,
      trace: factor.square().sum().item(),
      factor: factor.toTypedArray() as Float64Array,
      rank: count,
    };
  });
}

/**
 * Fréchet distance of two normal distributions, squared (Heusel et al., 2017, arXiv 1706.08500):
 * |m₁ − m₂|² + tr(C₁ + C₂ − 2 (C₁C₂)^½).
 *
 * The trace of the root is the sum of the singular values of F₁ᵀF₂. So the distance is finite and exact also for fewer
 * vectors than dimensions, where an iterated root of C₁C₂ breaks down.
 * @returns At least 0.
 */
export function frechetDistance(first: NormalFit, second: NormalFit): number {
  const dimension = first.mean.length;
  if (second.mean.length !== dimension) {
    throw new RangeError(`normal distributions of ${dimension} and of ${second.mean.length} dimensions`);
  }
  let means = 0;
  for (let at = 0; at < dimension; at++) means += (first.mean[at]! - second.mean[at]!) ** 2;
  return Math.max(0, means + first.trace + second.trace - 2 * traceOfRoot(first, second));
}

/** tr (C₁C₂)^½. */
function traceOfRoot(first: NormalFit, second: NormalFit): number {
  if (first.rank === 0 || second.rank === 0) return 0;
  return scope(() => {
    const [one, other] = [first, second].map(({ mean, factor, rank }) =>
      tensor(factor, { shape: [mean.length, rank] }),
    ) as [Tensor, Tensor];
    return call('aten::linalg_svdvals', one.transpose(0, 1).matmul(other)).sum().item();
  });
}
