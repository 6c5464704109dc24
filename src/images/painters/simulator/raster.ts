import { arena } from './arena.js';

/** A square map of numbers, row by row from the top left. Geometry is in fractions of the side, y down. */
export type Map2 = Float32Array;

/** One place on a curve: x, y and radius as fractions of the side. */
export type CurvePoint = readonly [x: number, y: number, radius: number];

/**
 * Draws tubes and blobs into a scratch map, keeps the largest value where they overlap, and adds the whole
 * to a target once. So the joints of one rib or tube are not counted twice.
 */
export class Brush {
  readonly size: number;
  readonly #scratch: Map2;
  #left: number;
  #right = -1;
  #top: number;
  #bottom = -1;

  constructor(size: number) {
    this.size = size;
    this.#scratch = new Float32Array(size * size);
    this.#left = size;
    this.#top = size;
  }

  /**
   * A round bar from one place to another, as the beam sees it: value = `gain` × chord (fractions of the side).
   * Bars thinner than the pixel are widened and keep their area. With `shell` above 0 the inside up to that
   * wall is emptied but for `marrow` of it.
   */
  segment(
    x0: number,
    y0: number,
    r0: number,
    x1: number,
    y1: number,
    r1: number,
    gain: number,
    shell = 0,
    marrow = 0,
  ): void {
    const { size } = this;
    const finest = 0.75 / size;
    const widest = Math.max(r0, r1, finest);
    const left = Math.max(0, Math.floor((Math.min(x0, x1) - widest) * size - 0.5));
    const right = Math.min(size - 1, Math.ceil((Math.max(x0, x1) + widest) * size - 0.5));
    const top = Math.max(0, Math.floor((Math.min(y0, y1) - widest) * size - 0.5));
    const bottom = Math.min(size - 1, Math.ceil((Math.max(y0, y1) + widest) * size - 0.5));
    if (left > right || top > bottom) return;
    this.#touch(left, right, top, bottom);
    const dx = x1 - x0;
    const dy = y1 - y0;
    const squared = dx * dx + dy * dy;
    const scale = squared > 1e-12 ? 1 / squared : 0;
    const scratch = this.#scratch;
    const steep = dy === 0 ? 0 : 1 / dy;
    for (let row = top; row <= bottom; row++) {
      const py = (row + 0.5) / size - y0;
      let from = left;
      let to = right;
      if (dy !== 0) {
        // Only the part of the bar that is within reach of this row can touch it.
        let low = (py - widest) * steep;
        let high = (py + widest) * steep;
        if (low > high) [low, high] = [high, low];
        if (low > 1 || high < 0) continue;
        const one = x0 + Math.max(low, 0) * dx;
        const other = x0 + Math.min(high, 1) * dx;
        from = Math.max(left, Math.floor((Math.min(one, other) - widest) * size - 0.5));
        to = Math.min(right, Math.ceil((Math.max(one, other) + widest) * size - 0.5));
      }
      for (let column = from; column <= to; column++) {
        const px = (column + 0.5) / size - x0;
        let along = (px * dx + py * dy) * scale;
        along = along < 0 ? 0 : Math.min(along, 1);
        const ex = px - along * dx;
        const ey = py - along * dy;
        const off = ex * ex + ey * ey;
        const radius = r0 + (r1 - r0) * along;
        const drawn = Math.max(radius, finest);
        const room = drawn * drawn - off;
        if (room <= 0) continue;
        let chord = Math.sqrt(room);
        if (radius < finest) chord *= (radius * radius) / (finest * finest);
        else if (shell > 0) {
          const inner = (drawn - shell) * (drawn - shell) - off;
          if (inner > 0 && drawn > shell) chord -= (1 - marrow) * Math.sqrt(inner);
        }
        const value = 2 * gain * chord;
        const at = row * size + column;
        if (value > scratch[at]!) scratch[at] = value;
      }
    }
  }

  /** A bent bar through these places. */
  curve(points: readonly CurvePoint[], gain: number, shell = 0, marrow = 0): void {
    for (let index = 1; index < points.length; index++) {
      const [x0, y0, r0] = points[index - 1]!;
      const [x1, y1, r1] = points[index]!;
      this.segment(x0, y0, r0, x1, y1, r1, gain, shell, marrow);
    }
  }

  /** An ellipsoid: value = depth × (1 − ρ²)^power. Power 0.5 is a ball, 0 a slab with a sharp edge. */
  ellipse(x: number, y: number, rx: number, ry: number, depth: number, power = 0.5, angle = 0): void {
    const { size } = this;
    const reach = Math.max(rx, ry, 1 / size);
    const left = Math.max(0, Math.floor((x - reach) * size - 0.5));
    const right = Math.min(size - 1, Math.ceil((x + reach) * size - 0.5));
    const top = Math.max(0, Math.floor((y - reach) * size - 0.5));
    const bottom = Math.min(size - 1, Math.ceil((y + reach) * size - 0.5));
    if (left > right || top > bottom) return;
    this.#touch(left, right, top, bottom);
    const cosine = Math.cos(angle);
    const sine = Math.sin(angle);
    const floorX = Math.max(rx, 0.7 / size);
    const floorY = Math.max(ry, 0.7 / size);
    const kept = (depth * rx * ry) / (floorX * floorY);
    for (let row = top; row <= bottom; row++) {
      const py = (row + 0.5) / size - y;
      for (let column = left; column <= right; column++) {
        const px = (column + 0.5) / size - x;
        const u = (px * cosine + py * sine) / floorX;
        const v = (py * cosine - px * sine) / floorY;
        const room = 1 - u * u - v * v;
        if (room <= 0) continue;
        const value = kept * (power === 0.5 ? Math.sqrt(room) : power === 1 ? room : room ** power);
        const at = row * size + column;
        if (value > this.#scratch[at]!) this.#scratch[at] = value;
      }
    }
  }

  /** Adds what was drawn to the target, keeps it within `limit` when given, and clears the scratch. */
  addTo(target: Map2, limit?: Map2): void {
    const scratch = this.#scratch;
    for (let row = this.#top; row <= this.#bottom; row++) {
      const end = row * this.size + this.#right;
      for (let at = row * this.size + this.#left; at <= end; at++) {
        let value = scratch[at]!;
        if (value === 0) continue;
        scratch[at] = 0;
        if (limit !== undefined && value > limit[at]!) value = limit[at]!;
        target[at]! += value;
      }
    }
    this.#left = this.size;
    this.#top = this.size;
    this.#right = -1;
    this.#bottom = -1;
  }

  #touch(left: number, right: number, top: number, bottom: number): void {
    if (left < this.#left) this.#left = left;
    if (right > this.#right) this.#right = right;
    if (top < this.#top) this.#top = top;
    if (bottom > this.#bottom) this.#bottom = bottom;
  }
}

/** Places on a cubic Bézier curve, radius running from one end to the other. */
export function bezier(
  start: readonly [number, number],
  leave: readonly [number, number],
  arrive: readonly [number, number],
  end: readonly [number, number],
  radii: readonly [number, number],
  steps = 12,
): CurvePoint[] {
  const points: CurvePoint[] = [];
  for (let step = 0; step <= steps; step++) {
    const t = step / steps;
    const s = 1 - t;
    const a = s * s * s;
    const b = 3 * s * s * t;
    const c = 3 * s * t * t;
    const d = t * t * t;
    points.push([
      a * start[0] + b * leave[0] + c * arrive[0] + d * end[0],
      a * start[1] + b * leave[1] + c * arrive[1] + d * end[1],
      radii[0] + (radii[1] - radii[0]) * t,
    ]);
  }
  return points;
}

/** How much of each pixel lies in the polygon (x, y pairs), 0 to 1, from four lines a row. */
export function polygonCoverage(polygon: readonly number[], size: number): Map2 {
  const cover = new Float32Array(size * size);
  const lines = 4;
  const crossings: number[] = [];
  for (let line = 0; line < size * lines; line++) {
    const y = (line + 0.5) / (size * lines);
    crossings.length = 0;
    for (let index = 0; index < polygon.length; index += 2) {
      const x0 = polygon[index]!;
      const y0 = polygon[index + 1]!;
      const next = (index + 2) % polygon.length;
      const y1 = polygon[next + 1]!;
      if (y0 <= y === y1 <= y) continue;
      crossings.push(x0 + ((y - y0) / (y1 - y0)) * (polygon[next]! - x0));
    }
    crossings.sort((one, other) => one - other);
    const base = Math.floor(line / lines) * size;
    for (let pair = 0; pair + 1 < crossings.length; pair += 2) {
      const from = Math.max(0, crossings[pair]! * size);
      const to = Math.min(size, crossings[pair + 1]! * size);
      for (let column = Math.floor(from); column < to; column++) {
        const covered = Math.min(to, column + 1) - Math.max(from, column);
        if (covered > 0) cover[base + column]! += covered / lines;
      }
    }
  }
  return cover;
}

/** Blurs in place with three running means, close to a Gaussian of this deviation (pixels). Edges repeat. */
export function blur(map: Map2, size: number, deviation: number): void {
  if (deviation < 0.15) return;
  const squared = deviation * deviation;
  // Three passes of weights (r, 1, r) have a variance of 6 r / (1 + 2 r); wider ones that of a box.
  const radius = squared < 2 ? squared / (6 - 2 * squared) : (Math.sqrt(4 * squared + 1) - 1) / 2;
  const other = arena.any(map.length);
  for (let pass = 0; pass < 3; pass++) {
    meanAlongRows(map, other, size, radius);
    meanAlongColumns(other, map, size, radius);
  }
}

/** A wide blur by way of a coarse grid of at most `atMost`² means; the deviation is a fraction of the side. */
export function wideBlur(
  map: Map2,
  size: number,
  deviation: number,
  atMost: number,
  ceiling = Infinity,
): Map2 {
  // A cell without a pixel would have no mean.
  const cells = Math.min(atMost, size);
  const grid = new Float32Array(cells * cells);
  const counts = new Float32Array(cells * cells);
  const cellOf = Int32Array.from({ length: size }, (_, place) => Math.floor((place * cells) / size));
  for (let row = 0, at = 0; row < size; row++) {
    const line = cellOf[row]! * cells;
    for (let column = 0; column < size; column++, at++) {
      const cell = line + cellOf[column]!;
      const value = map[at]!;
      grid[cell]! += Math.min(value, ceiling);
      counts[cell]! += 1;
    }
  }
  for (let cell = 0; cell < grid.length; cell++) grid[cell]! /= counts[cell]!;
  blur(grid, cells, deviation * cells);
  return spread(grid, cells, size, 0.5);
}

/**
 * A map of size × size from one of cells × cells, straight lines between. `middle` is where in a cell its value
 * lies: 0.5 for means of cells, 0 for a lattice that starts at the edge.
 */
export function spread(grid: Float32Array, cells: number, size: number, middle: number): Map2 {
  const result = arena.any(size * size);
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
