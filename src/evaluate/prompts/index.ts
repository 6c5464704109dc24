export * from './prompts.js';
export { Vocabulary } from './schema.js';
