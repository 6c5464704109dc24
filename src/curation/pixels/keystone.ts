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
const LINES_WITH_EDGE = 0.5;
const STRAIGHT = 1.5;
/** Sides, of the four, that must have such an edge: photographs may cut one off. */
const SIDES_WITH_EDGE = 3;
/** Lines nearer to each other give no slope. */
const APART = 16;
/** What surrounds a screen, of black to white: its median deviation, its gradient, the difference of two sides. */
const MOST_UNEVEN = 0.02;
const MOST_GRADIENT = 0.15;
const MOST_UNLIKE = 0.1;
/** Where the surroundings end: departure from their level, at least, and in deviations of them. */
const LEAST_STEP = 0.012;
const STEP_IN_DEVIATIONS = 4;

/**
 * Keystone: by how much two opposite straight edges of what lies on even surroundings are out of parallel, as a share
 * of the side, over the side. 0 where there are no such edges. Even surroundings at three sides at least, that end in
 * straight lines of which two opposite ones are not parallel, are what a rectangle photographed at a slant shows, also
 * when its edge is faint (a dark film on a dark bezel). The edges of a turned collimator are parallel, and a body's
 * edge is not straight.
 *
 * @param picture - KEYSTONE_SIDE × KEYSTONE_SIDE, values in [0, 1].
 */
export function keystone(picture: Float32Array): number {
  const last = SIDE - 1;
  const bands = [
    bandOf(picture, 0, 1, SIDE),
    bandOf(picture, last, -1, SIDE),
    bandOf(picture, 0, SIDE, 1),
    bandOf(picture, last * SIDE, -SIDE, 1),
  ];
  if (bands.filter(isEven).length < SIDES_WITH_EDGE) return 0;
  const slopes = bands.map(band => (isEven(band) ? slopeOfEdge(picture, band) : undefined));
  if (slopes.filter(slope => slope !== undefined).length < SIDES_WITH_EDGE) return 0;
  let most = 0;
  for (const near of [0, 2]) {
    const [one, other] = [slopes[near], slopes[near + 1]];
    if (one === undefined || other === undefined) continue;
    if (Math.abs(bands[near]!.level - bands[near + 1]!.level) > MOST_UNLIKE) continue;
    // Each slope counts from its own side inwards: those of parallel edges are opposite.
    most = Math.max(most, Math.abs(one + other));
  }
  return most;
}

/** What lies along one side of the picture: lines begin at `start`, `along` apart, their pixels are `across` apart. */
interface Band {
  readonly start: number;
  readonly across: number;
  readonly along: number;
  /** Its grey level in the middle, the change of it a line, and the median deviation from both. */
  readonly level: number;
  readonly gradient: number;
  readonly deviation: number;
}

function bandOf(picture: Float32Array, start: number, across: number, along: number): Band {
  const places: number[] = [];
  const values: number[] = [];
  for (let line = 0; line < SIDE; line += 2) {
    const first = start + line * along;
    places.push(line - SIDE / 2);
    values.push((picture[first + across]! + picture[first + 2 * across]!) / 2);
  }
  const gradient = theilSen(places, values, APART / 2);
  const levels = Float64Array.from(values, (value, index) => value - gradient * places[index]!);
  const level = median(levels);
  const deviation = median(levels.map(value => Math.abs(value - level)));
  return { start, across, along, level, gradient, deviation };
}

function isEven({ gradient, deviation }: Band): boolean {
  return deviation <= MOST_UNEVEN && Math.abs(gradient) * SIDE <= MOST_GRADIENT;
}

/** Slope (depth a line) of where the surroundings end, when that is a straight line; else undefined. */
function slopeOfEdge(picture: Float32Array, band: Band): number | undefined {
  const step = Math.max(LEAST_STEP, STEP_IN_DEVIATIONS * band.deviation);
  const lines: number[] = [];
  const depths: number[] = [];
  for (let line = ENDS; line < SIDE - ENDS; line++) {
    const first = band.start + line * band.along;
    const level = band.level + band.gradient * (line - SIDE / 2);
    let wasOff = false;
    for (let depth = 2; depth <= DEEPEST; depth++) {
      // Two pixels in a row: one alone may be dust.
      const isOff = Math.abs(picture[first + depth * band.across]! - level) >= step;
      if (isOff && wasOff) {
        lines.push(line);
        depths.push(depth - 1);
        break;
      }
      wasOff = isOff;
    }
  }
  if (lines.length < LINES_WITH_EDGE * LINES) return undefined;
  const slope = theilSen(lines, depths, APART);
  const offsets = Float64Array.from(lines, (line, index) => depths[index]! - slope * line);
  const middle = median(offsets.slice());
  const onLine = offsets.filter(offset => Math.abs(offset - middle) <= STRAIGHT);
  return onLine.length >= LINES_WITH_EDGE * LINES ? slope : undefined;
}

/** The median slope over pairs of points (Theil 1950, Sen 1968), `apart` places from each other at least. */
function theilSen(places: readonly number[], values: readonly number[], apart: number): number {
  const slopes: number[] = [];
  for (let one = 0; one < places.length; one += 2) {
    for (let other = one + apart; other < places.length; other += 2) {
      slopes.push((values[other]! - values[one]!) / (places[other]! - places[one]!));
    }
  }
  return median(Float64Array.from(slopes));
}
