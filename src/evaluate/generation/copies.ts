import { type FeatureTable, joinTables } from './feature-table.js';
import { nearestNeighbours } from './neighbours.js';

/** The nearest training picture of each picture, over all ways of looking at both. */
export interface Nearest {
  readonly distances: Float64Array;
  /** Rows of the references; -1 where there is none. */
  readonly rows: Int32Array;
}

export interface NearestOptions {
  /** Numbers of the queries and of the references: those of the same number are no neighbours. */
  readonly apart?: readonly [Int32Array, Int32Array] | undefined;
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Distance of each picture to the nearest reference, least over the views of the picture (plain, mirrored) and of the
 * references (plain, inner parts), so that mirrored and cropped copies are near too.
 * @param queries - Tables of the same pictures, one a view. @param references - Likewise.
 */
export async function nearestOverViews(
  queries: readonly FeatureTable[],
  references: readonly FeatureTable[],
  { apart, onProgress, signal }: NearestOptions = {},
): Promise<Nearest> {
  const { count } = queries[0]!;
  const { count: referenceCount } = references[0]!;
  const joined = references.length === 1 ? references[0]! : joinTables(references);
  const numbers = apart && {
    queries: apart[0],
    references: Int32Array.from({ length: joined.count }, (_, row) => apart[1][row % referenceCount]!),
  };
  const distances = new Float64Array(count).fill(Number.POSITIVE_INFINITY);
  const rows = new Int32Array(count).fill(-1);
  for (const [view, table] of queries.entries()) {
    const found = await nearestNeighbours(table, joined, {
      k: 1,
      apart: numbers && [numbers.queries, numbers.references],
      onProgress: (done, total) => onProgress?.(view * total + done, queries.length * total),
      signal,
    });
    for (let row = 0; row < count; row++) {
      if (!(found.distances[row]! < distances[row]!)) continue;
      distances[row] = found.distances[row]!;
      rows[row] = found.rows[row]! % referenceCount;
    }
  }
  return { distances, rows };
}

/** From which distance on a picture counts as a copy, and how sure that is. */
export interface CopyThreshold {
  /** A picture nearer than this counts as copied. */
  readonly distance: number;
  /** Share of real pictures of other patients that would count as copied: at most what was asked for. */
  readonly falseAlarms: number;
  /** Real pictures from which it was found. */
  readonly n: number;
}

/**
 * The greatest distance at which at most so many real pictures count as copies of pictures of other patients.
 * @param distances - Of each real picture to the nearest one of another patient; infinite ones say nothing.
 * @param falseAlarms - In [0, 1).
 */
export function copyThreshold(distances: Float64Array, falseAlarms: number): CopyThreshold {
  const known = distances.filter(Number.isFinite).sort();
  if (known.length === 0) throw new RangeError('no real picture has one of another patient');
  const distance = known[Math.floor(falseAlarms * known.length)]!;
  const below = known.filter(value => value < distance).length;
  return { distance, falseAlarms: below / known.length, n: known.length };
}

/** Share of pictures below the threshold. */
export function shareBelow(distances: Float64Array, { distance }: CopyThreshold): number {
  return distances.filter(value => value < distance).length / distances.length;
}
