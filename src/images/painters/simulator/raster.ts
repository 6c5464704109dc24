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
  /** What was touched: rows, and in each the columns from first to last. */
  #top: number;
  #bottom = -1;
  readonly #first: Int32Array;
  readonly #last: Int32Array;

  constructor(size: number) {
    this.size = size;
    this.#scratch = arena.empty(size * size);
    this.#top = size;
    this.#first = new Int32Array(size).fill(size);
    this.#last = new Int32Array(size).fill(-1);
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
    this.#touchRows(top, bottom);
    const first = this.#first;
    const last = this.#last;
    const dx = x1 - x0;
    const dy = y1 - y0;
    const squared = dx * dx + dy * dy;
    const scale = squared > 1e-12 ? 1 / squared : 0;
    const scratch = this.#scratch;
    const pixel = 1 / size;
    const long = Math.sqrt(squared);
    const thin = r0 <= finest && r1 <= finest;
    const thinGain = (2 * gain) / (finest * finest);
    for (let row = top; row <= bottom; row++) {
      const py = (row + 0.5) * pixel - y0;
      let low = left * pixel - x0;
      let high = (right + 1) * pixel - x0;
      if (dy !== 0) {
        // Only the part of the bar that is within reach of this row can touch it, and only where the row is
        // within reach of the line through both ends.
        const one = (py - widest) / dy;
        const other = (py + widest) / dy;
        const start = Math.max(Math.min(one, other), 0);
        const end = Math.min(Math.max(one, other), 1);
        if (start > end) continue;
        const middle = (py * dx) / dy;
        const reach = Math.abs((widest * long) / dy);
        low = Math.max(dx > 0 ? start * dx - widest : end * dx - widest, middle - reach);
        high = Math.min(dx > 0 ? end * dx + widest : start * dx + widest, middle + reach);
      }
      const from = Math.max(left, Math.floor((low + x0) * size - 0.5));
      const to = Math.min(right, Math.ceil((high + x0) * size - 0.5));
      if (from < first[row]!) first[row] = from;
      if (to > last[row]!) last[row] = to;
      const start = row * size;
      for (let column = from; column <= to; column++) {
        const px = (column + 0.5) * pixel - x0;
        let along = (px * dx + py * dy) * scale;
        along = along < 0 ? 0 : Math.min(along, 1);
        const ex = px - along * dx;
        const ey = py - along * dy;
        const off = ex * ex + ey * ey;
        const radius = r0 + (r1 - r0) * along;
        let value: number;
        if (thin) {
          const room = finest * finest - off;
          if (room <= 0) continue;
          value = thinGain * radius * radius * Math.sqrt(room);
        } else {
          const drawn = Math.max(radius, finest);
          const room = drawn * drawn - off;
          if (room <= 0) continue;
          let chord = Math.sqrt(room);
          if (radius < finest) chord *= (radius * radius) / (finest * finest);
          else if (shell > 0) {
            const inner = (drawn - shell) * (drawn - shell) - off;
            if (inner > 0 && drawn > shell) chord -= (1 - marrow) * Math.sqrt(inner);
          }
          value = 2 * gain * chord;
        }
        if (value > scratch[start + column]!) scratch[start + column] = value;
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
    this.#touchRows(top, bottom);
    const cosine = Math.cos(angle);
    const sine = Math.sin(angle);
    const floorX = Math.max(rx, 0.7 / size);
    const floorY = Math.max(ry, 0.7 / size);
    const perX = 1 / floorX;
    const perY = 1 / floorY;
    const kept = depth * rx * ry * perX * perY;
    const scratch = this.#scratch;
    const pixel = 1 / size;
    // Powers are dear: those of a large ellipsoid are read from a table over √(1 − ρ²), in which they are straight.
    const isLarge = power > 0.5 && power !== 1 && (right - left) * (bottom - top) > 1000;
    const powers = isLarge
      ? Float32Array.from({ length: 130 }, (_, step) => (step / 128) ** (2 * power))
      : undefined;
    for (let row = top; row <= bottom; row++) {
      const py = (row + 0.5) * pixel - y;
      const start = row * size;
      if (left < this.#first[row]!) this.#first[row] = left;
      if (right > this.#last[row]!) this.#last[row] = right;
      for (let column = left; column <= right; column++) {
        const px = (column + 0.5) * pixel - x;
        const u = (px * cosine + py * sine) * perX;
        const v = (py * cosine - px * sine) * perY;
        const room = 1 - u * u - v * v;
        if (room <= 0) continue;
        let value = kept;
        if (power === 0.5) value *= Math.sqrt(room);
        else if (power === 1) value *= room;
        else if (powers === undefined) value *= room ** power;
        else {
          const place = 128 * Math.sqrt(room);
          const step = place | 0;
          value *= powers[step]! + (powers[step + 1]! - powers[step]!) * (place - step);
        }
        if (value > scratch[start + column]!) scratch[start + column] = value;
      }
    }
  }

  /** Adds what was drawn to the target, keeps it within `limit` when given, and clears the scratch. */
  addTo(target: Map2, limit?: Map2): void {
    const scratch = this.#scratch;
    for (let row = this.#top; row <= this.#bottom; row++) {
      const end = row * this.size + this.#last[row]!;
      for (let at = row * this.size + this.#first[row]!; at <= end; at++) {
        let value = scratch[at]!;
        if (value === 0) continue;
        scratch[at] = 0;
        if (limit !== undefined && value > limit[at]!) value = limit[at]!;
        target[at]! += value;
      }
      this.#first[row] = this.size;
      this.#last[row] = -1;
    }
    this.#top = this.size;
    this.#bottom = -1;
  }

  #touchRows(top: number, bottom: number): void {
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
