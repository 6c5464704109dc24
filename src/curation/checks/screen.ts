import { pixelCheck } from './pixel-check.js';

/**
 * Photographs of a screen by its moiré or pixel grid. The score is how far the strongest fine, slanting wave stands
 * out, as the logarithm of a ratio of powers.
 */
export const moire = pixelCheck({
  name: 'moire',
  score: ({ moire: strength }) => strength,
  most: 6,
  reason: 'the picture has the waves of a photographed screen, their strength',
});

/**
 * Photographs taken at a slant. The score is how much two opposite straight edges on even surroundings are out of
 * parallel. Its figures were chosen with the slanting screens of the bench in view and refuse 2 of 952 NIH and 1 of 150
 * Hannover pictures. Of other pictures through other slants it finds 116 of 119; through a camera tilted about one axis
 * 100, turned by 0.15 as well 87, tilted about both so far that corners leave the frame 7.
 */
export const keystone = pixelCheck({
  name: 'keystone',
  score: ({ keystone: share }) => share,
  most: 0.05,
  reason: 'the edges of the picture run together as in a photograph of a screen, by this share',
});
