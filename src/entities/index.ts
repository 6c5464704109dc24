export * from './attributes.js';
export * from './bank/index.js';
export { type CorpusReport, readCorpus } from './corpus.js';
export {
  bankStatistics,
  type ExtractOptions,
  type ExtractResult,
  extractEntities,
  extractFile,
  formatExtraction,
} from './extract.js';
export { LexiconTagger } from './lexicon/tagger.js';
export { type LongTail, longTail } from './statistics.js';
export { type TagOptions, type TagResult, tagFile } from './tag-file.js';
export * from './tagger.js';
