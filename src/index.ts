/**
 * synray as a library: each room under its name. Those who need one room import it by its own path
 * (`synray/data`), which loads nothing else.
 *
 * @example
 * import { data, evaluate } from 'synray';
 * const set = await data.openDataset('runs/nih');
 * const result = await evaluate.evaluateZeroShot({ model: 'runs/reader', data: set.folder });
 */
export { InputError, Random, SetupError, SynrayError, UsageError } from './base/index.js';
export * as curation from './curation/index.js';
export * as data from './data/index.js';
export * as entities from './entities/index.js';
export * as evaluate from './evaluate/index.js';
export * as images from './images/index.js';
export * as jobs from './jobs/index.js';
export * as models from './models/index.js';
export * as pretrain from './pretrain/index.js';
export * as reports from './reports/index.js';
export * as studio from './studio/index.js';
export * as study from './study/index.js';
export * as tensor from './tensor/index.js';
