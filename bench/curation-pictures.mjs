// Bad pictures for `npm run bench curation`, made from good ones and from nothing. All are seeded.
import sharp from 'sharp';
import { Random } from '../dist/base/index.js';
import * as faults from '../dist/images/index.js';

export const SIDE = 320;
export const { mapped } = faults;

/** `count` pictures, each from a stream of its own. */
export function generated(count, name, maker) {
  return Array.from({ length: count }, (_, index) =>
    faults.drawn(maker(Random.of('curation bench', name, index)), SIDE),
  );
}

export function naturalTextures(count) {
  const { textureNames, texture } = faults;
  return textureNames.flatMap(name =>
    Array.from({ length: Math.ceil(count / textureNames.length) }, (_, index) =>
      texture(name, Random.of('curation bench', name, index), SIDE),
    ),
  );
}

/** The upper part of a picture; below it grey, black, white, or the last line again and again. */
export function halfLoaded(set) {
  return set.map((picture, index) =>
    faults.halfLoaded(picture, Random.of('half-loaded', index), [128, 0, 255, undefined][index % 4]),
  );
}

export function turned(set) {
  return set.map(faults.turned);
}

export async function blurred(set, radius) {
  return Promise.all(
    set.map(async ({ pixels, width, height }) => {
      const raw = { width, height, channels: 1 };
      const soft = await sharp(pixels, { raw }).blur(radius).extractChannel(0).raw().toBuffer();
      return { pixels: new Uint8Array(soft), width, height };
    }),
  );
}

/**
 * Photographs of a screen: the picture at a slant on a bezel, with the beat of screen and camera grids.
 * @param parts.slant, parts.grid - whether it has these
 */
export function screenPhotographs(set, parts) {
  return set.map((picture, index) =>
    faults.screenPhotograph(picture, Random.of('screen', index), SIDE, parts),
  );
}
