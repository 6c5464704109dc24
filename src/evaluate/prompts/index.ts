export * from './prompts.js';
export { PublishedVocabulary, Vocabulary } from './schema.js';
