import { Random } from '../../../base/index.js';
import { attenuationScale, type View } from '../../../data/index.js';
import { arena } from './arena.js';
import { drawDisplay, show } from './display.js';
import type { Map2 } from './raster.js';

/** Steps of a stored reading in one unit of log attenuation (natural logarithm). */
export const readingSteps = attenuationScale.steps;
/** Reading that is stored as 0: scatter makes the open beam a little brighter than one. */
export const readingFloor = attenuationScale.least;

/**
 * A detector reading in 16 bits: value = round((reading + 1) × 5000), so one step is 0.0002 of log attenuation,
 * far below the noise, and the range is −1 to 12.1. Scatter, blur and noise are in it; the display is not.
 */
export function encodeReading(reading: Map2): Uint16Array {
  const stored = new Uint16Array(reading.length);
  for (let at = 0; at < stored.length; at++) {
    const step = Math.round((reading[at]! - readingFloor) * readingSteps);
    stored[at] = step < 0 ? 0 : Math.min(step, 65_535);
  }
  return stored;
}

/** The reading that `encodeReading` stored. */
export function decodeReading(stored: Uint16Array): Map2 {
  const reading = new Float32Array(stored.length);
  for (let at = 0; at < reading.length; at++) reading[at] = stored[at]! / readingSteps + readingFloor;
  return reading;
}

/**
 * Another display of a stored reading, as another machine of this view's kind might show it: 8-bit greys.
 * The same seed gives the same display. For training: the patient, beam and noise stay, the greys change.
 */
export function redraw(
  stored: Uint16Array,
  size: number,
  view: View,
  ...seed: (string | number)[]
): Uint8Array {
  if (stored.length !== size * size)
    throw new RangeError(`a reading of ${stored.length} values is no square of ${size} pixels`);
  // Outside of a painting: the maps lent for the display before this one are free.
  arena.takeBack(stored.length);
  return show(decodeReading(stored), size, drawDisplay(view, Random.of('display', ...seed)));
}
