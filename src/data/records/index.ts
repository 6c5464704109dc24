export * from './entity.js';
export * from './labels.js';
export * from './plan.js';
export * from './sample.js';
