export { type AgreementRule, agreementCheck, textOf } from './agreement-check.js';
export { type Embedder, fitPictures, modelEmbedder, openEmbedder, type TextEmbedder } from './embedder.js';
export { openReferenceSet, type ReferenceOptions, type ReferenceSet } from './reference-set.js';
export { PAPER_SIMILARITY, type SimilarityRule, similarityCheck } from './similarity-check.js';
