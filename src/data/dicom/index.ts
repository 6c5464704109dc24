export type { DicomFacts, DicomKind } from './facts.js';
export type { DicomLimits } from './fault.js';
export {
  type DicomIdentity,
  dicomIdentity,
  type IdentityOptions,
  matchesUid,
  saltedHash,
} from './identity.js';
export { type DicomPicture, type ReadDicomOptions, readDicom } from './read.js';
export { DicomReader, type DicomReaderOptions } from './reader.js';
