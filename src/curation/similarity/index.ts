export { type AgreementRule, agreementCheck, textOf } from './agreement-check.js';
export {
  centredEmbedder,
  type Embedder,
  fitPictures,
  modelEmbedder,
  openEmbedder,
  type TextEmbedder,
} from './embedder.js';
export { meanOf, openReferenceSet, type ReferenceOptions, type ReferenceSet } from './reference-set.js';
export { PAPER_SIMILARITY, type SimilarityRule, similarityCheck } from './similarity-check.js';
