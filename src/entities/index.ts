export * from './attributes.js';
export * from './bank/index.js';
export { LexiconTagger } from './lexicon/tagger.js';
export * from './tagger.js';
