import { pixelCheck } from './pixel-check.js';

/** Strips and panoramas. Chest plates are 1 to 1.25 times as long as wide. The score is longer over shorter side. */
export const shape = pixelCheck({
  name: 'shape',
  score: ({ width, height }) => Math.max(width, height) / Math.min(width, height),
  most: 1.8,
  reason: 'the picture is too long for its width, longer side over shorter',
});
