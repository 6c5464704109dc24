import { Registry } from '../../base/index.js';
import type { Check } from '../check.js';
import { boilerplate, contradiction, emptyReport } from '../reports/index.js';
import { blur } from './blur.js';
import { borders } from './borders.js';
import { contrast } from './contrast.js';
import { exposure } from './exposure.js';
import { frontal } from './frontal.js';
import { inversion } from './inversion.js';
import { noise } from './noise.js';
import { keystone, moire } from './screen.js';
import { shape } from './shape.js';
import { size } from './size.js';

/** The checks that need nothing but the picture, by name, in the order in which they are made. */
const pixelChecks = {
  size,
  shape,
  contrast,
  exposure,
  borders,
  noise,
  blur,
  moire,
  keystone,
  frontal,
  inversion,
};

/** The checks that need nothing but the report. */
const reportChecks = { 'empty-report': emptyReport, boilerplate, contradiction };

/** The checks that need nothing but the sample. Others have settings: `openChecks`. */
export const checks = new Registry<Check>('check', { ...pixelChecks, ...reportChecks });

/** Checks that are named together. `empty-report` is asked for by name: many data sets have no reports. */
export const checkGroups: Readonly<Record<string, readonly string[]>> = {
  pixels: Object.keys(pixelChecks),
  reports: ['boilerplate', 'contradiction'],
};
