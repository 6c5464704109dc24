import { matchFrontal } from '../pixels/frontal-template.js';
import { pixelCheck } from './pixel-check.js';

/**
 * Pictures in which bone is black. The score is how much more the picture is like the mean frontal X-ray than
 * like its negative.
 */
export const inversion = pixelCheck({
  name: 'inversion',
  score: ({ thumbnail }) => {
    const { upright, inverted } = matchFrontal(thumbnail);
    return upright - inverted;
  },
  least: 0,
  reason: 'the picture is inverted (bone is black)',
});
