import { shrink } from './shrink.js';

/** Side of the picture that the features are taken from. */
const SIDE = 64;
/** The directions of edges are counted in GRID × GRID cells, in BINS directions of the full circle. */
const GRID = 4;
const BINS = 8;
/** The shades are taken in SHADES × SHADES cells. */
const SHADES = 8;
/** How much a shade, from 0 to 1, counts against a share of edges. */
const SHADE_WEIGHT = 0.5;

/** Length of a feature vector. */
export const FRONTAL_FEATURES = GRID * GRID * BINS + SHADES * SHADES;

/**
 * What tells a frontal chest X-ray by its build: where edges run which way (histograms of oriented gradients, Dalal
 * and Triggs, CVPR 2005, square roots of shares of the whole), and how the shades are spread (mean ranks of the grey
 * values, so that no display setting changes them). Nothing finer than a 64th of the side is looked at.
 */
export function frontalFeatures(pixels: Uint8Array, width: number, height: number): Float32Array {
  const picture = shrink(pixels, width, height, SIDE);
  const features = new Float32Array(FRONTAL_FEATURES);
  edges(picture, features);
  shades(picture, features);
  return features;
}

/** The features of the same picture with black for white: edges turn round, shades change places. */
export function invertedFeatures(features: Float32Array): Float32Array {
  const inverted = new Float32Array(features.length);
  const shadesFrom = GRID * GRID * BINS;
  for (let index = 0; index < shadesFrom; index++) {
    const bin = index % BINS;
    inverted[index - bin + ((bin + BINS / 2) % BINS)] = features[index]!;
  }
  for (let index = shadesFrom; index < features.length; index++) {
    inverted[index] = SHADE_WEIGHT - features[index]!;
  }
  return inverted;
}

function edges(picture: Float32Array, features: Float32Array): void {
  for (let y = 1; y < SIDE - 1; y++) {
    const cellRow = Math.floor((y * GRID) / SIDE) * GRID;
    for (let x = 1; x < SIDE - 1; x++) {
      const at = y * SIDE + x;
      const across = picture[at + 1]! - picture[at - 1]!;
      const down = picture[at + SIDE]! - picture[at - SIDE]!;
      const strength = Math.sqrt(across * across + down * down);
      if (strength === 0) continue;
      const turn = Math.atan2(down, across) / (2 * Math.PI);
      const place = (turn < 0 ? turn + 1 : turn) * BINS;
      const bin = Math.floor(place);
      const cell = (cellRow + Math.floor((x * GRID) / SIDE)) * BINS;
      features[cell + (bin % BINS)]! += strength * (1 - (place - bin));
      features[cell + ((bin + 1) % BINS)]! += strength * (place - bin);
    }
  }
  let length = 0;
  for (let index = 0; index < GRID * GRID * BINS; index++) length += features[index]! ** 2;
  if (length === 0) return;
  const scale = 1 / Math.sqrt(length);
  for (let index = 0; index < GRID * GRID * BINS; index++) {
    features[index] = Math.sqrt(features[index]! * scale);
  }
}

function shades(picture: Float32Array, features: Float32Array): void {
  const order = sortedPlaces(picture);
  const from = GRID * GRID * BINS;
  const weight = (SHADE_WEIGHT * SHADES * SHADES) / (SIDE * SIDE);
  for (let start = 0; start < order.length; ) {
    let end = start + 1;
    while (end < order.length && picture[order[end]!] === picture[order[start]!]) end++;
    const rank = (start + end) / 2 / order.length;
    for (let place = start; place < end; place++) {
      const at = order[place]!;
      const row = Math.floor(Math.floor(at / SIDE) / (SIDE / SHADES));
      const column = Math.floor((at % SIDE) / (SIDE / SHADES));
      features[from + row * SHADES + column]! += rank * weight;
    }
    start = end;
  }
}

/** The places of the values from the least to the greatest. Values are not negative. */
function sortedPlaces(values: Float32Array): Uint32Array {
  // The bits of such numbers sort as the numbers do. Sorting whole numbers that hold value and place needs no
  // comparing function, which would take longer than all the rest.
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const count = values.length;
  const keys = new Float64Array(count);
  for (let place = 0; place < count; place++) keys[place] = bits[place]! * count + place;
  keys.sort();
  const places = new Uint32Array(count);
  for (let at = 0; at < count; at++) places[at] = keys[at]! - Math.floor(keys[at]! / count) * count;
  return places;
}
