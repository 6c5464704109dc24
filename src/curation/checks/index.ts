import { Registry } from '../../base/index.js';
import { blur } from './blur.js';
import { borders } from './borders.js';
import { contrast } from './contrast.js';
import { exposure } from './exposure.js';
import { frontal } from './frontal.js';
import { inversion } from './inversion.js';
import { noise } from './noise.js';
import { shape } from './shape.js';
import { size } from './size.js';

/** The checks that need nothing but the picture, by name, in the order in which they are made. */
export const checks = new Registry('check', {
  size,
  shape,
  contrast,
  exposure,
  borders,
  noise,
  blur,
  frontal,
  inversion,
});
