import { full, scope, type Tensor, tensor, zeros } from '../../tensor/index.js';
import { type FeatureTable, rowsOf, squaredDistances } from './feature-table.js';
import { nearestNeighbours } from './neighbours.js';

/** What each picture adds to precision, recall, density and coverage; each measure is the mean of its list. */
export interface ManifoldParts {
  /** One a synthetic picture: 1 where it lies within reach of a real one. */
  readonly precision: Float64Array;
  /** One a synthetic picture: in how many real pictures' reach it lies, over k. */
  readonly density: Float64Array;
  /** One a real picture: 1 where it lies within reach of a synthetic one. */
  readonly recall: Float64Array;
  /** One a real picture: 1 where a synthetic one lies within its reach. */
  readonly coverage: Float64Array;
}

export interface ManifoldOptions {
  /** A picture reaches as far as its k-th nearest neighbour of its own set. */
  readonly k: number;
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A block of distances has 2,048² values, 32 MB. */
const BLOCK = 2048;

/**
 * Precision and recall (Kynkäänniemi et al., 2019, arXiv 1904.06991), density and coverage (Naeem et al., 2020, arXiv
 * 2002.09797) of synthetic against real vectors, by Euclidean distance. Exact, in blocks.
 * @throws RangeError where a set has not more than k vectors.
 */
export async function manifoldParts(
  real: FeatureTable,
  synthetic: FeatureTable,
  { k, onProgress, signal }: ManifoldOptions,
): Promise<ManifoldParts> {
  const radiiOf = async (table: FeatureTable) => {
    if (table.count <= k) throw new RangeError(`the ${k}-th neighbour among ${table.count} vectors`);
    const self = Int32Array.from({ length: table.count }, (_, row) => row);
    const { distances } = await nearestNeighbours(table, table, { k, apart: [self, self], signal });
    return Float64Array.from({ length: table.count }, (_, row) => distances[row * k + k - 1]! ** 2);
  };
  const reach = { real: await radiiOf(real), synthetic: await radiiOf(synthetic) };
  const within = new Float64Array(synthetic.count);
  const reached = new Float64Array(real.count);
  const nearest = new Float64Array(real.count).fill(Number.POSITIVE_INFINITY);
  for (let start = 0; start < real.count; start += BLOCK) {
    const end = Math.min(real.count, start + BLOCK);
    scope(() => {
      const rows = rowsOf(real, start, end);
      const ownReach = tensor(reach.real.subarray(start, end)).unsqueeze(1);
      const least: Tensor = full([end - start], Number.POSITIVE_INFINITY, { dtype: 'f64' });
      const hit: Tensor = zeros([end - start], { dtype: 'f64' });
      for (let from = 0; from < synthetic.count; from += BLOCK) {
        const to = Math.min(synthetic.count, from + BLOCK);
        scope(() => {
          const distances = squaredDistances(rows, rowsOf(synthetic, from, to));
          const inReal = distances.lt(ownReach).to({ dtype: 'f64' }).sum(0).toTypedArray();
          for (let column = from; column < to; column++) within[column]! += Number(inReal[column - from]);
          const others = tensor(reach.synthetic.subarray(from, to));
          const inSynthetic = distances.lt(others).to({ dtype: 'f64' }).amax(1);
          hit.copy_(hit.maximum(inSynthetic));
          least.copy_(least.minimum(distances.amin(1)));
        });
      }
      reached.set(hit.toTypedArray() as Float64Array, start);
      nearest.set(least.toTypedArray() as Float64Array, start);
    });
    onProgress?.(end, real.count);
    signal?.throwIfAborted();
    await new Promise(setImmediate);
  }
  return {
    precision: within.map(count => Number(count > 0)),
    density: within.map(count => count / k),
    recall: reached,
    coverage: nearest.map((distance, row) => Number(distance < reach.real[row]!)),
  };
}
