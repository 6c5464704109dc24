import { arena } from './arena.js';
import type { Map2 } from './raster.js';

/** From this deviation on (pixels) half the rows and columns hold all that a blur leaves. */
const coarseFrom = 1.7;
/** Variance (pixels²) of means of 2 × 2 and of the straight lines between them. */
const halvingVariance = 0.25 + 2 / 3;

/** Blurs in place, close to a Gaussian of this deviation (pixels). Edges repeat. */
export function blur(map: Map2, size: number, deviation: number): void {
  if (deviation < 0.15) return;
  const squared = deviation * deviation;
  if (squared < 2) blurNear(map, size, squared);
  else if (deviation >= coarseFrom && size % 2 === 0 && size >= 128) {
    const half = size >> 1;
    const grid = coarsen(map, size, half);
    blur(grid, half, Math.sqrt((squared - halvingVariance) / 4));
    spread(grid, half, size, 0.5, map);
  } else {
    // Three running means; their radius gives the wanted variance.
    const radius = (Math.sqrt(4 * squared + 1) - 1) / 2;
    const other = arena.any(map.length);
    for (let pass = 0; pass < 3; pass++) {
      meanAlongRows(map, other, size, radius);
      meanAlongColumns(other, map, size, radius);
    }
  }
}

/** A blur of a variance below 2: three times the weights (r, 1, r), at once. */
function blurNear(map: Map2, size: number, variance: number): void {
  const r = variance / (6 - 2 * variance);
  const scale = 1 / (1 + 2 * r) ** 3;
  const w0 = (1 + 6 * r * r) * scale;
  const w1 = (3 * r + 3 * r * r * r) * scale;
  const w2 = 3 * r * r * scale;
  const w3 = r * r * r * scale;
  // What lies furthest is left out where it cannot be told.
  const reach = w3 > 1e-4 ? 3 : w2 > 1e-4 ? 2 : 1;
  const kept = 1 / (w0 + 2 * w1 + (reach > 1 ? 2 * w2 : 0) + (reach > 2 ? 2 * w3 : 0));
  const [a, b, c, d] = [w0 * kept, w1 * kept, reach > 1 ? w2 * kept : 0, reach > 2 ? w3 * kept : 0];
  const other = arena.any(map.length);
  const last = size - 1;
  const line = new Float32Array(size + 6);
  for (let start = 0; start < map.length; start += size) {
    line.fill(map[start]!, 0, 3);
    line.set(map.subarray(start, start + size), 3);
    line.fill(map[start + last]!, size + 3);
    if (reach === 1)
      for (let at = 0; at < size; at++)
        other[start + at] = a * line[at + 3]! + b * (line[at + 2]! + line[at + 4]!);
    else
      for (let at = 0; at < size; at++)
        other[start + at] =
          a * line[at + 3]! +
          b * (line[at + 2]! + line[at + 4]!) +
          c * (line[at + 1]! + line[at + 5]!) +
          d * (line[at]! + line[at + 6]!);
  }
  const rowOf = (row: number) => (row < 0 ? 0 : Math.min(row, last)) * size;
  for (let row = 0; row < size; row++) {
    const here = row * size;
    const [up, down] = [rowOf(row - 1), rowOf(row + 1)];
    if (reach === 1) {
      for (let at = 0; at < size; at++)
        map[here + at] = a * other[here + at]! + b * (other[up + at]! + other[down + at]!);
      continue;
    }
    const [up2, down2] = [rowOf(row - 2), rowOf(row + 2)];
    const [up3, down3] = [rowOf(row - 3), rowOf(row + 3)];
    for (let at = 0; at < size; at++)
      map[here + at] =
        a * other[here + at]! +
        b * (other[up + at]! + other[down + at]!) +
        c * (other[up2 + at]! + other[down2 + at]!) +
        d * (other[up3 + at]! + other[down3 + at]!);
  }
}

/** Means of a map over cells × cells; values above the ceiling count as it. */
export function coarsen(map: Map2, size: number, cells: number, ceiling = Infinity): Float32Array {
  const grid = new Float32Array(cells * cells);
  if (2 * cells === size && ceiling === Infinity) {
    for (let row = 0, cell = 0; row < size; row += 2)
      for (let at = row * size, end = at + size; at < end; at += 2, cell++)
        grid[cell] = 0.25 * (map[at]! + map[at + 1]! + map[at + size]! + map[at + size + 1]!);
    return grid;
  }
  const cellOf = Int32Array.from({ length: size }, (_, place) => Math.floor((place * cells) / size));
  const counts = new Float32Array(cells);
  for (const cell of cellOf) counts[cell]!++;
  for (let row = 0, at = 0; row < size; row++) {
    const line = cellOf[row]! * cells;
    for (let column = 0; column < size; column++, at++) {
      grid[line + cellOf[column]!]! += Math.min(map[at]!, ceiling);
    }
  }
  for (let row = 0, cell = 0; row < cells; row++)
    for (let column = 0; column < cells; column++, cell++) grid[cell]! /= counts[row]! * counts[column]!;
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
  const scale = (middle === 0 ? cells - 1 : cells) / size;
  const start = new Int32Array(size);
  const part = new Float32Array(size);
  for (let place = 0; place < size; place++) {
    const u = Math.min(cells - 1.001, Math.max(0, (place + 0.5) * scale - middle));
    start[place] = Math.floor(u);
    part[place] = u - start[place]!;
  }
  // One row of the grid at the height of this row, then along it.
  const line = new Float32Array(cells);
  for (let row = 0, at = 0; row < size; row++) {
    const top = start[row]! * cells;
    const fy = part[row]!;
    for (let cell = 0; cell < cells; cell++) {
      const value = grid[top + cell]!;
      line[cell] = value + (grid[top + cells + cell]! - value) * fy;
    }
    for (let column = 0; column < size; column++, at++) {
      const cell = start[column]!;
      const value = line[cell]!;
      result[at] = value + (line[cell + 1]! - value) * part[column]!;
    }
  }
  return result;
}

/** Mean over 2 radius + 1 places of each row; the outermost count in part when radius is not whole. */
function meanAlongRows(from: Map2, to: Map2, size: number, radius: number): void {
  const whole = Math.floor(radius);
  const part = radius - whole;
  const scale = 1 / (2 * radius + 1);
  const last = size - 1;
  for (let start = 0; start < from.length; start += size) {
    let sum = 0;
    for (let place = -whole; place <= whole; place++)
      sum += from[start + (place < 0 ? 0 : Math.min(place, last))]!;
    for (let place = 0; place < size; place++) {
      const before = from[start + (place > whole ? place - whole - 1 : 0)]!;
      const after = from[start + (place + whole < last ? place + whole + 1 : last)]!;
      to[start + place] = (sum + part * (before + after)) * scale;
      sum += after - from[start + (place > whole ? place - whole : 0)]!;
    }
  }
}

/** The same along columns, a whole row at a time so that memory is read in order. */
function meanAlongColumns(from: Map2, to: Map2, size: number, radius: number): void {
  const whole = Math.floor(radius);
  const part = radius - whole;
  const scale = 1 / (2 * radius + 1);
  const last = size - 1;
  const sums = new Float64Array(size);
  const rowOf = (row: number) => (row < 0 ? 0 : Math.min(row, last)) * size;
  for (let row = -whole; row <= whole; row++) {
    const start = rowOf(row);
    for (let column = 0; column < size; column++) sums[column]! += from[start + column]!;
  }
  for (let row = 0; row < size; row++) {
    const before = rowOf(row - whole - 1);
    const after = rowOf(row + whole + 1);
    const leaving = rowOf(row - whole);
    const out = row * size;
    for (let column = 0; column < size; column++) {
      const next = from[after + column]!;
      to[out + column] = (sums[column]! + part * (from[before + column]! + next)) * scale;
      sums[column]! += next - from[leaving + column]!;
    }
  }
}
