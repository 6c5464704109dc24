import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Parser as TarParser } from 'tar';
import { InputError, messageOf } from '../../base/index.js';
import { kilobytes, reject, type SourceFile, type SourceFilesOptions, tooLarge } from './source.js';

/** The wanted files of a `.tar` or `.tgz`, in its order. One block of the archive is in memory at a time. */
export async function* filesOfTar(archive: string, options: SourceFilesOptions): AsyncGenerator<SourceFile> {
  const ready: (SourceFile | InputError)[] = [];
  let fault: unknown;
  const unpack = new TarParser({
    strict: true,
    filter: (path, entry) => !('type' in entry && entry.type === 'Directory') && options.wanted(path),
    onReadEntry: entry => {
      const name = `${archive}:${entry.path}`;
      const large = tooLarge(name, entry.size, options);
      if (large !== undefined) {
        ready.push(large);
        entry.resume();
        return;
      }
      const chunks: Buffer[] = [];
      entry.on('data', (chunk: Buffer) => chunks.push(chunk));
      entry.on('end', () => ready.push({ name, path: entry.path, bytes: Buffer.concat(chunks) }));
    },
  });
  const ended = new Promise<void>(resolve => {
    unpack.on('end', resolve);
    unpack.on('error', error => {
      fault ??= error;
      resolve();
    });
  });
  const total = kilobytes((await stat(archive)).size);
  let read = 0;
  try {
    for await (const block of createReadStream(archive)) {
      unpack.write(block as Buffer);
      if (fault !== undefined) throw fault;
      yield* taken(ready, options);
      read += (block as Buffer).length;
      options.onPosition?.({ done: kilobytes(read), total, unit: 'kB' });
    }
    unpack.end();
    await ended;
    if (fault !== undefined) throw fault;
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError({
      file: archive,
      fault: `no whole tar archive: ${messageOf(error)}`,
      mend: 'fetch the archive again',
      cause: error,
    });
  }
  yield* taken(ready, options);
}

function* taken(ready: (SourceFile | InputError)[], options: SourceFilesOptions): Generator<SourceFile> {
  for (const item of ready.splice(0)) {
    if (item instanceof InputError) reject(item, options);
    else yield item;
  }
}
