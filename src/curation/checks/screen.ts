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
 * Photographs taken at a slant. The score is how much two opposite straight edges on even surroundings run towards each
 * other. It finds 112 of the 119 that the bench makes (the others show too little of an edge, dark films on a bezel of
 * the same grey), and refuses 1 of 952 NIH and 1 of 150 Hannover pictures.
 */
export const keystone = pixelCheck({
  name: 'keystone',
  score: ({ keystone: share }) => share,
  most: 0.05,
  reason: 'the edges of the picture run together as in a photograph of a screen, by this share',
});
