import { SynrayError } from '../base/index.js';

/** No space on the device, over the user's quota, over the process's limit. */
const FULL = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);

/**
 * Runs work that writes to `file`.
 * @throws SynrayError that says what to do when there is no room for it.
 */
export async function explainFullDisk<T>(file: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && FULL.has(String(error.code)))) throw error;
    throw new SynrayError({
      file,
      fault: `there is no room to write it (${String(error.code)})`,
      mend: 'make room, then go on from the checkpoint before it with --resume',
      cause: error,
    });
  }
}
