import { scope, tensor, zeros } from '../../tensor/index.js';
import { type FeatureTable, rowsOf } from './feature-table.js';

/** Mean and covariance of vectors. */
export interface Moments {
  readonly count: number;
  readonly dimension: number;
  /** D */
  readonly mean: Float64Array;
  /** D × D, unbiased (over count − 1). */
  readonly covariance: Float64Array;
}

/** Sums over vectors from which moments of any union, or of a set less a part, follow. */
export interface MomentSums {
  readonly count: number;
  readonly dimension: number;
  /** D: sum of the vectors, taken from the origin. */
  readonly sum: Float64Array;
  /** D × D: sum of their outer products. */
  readonly products: Float64Array;
}

/** Rows that are worked on at once. */
const BLOCK = 4096;

/**
 * Sums of a table's vectors, taken from `origin` so that nothing is lost where the mean is far from zero.
 * @param origin - D, such as a mean near the data's.
 */
export function momentSums(table: FeatureTable, origin: Float64Array): MomentSums {
  const { count, dimension } = table;
  return scope(() => {
    const shift = tensor(origin);
    const sum = zeros([dimension], { dtype: 'f64' });
    const products = zeros([dimension, dimension], { dtype: 'f64' });
    for (let start = 0; start < count; start += BLOCK) {
      scope(() => {
        const rows = rowsOf(table, start, Math.min(count, start + BLOCK)).sub(shift);
        sum.add_(rows.sum(0));
        products.add_(rows.transpose(0, 1).matmul(rows));
      });
    }
    return {
      count,
      dimension,
      sum: sum.toTypedArray() as Float64Array,
      products: products.toTypedArray() as Float64Array,
    };
  });
}

/** One sum of several, each taken with a sign: the whole less a part is `[[whole, 1], [part, -1]]`. */
export function addSums(parts: readonly (readonly [MomentSums, 1 | -1])[]): MomentSums {
  const { dimension } = parts[0]![0];
  const sum = new Float64Array(dimension);
  const products = new Float64Array(dimension * dimension);
  let count = 0;
  for (const [part, sign] of parts) {
    count += sign * part.count;
    for (let at = 0; at < sum.length; at++) sum[at]! += sign * part.sum[at]!;
    for (let at = 0; at < products.length; at++) products[at]! += sign * part.products[at]!;
  }
  return { count, dimension, sum, products };
}

/** Moments from sums of at least two vectors. @param origin - As given to {@link momentSums}. */
export function momentsOfSums(sums: MomentSums, origin: Float64Array): Moments {
  const { count, dimension, sum, products } = sums;
  if (count < 2) throw new RangeError(`a covariance needs two vectors and there are ${count}`);
  const shift = sum.map(value => value / count);
  const covariance = new Float64Array(dimension * dimension);
  for (let row = 0; row < dimension; row++) {
    for (let column = 0; column < dimension; column++) {
      const at = row * dimension + column;
      covariance[at] = (products[at]! - count * shift[row]! * shift[column]!) / (count - 1);
    }
  }
  return { count, dimension, mean: shift.map((value, at) => value + origin[at]!), covariance };
}

/** Moments of a table of at least two vectors. */
export function momentsOf(table: FeatureTable): Moments {
  const origin = meanOf(table);
  return momentsOfSums(momentSums(table, origin), origin);
}

/** The mean of a table's vectors. */
export function meanOf({ count, dimension, values }: FeatureTable): Float64Array {
  const mean = new Float64Array(dimension);
  for (let at = 0; at < values.length; at++) mean[at % dimension]! += values[at]!;
  return mean.map(value => value / count);
}
