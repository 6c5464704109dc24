import { pixelCheck } from './pixel-check.js';

/**
 * Blank and washed-out pictures. The score is the range between the 5th and 95th percentile of the picture's
 * thumbnail, 1 for black to white; bedside pictures go down to 0.145 (Hannover set).
 */
export const contrast = pixelCheck({
  name: 'contrast',
  score: ({ low, high }) => high - low,
  least: 0.12,
  reason: 'the picture is blank or nearly so, its contrast',
});
