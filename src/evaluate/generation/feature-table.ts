import { call, type Tensor, tensor } from '../../tensor/index.js';

/** Vectors of pictures, one a row. */
export interface FeatureTable {
  readonly count: number;
  readonly dimension: number;
  /** count × dimension, finite. */
  readonly values: Float32Array;
}

/** Rows of a table as a tensor in double precision, rows × dimension. Must run inside a `scope`. */
export function rowsOf(table: FeatureTable, start = 0, end = table.count): Tensor {
  const { dimension, values } = table;
  const part = values.subarray(start * dimension, end * dimension);
  return tensor(part, { shape: [end - start, dimension] }).to({ dtype: 'f64' });
}

/** The rows of a table at these places, in this order. */
export function pickRows({ dimension, values }: FeatureTable, places: readonly number[]): FeatureTable {
  const picked = new Float32Array(places.length * dimension);
  for (const [row, place] of places.entries()) {
    picked.set(values.subarray(place * dimension, (place + 1) * dimension), row * dimension);
  }
  return { count: places.length, dimension, values: picked };
}

/** Tables of one dimension, one after the other. */
export function joinTables(tables: readonly FeatureTable[]): FeatureTable {
  const dimension = tables[0]?.dimension ?? 0;
  const count = tables.reduce((sum, table) => sum + table.count, 0);
  const values = new Float32Array(count * dimension);
  let place = 0;
  for (const table of tables) {
    values.set(table.values, place);
    place += table.values.length;
  }
  return { count, dimension, values };
}

/**
 * Squared Euclidean distances of all rows of one block to all of another, never below zero.
 *
 * By |a|² + |b|² − 2ab in double precision: of 64-bit sums of 32-bit values, what is left of a distance of zero is
 * some 1e-13 of the squared lengths.
 * @param first - n × D. @param second - m × D. @returns n × m
 */
export function squaredDistances(first: Tensor, second: Tensor): Tensor {
  const lengths = (block: Tensor) => block.mul(block).sum(1);
  const products = first.matmul(second.transpose(0, 1));
  const sums = lengths(first).unsqueeze(1).add(lengths(second));
  return call('aten::clamp_min', sums.sub(products.mul(2)), 0);
}
