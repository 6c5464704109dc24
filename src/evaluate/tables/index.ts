export * from './any.js';
export { alignColumns, points } from './columns.js';
export * from './compare.js';
export * from './grounding.js';
export * from './retrieval.js';
export * from './segmentation.js';
export * from './zero-shot.js';
