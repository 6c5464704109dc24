import { pixelCheck } from './pixel-check.js';

/** Thumbnails: below this a rib is a pixel wide. The score is the shorter side in pixels. */
export const size = pixelCheck({
  name: 'size',
  score: ({ width, height }) => Math.min(width, height),
  least: 96,
  reason: 'the picture is too small, its shorter side in pixels',
});
