import { matchFrontal } from '../pixels/frontal-template.js';
import { pixelCheck } from './pixel-check.js';

/**
 * Whether it is a frontal chest X-ray at all. The score is the correlation of the thumbnail with the mean of
 * real ones, of either polarity (see `inversion`). It refuses textures, noise, other things, and about half
 * of lateral views: a lateral is not far from a frontal one at 16 × 16.
 */
export const frontal = pixelCheck({
  name: 'frontal',
  score: ({ thumbnail }) => {
    const { upright, inverted } = matchFrontal(thumbnail);
    return Math.max(upright, inverted);
  },
  least: 0.4,
  reason: 'the picture does not look like a frontal chest X-ray, its likeness',
});
