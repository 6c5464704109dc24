import { pixelCheck } from './pixel-check.js';

/** Static. The score is the correlation of neighbouring pixels; real plates at 320 px have 0.95 and more. */
export const noise = pixelCheck({
  name: 'noise',
  score: ({ smoothness }) => smoothness,
  least: 0.8,
  reason: 'the picture is mostly noise, the correlation of neighbouring pixels',
});
