import { arena } from './arena.js';
import { kernels } from './kernels.js';

/** A square map of numbers, row by row from the top left. Geometry is in fractions of the side, y down. */
export type Map2 = Float32Array;

/** One place on a curve: x, y and radius as fractions of the side. */
export type CurvePoint = readonly [x: number, y: number, radius: number];

/** Numbers of a shape as the loops take it. */
const shapeNumbers = 10;

/**
 * Draws tubes and blobs into a scratch map, keeps the largest value where they overlap, and adds the whole
 * to a target once. So the joints of one rib or tube are not counted twice. Shapes are only noted until then.
 */
export class Brush {
  readonly size: number;
  /** 0 everywhere but while a whole is drawn. */
  readonly #scratch: Map2;
  #shapes = new Float64Array(64 * shapeNumbers);
  #count = 0;

  constructor(size: number) {
    this.size = size;
    this.#scratch = arena.empty(size * size);
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
    let at = this.#next();
    const shapes = this.#shapes;
    shapes[at] = 0;
    shapes[++at] = x0;
    shapes[++at] = y0;
    shapes[++at] = r0;
    shapes[++at] = x1;
    shapes[++at] = y1;
    shapes[++at] = r1;
    shapes[++at] = gain;
    shapes[++at] = shell;
    shapes[++at] = marrow;
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
    let at = this.#next();
    const shapes = this.#shapes;
    shapes[at] = 1;
    shapes[++at] = x;
    shapes[++at] = y;
    shapes[++at] = rx;
    shapes[++at] = ry;
    shapes[++at] = depth;
    shapes[++at] = power;
    shapes[++at] = angle;
  }

  /** Adds what was drawn to the target and keeps it within `limit` when given. */
  addTo(target: Map2, limit?: Map2): void {
    kernels().drawShapes(this.#count, this.size, this.#shapes, this.#scratch, target, limit ?? null);
    this.#count = 0;
  }

  /** Where the next shape is noted. */
  #next(): number {
    const at = this.#count++ * shapeNumbers;
    if (at + shapeNumbers > this.#shapes.length) {
      const more = new Float64Array(2 * this.#shapes.length);
      more.set(this.#shapes);
      this.#shapes = more;
    }
    return at;
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
