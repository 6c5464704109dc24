export { findOverlaps, Overlaps } from './audit.js';
export { PicturePrint, pixelsHash, printOf, readPrint } from './picture-print.js';
export type { SplitShards } from './sample-table.js';
export {
  readSplitManifest,
  SPLIT_MANIFEST,
  SplitManifestEntry,
  SplitManifestHead,
  writeSplitManifest,
} from './split-manifest.js';
export { type Difference, linesOn, type VerifyOptions, type VerifyResult, verifySplits } from './verify.js';
