import { buffer } from 'node:stream/consumers';
import { openPromise } from 'yauzl';
import { InputError, messageOf } from '../../base/index.js';
import { reject, type SourceFile, type SourceFilesOptions, tooLarge } from './source.js';

/** The wanted files of a `.zip`, in the order of its directory. One file is in memory at a time. */
export async function* filesOfZip(archive: string, options: SourceFilesOptions): AsyncGenerator<SourceFile> {
  try {
    const zip = await openPromise(archive, { lazyEntries: true, autoClose: false });
    try {
      for await (const entry of zip.eachEntry()) {
        const path = entry.fileName;
        if (!path.endsWith('/') && options.wanted(path)) {
          const name = `${archive}:${path}`;
          const fault = entry.isEncrypted()
            ? new InputError({ file: name, fault: 'the file is encrypted', mend: 'unpack the archive first' })
            : tooLarge(name, entry.uncompressedSize, options);
          // yauzl fails when the bytes are more than the entry says, so that nothing unfolds without bound.
          if (fault === undefined) {
            yield { name, path, bytes: await buffer(await zip.openReadStreamPromise(entry)) };
          } else reject(fault, options);
        }
        options.onPosition?.({ done: zip.entriesRead, total: zip.entryCount, unit: 'files' });
      }
    } finally {
      zip.close();
    }
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError({
      file: archive,
      fault: `no whole zip archive: ${messageOf(error)}`,
      mend: 'fetch the archive again',
      cause: error,
    });
  }
}
