export type { Check, CheckInput } from './check.js';
export { checks } from './checks/index.js';
export { curate, refusals } from './curate.js';
export { type CurateOptions, type CurateResult, curateDataset, type Rejection } from './curate-dataset.js';
export { DUPLICATE_DISTANCE, DuplicateIndex, perceptualHash } from './duplicates.js';
