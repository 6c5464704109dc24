import { PowerSpectrum } from './fourier.js';

/** Side of the square in the middle that is searched for waves: a power of two. */
const WINDOW = 128;
const HALF = WINDOW / 2;
/** Waves of less than so many cycles a pixel are anatomy: ribs are coarser. */
const COARSEST = 0.12;
/** Waves around a wave: those at most so many steps of the spectrum away, but for the nearest. */
const AROUND = 6;
const NEAREST = 2;
const COUNT_AROUND = (2 * AROUND + 1) ** 2 - (2 * NEAREST + 1) ** 2;
/** Power of one grey level of rounding: the least that the surroundings can hold. */
const ROUNDING = WINDOW * WINDOW * 0.02;

const spectrum = new PowerSpectrum(WINDOW);
const values = new Float32Array(WINDOW * WINDOW);
/** Of the table of sums: waves from −HALF − AROUND to HALF + AROUND across, from −AROUND to HALF + AROUND down. */
const COLUMNS = WINDOW + 2 * AROUND + 2;
const ROWS = HALF + 2 * AROUND + 2;
const table = new Float64Array(ROWS * COLUMNS);
const fade = Float32Array.from({ length: WINDOW }, (_, at) => Math.sin((Math.PI * (at + 0.5)) / WINDOW) ** 2);

/**
 * Moiré and pixel grids: how far the strongest fine, slanting wave stands out of the waves around it, as the natural
 * logarithm of the ratio of powers. Measured in the middle, at the stored size; 0 where the picture is smaller than
 * that.
 */
export function moire(pixels: Uint8Array, width: number, height: number): number {
  if (width < WINDOW || height < WINDOW) return 0;
  const [left, top] = [(width - WINDOW) >> 1, (height - WINDOW) >> 1];
  for (let y = 0; y < WINDOW; y++) {
    for (let x = 0; x < WINDOW; x++) {
      values[y * WINDOW + x] = pixels[(top + y) * width + left + x]! * fade[y]! * fade[x]!;
    }
  }
  const sums = sumsOf(spectrum.of(values));
  let most = 0;
  // Waves along the axes are left out: JPEG blocks and grids of the detector lie there, in real pictures too.
  for (let v = 3; v < HALF; v++) {
    for (let u = -HALF + 1; u < HALF; u++) {
      if (Math.abs(u) < 3 || u * u + v * v < (COARSEST * WINDOW) ** 2) continue;
      const around = sumIn(sums, u, v, AROUND) - sumIn(sums, u, v, NEAREST);
      most = Math.max(most, sumIn(sums, u, v, 0) / (around / COUNT_AROUND + ROUNDING));
    }
  }
  return Math.log(Math.max(most, 1));
}

/**
 * Sums over rectangles of the spectrum from its upper left corner on (a summed-area table: Crow, SIGGRAPH 1984), of
 * u from −HALF − AROUND and v from −AROUND on. The first row and column are 0.
 */
function sumsOf(power: Float64Array): Float64Array {
  for (let row = 1; row < ROWS; row++) {
    const v = (row - 1 - AROUND) & (WINDOW - 1);
    const mirroredV = -v & (WINDOW - 1);
    let sum = 0;
    for (let column = 1; column < COLUMNS; column++) {
      // The spectrum goes on periodically, and of real values its halves mirror each other.
      const u = (column - 1 - HALF - AROUND) & (WINDOW - 1);
      sum += u <= HALF ? power[u * WINDOW + v]! : power[(WINDOW - u) * WINDOW + mirroredV]!;
      table[row * COLUMNS + column] = table[(row - 1) * COLUMNS + column]! + sum;
    }
  }
  return table;
}

/** Sum over the square around a wave, `reach` steps to each side. */
function sumIn(sums: Float64Array, u: number, v: number, reach: number): number {
  const left = u + HALF + AROUND - reach;
  const right = left + 2 * reach + 1;
  const top = (v + AROUND - reach) * COLUMNS;
  const bottom = top + (2 * reach + 1) * COLUMNS;
  return sums[bottom + right]! - sums[bottom + left]! - sums[top + right]! + sums[top + left]!;
}
