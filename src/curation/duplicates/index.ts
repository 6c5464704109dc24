export { DUPLICATE_DISTANCE, DuplicateIndex } from './duplicate-index.js';
export { HASH_BITS, HASH_WORDS, hashFromText, hashToText, perceptualHash } from './perceptual-hash.js';
