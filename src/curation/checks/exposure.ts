import { pixelCheck } from './pixel-check.js';

/**
 * Clipped pictures. The score is the share of the inner area that is white, plus half the share that is
 * black: black beside the body is usual, white areas are not.
 */
export const exposure = pixelCheck({
  name: 'exposure',
  score: ({ black, white }) => white + black / 2,
  most: 0.25,
  reason: 'too much of the picture is clipped to black or white',
});
