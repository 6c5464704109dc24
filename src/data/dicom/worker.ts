import { move, transferableSymbol, valueSymbol } from 'piscina';
import { InputError } from '../../base/index.js';
import type { DicomLimits } from './fault.js';
import { type DicomPicture, readDicom } from './read.js';

/** What a thread is asked. */
export interface ReadTask {
  readonly bytes: Uint8Array;
  readonly source: string;
  readonly limits: Partial<DicomLimits>;
}

/** What it answers. Errors go as their parts: an error's class does not survive the way between threads. */
export type ReadAnswer =
  | { readonly picture: DicomPicture }
  | { readonly fault: string; readonly mend: string };

/** Reads one file in a thread. */
export default async function read({ bytes, source, limits }: ReadTask): Promise<unknown> {
  try {
    const picture = await readDicom(bytes, { source, limits });
    // The pixels change hands instead of being copied.
    return move({
      [transferableSymbol]: picture.pixels.buffer,
      [valueSymbol]: { picture } satisfies ReadAnswer,
    });
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return { fault: error.fault, mend: error.mend } satisfies ReadAnswer;
  }
}
