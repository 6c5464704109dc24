import { arena } from './arena.js';
import { kernels } from './kernels.js';
import type { Map2 } from './raster.js';

/** Blurs in place, close to a Gaussian of this deviation (pixels). Edges repeat. */
export function blur(map: Map2, size: number, deviation: number): void {
  kernels().blur(size, map, deviation);
}

/** Means of a map over cells × cells; values above the ceiling count as it. */
export function coarsen(map: Map2, size: number, cells: number, ceiling = Infinity): Float32Array {
  const grid = new Float32Array(cells * cells);
  kernels().coarsen(size, cells, map, ceiling, grid);
  return grid;
}

/**
 * A map of size × size from one of cells × cells, straight lines between. `middle` is where in a cell its value
 * lies: 0.5 for means of cells, 0 for a lattice that starts at the edge.
 */
export function spread(
  grid: Float32Array,
  cells: number,
  size: number,
  middle: number,
  result = arena.any(size * size),
): Map2 {
  kernels().spread(cells, size, grid, middle, result);
  return result;
}
