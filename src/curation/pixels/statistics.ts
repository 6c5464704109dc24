import { frontalDistances } from './frontal-model.js';
import { KEYSTONE_SIDE, keystone } from './keystone.js';
import { moire } from './moire.js';
import { shrink } from './shrink.js';

/** What the pixel checks look at. Grey values are fractions: 0 black, 1 white. */
export interface PixelStatistics {
  readonly width: number;
  readonly height: number;
  readonly mean: number;
  /** 5th and 95th percentile of the picture shrunk to {@link THUMBNAIL}², so that noise does not count as contrast. */
  readonly low: number;
  readonly high: number;
  /** Share of the inner 80 % (by side) that is as good as black, and as good as white. */
  readonly black: number;
  readonly white: number;
  /** Correlation of a pixel with its right and lower neighbours: 1 smooth, 0 noise. */
  readonly smoothness: number;
  /** Mean absolute Laplacian over the standard deviation, both of the picture shrunk to {@link DETAIL}². */
  readonly detail: number;
  /** Share of the area in uniform rows or columns that reach the edge. */
  readonly border: number;
  /** Distances from frontal chest X-rays, as it is and with black for white (`frontal-model.ts`). */
  readonly frontal: { readonly upright: number; readonly inverted: number };
  /** Waves of a photographed screen (`moire.ts`), and edges of one that run together (`keystone.ts`). */
  readonly moire: number;
  readonly keystone: number;
}

/** Side of the thumbnail. */
const THUMBNAIL = 16;

/** Side at which detail is measured, so that a picture of 320 and one of 2000 pixels can be compared; shrunk to once. */
const DETAIL = KEYSTONE_SIDE;

/** Grey levels by which a uniform row may vary: JPEG ripples, and dust on a plate. */
const UNIFORM_RANGE = 8;

/** Measures a picture. One pass over the pixels for each group of figures, no copies. */
export function pixelStatistics(pixels: Uint8Array, width: number, height: number): PixelStatistics {
  const thumbnail = shrink(pixels, width, height, THUMBNAIL);
  const sorted = thumbnail.slice().sort();
  const shrunk = shrink(pixels, width, height, DETAIL);
  const { mean, variance } = moments(pixels);
  return {
    width,
    height,
    mean: mean / 255,
    low: sorted[Math.floor(sorted.length * 0.05)]!,
    high: sorted[Math.floor(sorted.length * 0.95)]!,
    ...clipping(pixels, width, height),
    smoothness: smoothness(pixels, width, height, variance),
    detail: detail(shrunk),
    border: uniformBorder(pixels, width, height),
    frontal: frontalDistances(pixels, width, height),
    moire: moire(pixels, width, height),
    keystone: keystone(shrunk),
  };
}

function moments(pixels: Uint8Array): { mean: number; variance: number } {
  let sum = 0;
  let squares = 0;
  for (let index = 0; index < pixels.length; index++) {
    const value = pixels[index]!;
    sum += value;
    squares += value * value;
  }
  const mean = sum / pixels.length;
  return { mean, variance: Math.max(squares / pixels.length - mean * mean, 0) };
}

function clipping(pixels: Uint8Array, width: number, height: number): { black: number; white: number } {
  const [left, right] = [Math.floor(width * 0.1), Math.ceil(width * 0.9)];
  const [top, bottom] = [Math.floor(height * 0.1), Math.ceil(height * 0.9)];
  let black = 0;
  let white = 0;
  for (let y = top; y < bottom; y++) {
    for (let x = left; x < right; x++) {
      const value = pixels[y * width + x]!;
      if (value <= 3) black++;
      else if (value >= 252) white++;
    }
  }
  const area = (right - left) * (bottom - top);
  return { black: black / area, white: white / area };
}

function smoothness(pixels: Uint8Array, width: number, height: number, variance: number): number {
  let differences = 0;
  for (let y = 0; y < height - 1; y++) {
    for (let x = 0; x < width - 1; x++) {
      const at = y * width + x;
      const value = pixels[at]!;
      differences += (pixels[at + 1]! - value) ** 2 + (pixels[at + width]! - value) ** 2;
    }
  }
  const pairs = 2 * (width - 1) * (height - 1);
  return pairs === 0 || variance === 0 ? 1 : 1 - differences / (2 * pairs * variance);
}

function detail(picture: Float32Array): number {
  let sum = 0;
  let squares = 0;
  let laplacian = 0;
  for (let y = 1; y < DETAIL - 1; y++) {
    for (let x = 1; x < DETAIL - 1; x++) {
      const at = y * DETAIL + x;
      const value = picture[at]!;
      sum += value;
      squares += value * value;
      const around = picture[at - 1]! + picture[at + 1]! + picture[at - DETAIL]! + picture[at + DETAIL]!;
      laplacian += Math.abs(around - 4 * value);
    }
  }
  const count = (DETAIL - 2) ** 2;
  const variance = squares / count - (sum / count) ** 2;
  return variance <= 0 ? 0 : laplacian / (count * Math.sqrt(variance));
}

/** Uniform rows counted from the top and from the bottom, and columns likewise, as a share of the area. */
function uniformBorder(pixels: Uint8Array, width: number, height: number): number {
  const rows = (from: number, step: number) => uniformLines(pixels, from, step, height, width, width, 1);
  const columns = (from: number, step: number) => uniformLines(pixels, from, step, width, height, 1, width);
  const kept = (lines: number, of: number) => Math.max(of - lines, 0) / of;
  const across = kept(rows(0, 1) + rows(height - 1, -1), height);
  const down = kept(columns(0, 1) + columns(width - 1, -1), width);
  return 1 - across * down;
}

/** How many lines in a row are uniform, from line `from` on. */
function uniformLines(
  pixels: Uint8Array,
  from: number,
  step: number,
  lines: number,
  length: number,
  lineStride: number,
  pixelStride: number,
): number {
  let count = 0;
  for (let line = from; count < lines; line += step, count++) {
    let least = 255;
    let greatest = 0;
    for (let index = 0; index < length; index++) {
      const value = pixels[line * lineStride + index * pixelStride]!;
      if (value < least) least = value;
      if (value > greatest) greatest = value;
    }
    if (greatest - least > UNIFORM_RANGE) break;
  }
  return count;
}
