import { pixelCheck } from './pixel-check.js';

/**
 * Pictures in which bone is black. The score is how much farther the negative of the picture lies from frontal chest
 * X-rays than the picture itself, as the logarithm of the ratio. `mendInverted` makes them upright again.
 */
export const inversion = pixelCheck({
  name: 'inversion',
  score: ({ frontal: { upright, inverted } }) => Math.log(inverted / upright),
  least: 0,
  reason: 'the picture is inverted (bone is black), its score',
});
