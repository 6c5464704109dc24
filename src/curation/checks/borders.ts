import { pixelCheck } from './pixel-check.js';

/** Wide frames and half-loaded files. The score is the share of the area in uniform rows or columns at an edge. */
export const borders = pixelCheck({
  name: 'borders',
  score: ({ border }) => border,
  most: 0.3,
  reason: 'too much of the picture is an empty border',
});
