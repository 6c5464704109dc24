import { powerSpectrum } from './fourier.js';
import { shrink } from './shrink.js';

/** What gives away a photograph of a screen, or of a film on a light box. */
export interface ScreenSigns {
  /**
   * Moiré and pixel grids: how far the strongest fine wave stands out of the waves around it, as the natural
   * logarithm of the ratio of powers. Measured in the middle, at the stored size.
   */
  readonly moire: number;
  /**
   * Keystone: by how much the straight left and right edges of the picture's bright area run towards each other, as
   * a share of the side, over the height. 0 where there are no two straight edges.
   */
  readonly keystone: number;
}

/** Side of the square in the middle that is searched for waves: a power of two. */
const WINDOW = 128;
/** Waves of less than so many cycles a pixel are anatomy: ribs are coarser. */
const COARSEST = 0.12;
/** Waves around a wave: those at most so many steps of the spectrum away, but for the nearest. */
const AROUND = 6;
const NEAREST = 2;

export function screenSigns(pixels: Uint8Array, width: number, height: number): ScreenSigns {
  return { moire: moire(pixels, width, height), keystone: keystone(pixels, width, height) };
}

function moire(pixels: Uint8Array, width: number, height: number): number {
  if (width < WINDOW || height < WINDOW) return 0;
  const [left, top] = [(width - WINDOW) >> 1, (height - WINDOW) >> 1];
  const values = new Float32Array(WINDOW * WINDOW);
  for (let y = 0; y < WINDOW; y++) {
    const fade = Math.sin((Math.PI * (y + 0.5)) / WINDOW) ** 2;
    for (let x = 0; x < WINDOW; x++) {
      const value = pixels[(top + y) * width + left + x]!;
      values[y * WINDOW + x] = value * fade * Math.sin((Math.PI * (x + 0.5)) / WINDOW) ** 2;
    }
  }
  const power = powerSpectrum(values, WINDOW);
  const half = WINDOW / 2;
  const at = (u: number, v: number) => power[(v & (WINDOW - 1)) * WINDOW + (u & (WINDOW - 1))]!;
  let most = 0;
  // Waves along the axes are left out: JPEG blocks and grids of the detector lie there, in real pictures too.
  for (let v = 3; v < half; v++) {
    for (let u = -half + 1; u < half; u++) {
      if (Math.abs(u) < 3 || u * u + v * v < (COARSEST * WINDOW) ** 2) continue;
      const peak = at(u, v);
      if (peak <= most) continue;
      let sum = 0;
      let count = 0;
      for (let dv = -AROUND; dv <= AROUND; dv++) {
        for (let du = -AROUND; du <= AROUND; du++) {
          if (Math.abs(du) <= NEAREST && Math.abs(dv) <= NEAREST) continue;
          sum += at(u + du, v + dv);
          count++;
        }
      }
      // One grey level of rounding is the least that the surroundings can hold.
      most = Math.max(most, peak / (sum / count + WINDOW * WINDOW * 0.02));
    }
  }
  return Math.log(Math.max(most, 1));
}

/** Side of the picture in which edges are looked for. */
const SIDE = 128;
/** Share of the rows that must show the edge, and how far (in pixels of SIDE) it may lie off a straight line. */
const ROWS_WITH_EDGE = 0.6;
const STRAIGHT = 1;
/** Least step of an edge, of the range from black to white. */
const STEP = 0.12;

function keystone(pixels: Uint8Array, width: number, height: number): number {
  const picture = shrink(pixels, width, height, SIDE);
  const left = straightEdge(picture, 0, 1);
  const right = straightEdge(picture, SIDE - 1, -1);
  if (left === undefined || right === undefined) return 0;
  // Both lean inwards to the same end: a collimator that is turned leans both to one side.
  return left * right >= 0 ? 0 : 2 * Math.min(Math.abs(left), Math.abs(right));
}

/** Slope (columns a row) of the first edge from one side on, when it is a straight line; else undefined. */
function straightEdge(picture: Float32Array, from: number, step: number): number | undefined {
  const columns: number[] = [];
  const rows: number[] = [];
  for (let y = 8; y < SIDE - 8; y++) {
    for (let depth = 2; depth < SIDE / 3; depth++) {
      const x = from + step * depth;
      const rise = Math.abs(picture[y * SIDE + x + step]! - picture[y * SIDE + x - step]!);
      if (rise < STEP) continue;
      columns.push(x);
      rows.push(y);
      break;
    }
  }
  if (rows.length < ROWS_WITH_EDGE * (SIDE - 16)) return undefined;
  // Theil and Sen's line, the median over pairs of rows: some rows may show another edge first.
  const slopes: number[] = [];
  for (let one = 0; one < rows.length; one++) {
    for (let other = one + 16; other < rows.length; other++) {
      slopes.push((columns[other]! - columns[one]!) / (rows[other]! - rows[one]!));
    }
  }
  const slope = median(slopes);
  const start = median(rows.map((y, index) => columns[index]! - slope * y));
  const onLine = rows.filter((y, index) => Math.abs(columns[index]! - start - slope * y) <= STRAIGHT);
  return onLine.length >= ROWS_WITH_EDGE * (SIDE - 16) ? slope : undefined;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;
}
