export * from './columns.js';
export { alignColumns, points } from './columns.js';
export * from './grounding.js';
export * from './retrieval.js';
export * from './zero-shot.js';
