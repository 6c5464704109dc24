import type { Random } from '../../base/index.js';
import {
  halfLoaded,
  illExposed,
  overProcessed,
  rotated,
  screenPhotograph,
  striped,
  turned,
} from './damage.js';
import { lateralChest, otherPart, phantom } from './other-views.js';
import { blurred, type GreyPicture, mapped } from './picture.js';
import { texture, textureNames } from './textures.js';

/** What is wrong with a picture, after the six questions of the study's curation (arXiv 2410.13523). */
export const pictureFaults = {
  /** No X-ray: a photograph of something, or a picture of a screen's worth of nothing. */
  'not an X-ray': {
    shows: 'nothing',
    make: (_, side, random) => texture(random.pick(textureNames), random, side),
  },
  /** An X-ray of another part of the body. */
  'not a chest': { shows: 'nothing', make: (_, side, random) => otherPart(side, random) },
  /** A test object. */
  'not human': { shows: 'nothing', make: (_, side, random) => phantom(side, random) },
  /** A view from the side, filed as one from the front. */
  lateral: { shows: 'nothing', make: (_, side, random) => lateralChest(side, random) },
  blur: {
    shows: 'chest',
    make: (picture, side, random) => blurred(picture, side * random.uniform(0.015, 0.04)),
  },
  artefact: {
    shows: 'chest',
    make(picture, side, random) {
      switch (random.weighted({ half: 1, stripes: 1, screen: 1 })) {
        case 'half':
          return halfLoaded(picture, random, random.pick([128, 0, 255, undefined]));
        case 'stripes':
          return striped(picture, random);
        case 'screen':
          return screenPhotograph(picture, random, side, { slant: random.chance(0.6), grid: true });
      }
    },
  },
  contrast: { shows: 'chest', make: (picture, _, random) => illExposed(picture, random) },
  'over-processed': {
    shows: 'chest',
    make: (picture, _, random) =>
      random.chance(0.4) ? mapped(picture, value => 255 - value) : overProcessed(picture, random),
  },
  rotated: {
    shows: 'chest',
    make(picture, _, random) {
      if (random.chance(0.4))
        return rotated(picture, (random.chance(0.5) ? 1 : -1) * random.uniform(0.35, 1));
      let result = picture;
      for (let quarters = 1 + random.integer(3); quarters > 0; quarters--) result = turned(result);
      return result;
    },
  },
} as const satisfies Record<string, PictureFault>;

interface PictureFault {
  /** Whether the patient can still be seen in it. */
  readonly shows: 'chest' | 'nothing';
  /** The bad picture in place of a good one of this side. */
  make(picture: GreyPicture, side: number, random: Random): GreyPicture;
}

export type PictureFaultName = keyof typeof pictureFaults;
export const pictureFaultNames = Object.keys(pictureFaults) as readonly PictureFaultName[];

export { halfLoaded, rotated, screenPhotograph, turned } from './damage.js';
export { drawn, type GreyPicture, mapped } from './picture.js';
export { type TextureName, texture, textureNames } from './textures.js';
