import { THUMBNAIL } from './statistics.js';

/**
 * What frontal chest X-rays have in common: the mean of standardised 16 × 16 thumbnails, in hundredths of a
 * standard deviation. Measured by `bench/curation-template.mjs` from 358 pictures of the Hannover and
 * covid-chestxray collections (https://github.com/ml-workgroup/covid-19-image-repository,
 * https://github.com/ieee8023/covid-chestxray-dataset).
 */
const template = Float32Array.from([
  -178, -163, -149, -141, -117, -70, -25, 8, 5, -33, -78, -126, -150, -160, -169, -185, -95, -63, -56, -56,
  -51, -47, -27, -2, 0, -32, -52, -57, -59, -54, -64, -92, -43, -18, -17, -19, -28, -44, -33, 7, 13, -35, -55,
  -37, -26, -19, -24, -46, -23, 3, 2, -24, -54, -62, -40, 15, 26, -44, -81, -65, -34, -9, -8, -30, -18, 12,
  12, -35, -77, -81, -44, 27, 43, -42, -98, -85, -45, -6, -6, -30, -18, 18, 13, -47, -91, -89, -42, 40, 56,
  -28, -95, -95, -55, -4, -1, -33, -20, 24, 11, -55, -92, -79, -26, 54, 67, -5, -74, -89, -58, -2, 7, -34,
  -25, 28, 9, -60, -85, -58, -1, 71, 80, 21, -42, -74, -52, -2, 11, -40, -29, 30, 6, -56, -71, -32, 20, 82,
  89, 41, -11, -50, -46, -3, 15, -47, -32, 30, 5, -41, -45, -9, 40, 94, 98, 59, 22, -20, -30, -2, 16, -54,
  -36, 28, 8, -25, -19, 8, 50, 101, 106, 72, 47, 12, -14, -2, 14, -56, -42, 26, 22, 9, 19, 37, 67, 109, 112,
  84, 65, 43, 15, 9, 12, -58, -50, 28, 40, 47, 58, 68, 85, 115, 118, 94, 79, 62, 41, 21, 10, -63, -59, 34, 62,
  79, 90, 94, 102, 122, 123, 105, 92, 78, 65, 39, 10, -72, -66, 40, 76, 91, 101, 104, 109, 122, 121, 107, 97,
  85, 76, 54, 14, -78, -57, 54, 91, 107, 117, 121, 123, 129, 128, 119, 111, 101, 92, 71, 27, -71,
]);

/** Cells by which the chest may lie off the template, in each direction. */
const SHIFT = 2;

/** How a thumbnail agrees with the template. */
export interface FrontalMatch {
  /** Highest correlation over the shifts. */
  readonly upright: number;
  /** The same of the inverted thumbnail. */
  readonly inverted: number;
}

/** Correlates a thumbnail (see `PixelStatistics.thumbnail`) with the frontal template at all small shifts. */
export function matchFrontal(thumbnail: Float32Array): FrontalMatch {
  let upright = -1;
  let inverted = -1;
  for (let dy = -SHIFT; dy <= SHIFT; dy++) {
    for (let dx = -SHIFT; dx <= SHIFT; dx++) {
      const correlation = correlate(thumbnail, dx, dy);
      upright = Math.max(upright, correlation);
      inverted = Math.max(inverted, -correlation);
    }
  }
  return { upright, inverted };
}

/** Pearson correlation of the cells that both have when the thumbnail is moved by (dx, dy) cells. */
function correlate(thumbnail: Float32Array, dx: number, dy: number): number {
  let count = 0;
  let a = 0;
  let b = 0;
  let aa = 0;
  let bb = 0;
  let ab = 0;
  for (let y = Math.max(0, dy); y < THUMBNAIL + Math.min(0, dy); y++) {
    for (let x = Math.max(0, dx); x < THUMBNAIL + Math.min(0, dx); x++) {
      const value = thumbnail[y * THUMBNAIL + x]!;
      const expected = template[(y - dy) * THUMBNAIL + (x - dx)]!;
      count++;
      a += value;
      b += expected;
      aa += value * value;
      bb += expected * expected;
      ab += value * expected;
    }
  }
  const spread = Math.sqrt(Math.max(aa - (a * a) / count, 0) * (bb - (b * b) / count));
  return spread < 1e-9 ? 0 : (ab - (a * b) / count) / spread;
}
