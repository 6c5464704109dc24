import { call, callTensors, scope, type Tensor, tensor } from '../../tensor/index.js';
import type { Moments } from './moments.js';

/** Eigenvalues below the greatest one times D times this are rounding: the covariance has no such direction. */
const ROUNDING = 2 ** -52;

/**
 * Fréchet distance of two normal distributions, squared (Heusel et al., 2017, arXiv 1706.08500):
 * |m₁ − m₂|² + tr(C₁ + C₂ − 2 (C₁C₂)^½).
 *
 * The trace of the root is the sum of the singular values of C₁^½C₂^½, each root taken by eigen-decomposition in
 * double precision without the directions that a covariance does not have. So the distance is finite and exact also
 * for fewer vectors than dimensions, where an iterated root of C₁C₂ breaks down.
 * @returns At least 0.
 */
export function frechetDistance(first: Moments, second: Moments): number {
  const { dimension } = first;
  if (second.dimension !== dimension) {
    throw new RangeError(`moments of ${dimension} and of ${second.dimension} dimensions`);
  }
  let means = 0;
  let traces = 0;
  for (let at = 0; at < dimension; at++) {
    means += (first.mean[at]! - second.mean[at]!) ** 2;
    traces += first.covariance[at * (dimension + 1)]! + second.covariance[at * (dimension + 1)]!;
  }
  return Math.max(0, means + traces - 2 * traceOfRoot(first, second));
}

/** tr (C₁C₂)^½. */
function traceOfRoot(first: Moments, second: Moments): number {
  return scope(() => {
    const one = factorOf(first);
    const other = factorOf(second);
    if (one === undefined || other === undefined) return 0;
    return call('aten::linalg_svdvals', one.transpose(0, 1).matmul(other)).sum().item();
  });
}

/** F with C = F Fᵀ: eigenvectors scaled by the roots of their eigenvalues; undefined where C is zero. */
function factorOf({ covariance, dimension }: Moments): Tensor | undefined {
  const [values, vectors] = callTensors(
    'aten::linalg_eigh',
    tensor(covariance, { shape: [dimension, dimension] }),
    'L',
  ) as [Tensor, Tensor];
  // Ascending.
  const spectrum = values.toTypedArray() as Float64Array;
  const least = Math.max(0, spectrum.at(-1)!) * dimension * ROUNDING;
  const start = spectrum.findIndex(value => value > least);
  if (start < 0) return undefined;
  return vectors.slice(1, start).mul(values.slice(0, start).sqrt());
}
