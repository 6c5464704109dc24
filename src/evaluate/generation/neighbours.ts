import { cat, full, scope, type Tensor, tensor } from '../../tensor/index.js';
import { type FeatureTable, rowsOf, squaredDistances } from './feature-table.js';

export interface NeighbourOptions {
  /** How many are wanted. */
  readonly k: number;
  /**
   * Numbers of the queries and of the references: those of the same number are no neighbours (a picture of itself, of
   * the same patient). A query for which fewer than k are left has infinite distances.
   */
  readonly apart?: readonly [queries: Int32Array, references: Int32Array] | undefined;
  /** Told how many queries are done. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface Neighbours {
  /** queries × k, ascending: Euclidean distances. */
  readonly distances: Float64Array;
  /** queries × k: rows of the references; -1 where there is none. */
  readonly rows: Int32Array;
}

/** Queries and references of a block: 1,024 × 4,096 distances are 32 MB. */
const QUERIES = 1024;
const REFERENCES = 4096;

/**
 * The k nearest references of each query, exactly, by Euclidean distance. Memory beside the tables is bounded by a
 * block, whatever their size; other work has its turn between blocks.
 */
export async function nearestNeighbours(
  queries: FeatureTable,
  references: FeatureTable,
  { k, apart, onProgress, signal }: NeighbourOptions,
): Promise<Neighbours> {
  const distances = new Float64Array(queries.count * k).fill(Number.POSITIVE_INFINITY);
  const rows = new Int32Array(queries.count * k).fill(-1);
  for (let start = 0; start < queries.count; start += QUERIES) {
    signal?.throwIfAborted();
    const end = Math.min(queries.count, start + QUERIES);
    scope(() => {
      const block = rowsOf(queries, start, end);
      const own = apart && tensor(apart[0].subarray(start, end)).unsqueeze(1);
      const best: Tensor = full([end - start, k], Number.POSITIVE_INFINITY, { dtype: 'f64' });
      const places: Tensor = full([end - start, k], -1, { dtype: 'i64' });
      for (let from = 0; from < references.count; from += REFERENCES) {
        const to = Math.min(references.count, from + REFERENCES);
        scope(() => {
          let block2 = squaredDistances(block, rowsOf(references, from, to));
          if (own !== undefined) {
            const same = own.eq(tensor(apart![1].subarray(from, to)));
            block2 = block2.maskedFill(same, Number.POSITIVE_INFINITY);
          }
          const [nearest, at] = smallest(block2, Math.min(k, to - from));
          const [merged, order] = smallest(cat([best, nearest], 1), k);
          best.copy_(merged);
          places.copy_(cat([places, at.add(from)], 1).gather(1, order));
        });
      }
      distances.set(best.sqrt().toTypedArray() as Float64Array, start * k);
      rows.set(Int32Array.from(places.toArray()), start * k);
    });
    onProgress?.(end, queries.count);
    await new Promise(setImmediate);
  }
  for (let at = 0; at < rows.length; at++) if (distances[at] === Number.POSITIVE_INFINITY) rows[at] = -1;
  return { distances, rows };
}

/** The k smallest of each row, ascending, and their places. */
function smallest(values: Tensor, k: number): [Tensor, Tensor] {
  const [found, places] = values.neg().topk(k, 1);
  return [found.neg(), places];
}
