export * from './generation/index.js';
export * from './metrics/index.js';
export * from './prompts/index.js';
export * from './scores/index.js';
export * from './tables/index.js';
export * from './tasks/index.js';
