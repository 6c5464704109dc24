export * from './attributes.js';
export * from './bank/index.js';
export {
  type CorpusOptions,
  type CorpusReader,
  type CorpusReport,
  corpora,
  REPORT_ROLES,
  type ReportColumns,
  type ReportRole,
  readCorpus,
} from './corpora/index.js';
export {
  bankStatistics,
  type ExtractOptions,
  type ExtractResult,
  extractEntities,
  extractFile,
  formatExtraction,
} from './extract.js';
export { LexiconTagger } from './lexicon/tagger.js';
export { type TaggedReport, tagCorpus } from './read-reports.js';
export { type LongTail, longTail } from './statistics.js';
export { type ReadCorpusOptions, type TagOptions, type TagResult, tagFile } from './tag-file.js';
export * from './tagger.js';
