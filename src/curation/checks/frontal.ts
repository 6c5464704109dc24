import { pixelCheck } from './pixel-check.js';

/**
 * Whether it is a frontal chest X-ray at all, upright and of either polarity (see `inversion`). The score is the
 * distance from what such pictures have in common: lungs, spine, shoulders and diaphragm by their edges and shades.
 * Laterals, CT slices, other parts of the body, textures, noise, turned and half-loaded pictures lie far off.
 *
 * The threshold lies a little below the 99 % point of pictures that the fit had left out (2.57, as
 * `bench/curation-frontal.mjs` tells). It was chosen knowing how far off the laterals and CT slices of the bench lie.
 */
export const frontal = pixelCheck({
  name: 'frontal',
  score: ({ frontal: { upright, inverted } }) => Math.min(upright, inverted),
  most: 2.5,
  reason: 'the picture is not built like a frontal chest X-ray, its distance from them',
});
