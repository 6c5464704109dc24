import { InputError } from '../../base/index.js';

/** How far the reading of a source is, in what is cheap to count of it. */
export interface Position {
  readonly done: number;
  readonly total: number;
  readonly unit: 'kB' | 'files' | 'rows';
}

/** What a reader of a source tells while it reads. */
export interface ReadOptions {
  readonly onPosition?: ((position: Position) => void) | undefined;
  /** Is given what does not fit, and the reading goes on without it. By default it is thrown. */
  readonly onBad?: ((error: InputError) => void) | undefined;
}

/** Hands a fault to who asked for it, or throws it. */
export function reject(error: InputError, options: ReadOptions): void {
  if (options.onBad === undefined) throw error;
  options.onBad(error);
}

/** Bytes in the unit of {@link Position}; a file that is not empty has one at least. */
export function kilobytes(bytes: number): number {
  return Math.ceil(bytes / 1000);
}

/** A small file of a folder or an archive. */
export interface SourceFile {
  /** For messages: the path on disk, or `archive:path`. */
  readonly name: string;
  /** Inside the source, with `/`. */
  readonly path: string;
  readonly bytes: Buffer;
}

export interface SourceFilesOptions extends ReadOptions {
  /** Which files are read, by their path inside the source. */
  readonly wanted: (path: string) => boolean;
  /** Files of more bytes are refused unread. Default 1 MiB: more than any report. */
  readonly most?: number | undefined;
}

/** The fault of a file that is too large, if it is. */
export function tooLarge(
  name: string,
  size: number,
  { most = 1 << 20 }: SourceFilesOptions,
): InputError | undefined {
  if (size <= most) return undefined;
  return new InputError({
    file: name,
    fault: `${size} bytes are too many for one report`,
    mend: 'remove it, or check that the source is the right one',
  });
}
