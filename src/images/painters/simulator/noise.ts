import { Random } from '../../../base/index.js';
import type { Map2 } from './raster.js';
import { spread } from './smoothing.js';

const side = 512;
const kept = new Map<string, Float32Array>();

/** Where a sample of a noise field lies: another place for each patient and purpose. */
export interface NoisePlace {
  readonly field: Float32Array;
  readonly x: number;
  readonly y: number;
  readonly cosine: number;
  readonly sine: number;
}

/**
 * A random place in a fractal field (mean 0, deviation 1) that repeats without seams. `persistence` is the
 * amplitude of an octave against the one before: 0.5 is smooth, 0.8 rough.
 */
export function noisePlace(random: Random, persistence: 0.5 | 0.65 | 0.8): NoisePlace {
  const angle = random.uniform(0, 2 * Math.PI);
  return {
    field: fieldOf(persistence),
    x: random.uniform(0, side),
    y: random.uniform(0, side),
    cosine: Math.cos(angle),
    sine: Math.sin(angle),
  };
}

/** Cells of a field along the picture's side, when so many of its coarsest waves fill it. */
export function cellsOf(periods: number): number {
  return (periods * side) / 4;
}

/** The field at x, y (fractions of the side); `periods` is how many of its coarsest waves fill the side. */
export function noiseAt(place: NoisePlace, x: number, y: number, periods: number): number {
  const step = cellsOf(periods);
  const u = place.x + step * (x * place.cosine - y * place.sine);
  const v = place.y + step * (x * place.sine + y * place.cosine);
  const column = Math.floor(u);
  const row = Math.floor(v);
  const fx = u - column;
  const fy = v - row;
  const x0 = column & (side - 1);
  const x1 = (column + 1) & (side - 1);
  const y0 = (row & (side - 1)) * side;
  const y1 = ((row + 1) & (side - 1)) * side;
  const { field } = place;
  const top = field[y0 + x0]! + (field[y0 + x1]! - field[y0 + x0]!) * fx;
  const bottom = field[y1 + x0]! + (field[y1 + x1]! - field[y1 + x0]!) * fx;
  return top + (bottom - top) * fy;
}

/** The coarse waves of the field over a whole picture, from a lattice: for what is smooth and of low contrast. */
export function smoothNoise(place: NoisePlace, size: number, periods: number): Map2 {
  const cells = 33;
  const grid = new Float32Array(cells * cells);
  for (let row = 0, at = 0; row < cells; row++)
    for (let column = 0; column < cells; column++, at++)
      grid[at] = noiseAt(place, column / (cells - 1), row / (cells - 1), periods);
  return spread(grid, cells, size, 0);
}

function fieldOf(persistence: number): Float32Array {
  const key = String(persistence);
  let field = kept.get(key);
  if (field === undefined) {
    field = makeField(persistence);
    kept.set(key, field);
  }
  return field;
}

function makeField(persistence: number): Float32Array {
  const random = Random.of('simulator noise', persistence);
  const field = new Float32Array(side * side);
  let amplitude = 1;
  for (let cells = 4; cells <= side; cells *= 2) {
    const lattice = Float32Array.from({ length: cells * cells }, () => random.normal());
    const step = side / cells;
    for (let row = 0, at = 0; row < side; row++) {
      const v = row / step;
      const r0 = Math.floor(v);
      const fy = smooth(v - r0);
      const above = (r0 % cells) * cells;
      const below = ((r0 + 1) % cells) * cells;
      for (let column = 0; column < side; column++, at++) {
        const u = column / step;
        const c0 = Math.floor(u);
        const fx = smooth(u - c0);
        const west = c0 % cells;
        const east = (c0 + 1) % cells;
        const top = lattice[above + west]! * (1 - fx) + lattice[above + east]! * fx;
        const bottom = lattice[below + west]! * (1 - fx) + lattice[below + east]! * fx;
        field[at]! += amplitude * (top * (1 - fy) + bottom * fy);
      }
    }
    amplitude *= persistence;
  }
  let sum = 0;
  let squares = 0;
  for (const value of field) {
    sum += value;
    squares += value * value;
  }
  const mean = sum / field.length;
  const deviation = Math.sqrt(squares / field.length - mean * mean);
  for (let at = 0; at < field.length; at++) field[at] = (field[at]! - mean) / deviation;
  return field;
}

function smooth(t: number): number {
  return t * t * (3 - 2 * t);
}
