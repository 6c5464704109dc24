export { decodeText } from './decode-text.js';
export { type Line, linesOf } from './lines.js';
export {
  type Position,
  type ReadOptions,
  reject,
  type SourceFile,
  type SourceFilesOptions,
} from './source.js';
export { isArchive, sourceFiles } from './source-files.js';
