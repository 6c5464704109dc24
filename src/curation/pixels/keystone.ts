import { median } from './median.js';

/** Side of the shrunk picture in which the edges of a screen are looked for. */
export const KEYSTONE_SIDE = 128;
const SIDE = KEYSTONE_SIDE;
/** How far from a side its edge may lie, in pixels of the shrunk picture. */
const DEEPEST = 50;
/** Lines at each end that are not looked at. */
const ENDS = 4;
const LINES = SIDE - 2 * ENDS;
/** Share of the lines that must show the edge, and how far (in pixels) it may lie off a straight line. */
const LINES_WITH_EDGE = 0.6;
const STRAIGHT = 1;
/** Lines nearer to each other give no slope. */
const APART = 16;
/** What surrounds a screen: its median deviation, and the difference between two sides, of black to white. */
const MOST_UNEVEN = 0.02;
const MOST_UNLIKE = 0.05;
/** Where the surroundings end: departure from their level, at least, and in deviations of them. */
const LEAST_STEP = 0.012;
const STEP_IN_DEVIATIONS = 4;

/**
 * Keystone: by how much two opposite straight edges of what lies on even surroundings run towards each other, as a
 * share of the side, over the side. 0 where there are no such edges. An even band at both sides and two straight edges
 * that lean to each other are what a rectangle photographed at a slant shows, also when the edge is faint: a dark film
 * on a dark bezel. A collimator that is turned leans both edges to one side, and a body's edge is not straight.
 *
 * @param picture - KEYSTONE_SIDE × KEYSTONE_SIDE, values in [0, 1].
 */
export function keystone(picture: Float32Array): number {
  return Math.max(convergence(picture, 1, SIDE), convergence(picture, SIDE, 1));
}

/** Of the edges at both ends of lines: pixels of a line lie `across` apart, lines lie `along` apart. */
function convergence(picture: Float32Array, across: number, along: number): number {
  const near = surroundings(picture, 0, across, along);
  if (near.deviation > MOST_UNEVEN) return 0;
  const last = (SIDE - 1) * across;
  const far = surroundings(picture, last, -across, along);
  if (far.deviation > MOST_UNEVEN || Math.abs(far.level - near.level) > MOST_UNLIKE) return 0;
  const one = slopeOfEdge(picture, 0, across, along, near);
  const other = one === undefined ? undefined : slopeOfEdge(picture, last, -across, along, far);
  if (one === undefined || other === undefined) return 0;
  // Both slopes count from their own side inwards: of edges that run towards each other both rise, or both fall.
  return one * other <= 0 ? 0 : 2 * Math.min(Math.abs(one), Math.abs(other));
}

interface Surroundings {
  readonly level: number;
  readonly deviation: number;
}

/** The second and third pixel of each line, counted from `start` on. */
function surroundings(picture: Float32Array, start: number, across: number, along: number): Surroundings {
  const band = new Float64Array(2 * SIDE);
  for (let line = 0; line < SIDE; line++) {
    band[2 * line] = picture[start + line * along + across]!;
    band[2 * line + 1] = picture[start + line * along + 2 * across]!;
  }
  const level = median(band);
  return { level, deviation: median(band.map(value => Math.abs(value - level))) };
}

/** Slope (depth a line) of where the surroundings end, when that is a straight line; else undefined. */
function slopeOfEdge(
  picture: Float32Array,
  start: number,
  across: number,
  along: number,
  { level, deviation }: Surroundings,
): number | undefined {
  const step = Math.max(LEAST_STEP, STEP_IN_DEVIATIONS * deviation);
  const lines: number[] = [];
  const depths: number[] = [];
  for (let line = ENDS; line < SIDE - ENDS; line++) {
    const first = start + line * along;
    let wasOff = false;
    for (let depth = 2; depth <= DEEPEST; depth++) {
      // Two pixels in a row: one alone may be dust.
      const isOff = Math.abs(picture[first + depth * across]! - level) >= step;
      if (isOff && wasOff) {
        lines.push(line);
        depths.push(depth - 1);
        break;
      }
      wasOff = isOff;
    }
  }
  if (lines.length < LINES_WITH_EDGE * LINES) return undefined;
  const slope = theilSen(lines, depths);
  const offsets = Float64Array.from(lines, (line, index) => depths[index]! - slope * line);
  const middle = median(offsets.slice());
  const onLine = offsets.filter(offset => Math.abs(offset - middle) <= STRAIGHT);
  return onLine.length >= LINES_WITH_EDGE * LINES ? slope : undefined;
}

/** The median slope over pairs of points (Theil 1950, Sen 1968): some lines may show something else first. */
function theilSen(places: readonly number[], values: readonly number[]): number {
  const slopes: number[] = [];
  for (let one = 0; one < places.length; one += 2) {
    for (let other = one + APART; other < places.length; other += 2) {
      slopes.push((values[other]! - values[one]!) / (places[other]! - places[one]!));
    }
  }
  return median(Float64Array.from(slopes));
}
