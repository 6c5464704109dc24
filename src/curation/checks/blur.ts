import { pixelCheck } from './pixel-check.js';

/**
 * Pictures without fine detail. The score is the mean absolute Laplacian over the standard deviation at
 * 128 × 128; the softest real plate measured has 0.06, and half that after a Gaussian blur of 2 pixels in 320.
 */
export const blur = pixelCheck({
  name: 'blur',
  score: ({ detail }) => detail,
  least: 0.045,
  reason: 'the picture is blurred, its share of fine detail',
});
