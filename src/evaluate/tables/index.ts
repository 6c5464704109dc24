export * from './grounding.js';
export * from './retrieval.js';
export * from './zero-shot.js';
