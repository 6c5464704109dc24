import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { InputError, messageOf } from '../../base/index.js';
import { decodeText } from './decode-text.js';
import { kilobytes, type ReadOptions, reject } from './source.js';

/** A line of a text file, without its end. */
export interface Line {
  /** From 1. */
  readonly number: number;
  readonly text: string;
}

/** More than any report in characters: a line as long as this is no report. */
const LONGEST_LINE = 1 << 22;

/**
 * The lines of a text file, gzipped or not (told by its first bytes), read as a stream: memory holds one block and one
 * line. A line that is no text or longer than 4 MiB is a fault of its own.
 * @throws InputError naming the file when it is missing or cut short.
 */
export async function* linesOf(path: string, options: ReadOptions = {}): AsyncGenerator<Line> {
  let number = 0;
  for await (const bytes of rawLines(path, options)) {
    number++;
    const name = `${path}:${number}`;
    try {
      if (bytes === 'too long') {
        throw new InputError({
          file: name,
          fault: `the line has more than ${LONGEST_LINE} bytes`,
          mend: 'give one report a line',
        });
      }
      yield { number, text: decodeText(bytes, name) };
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      reject(error, options);
    }
  }
}

/** Lines as bytes, without line feed and carriage return. */
async function* rawLines(path: string, options: ReadOptions): AsyncGenerator<Buffer | 'too long'> {
  let parts: Buffer[] = [];
  let length = 0;
  const line = () => {
    const whole = length > LONGEST_LINE ? 'too long' : withoutReturn(Buffer.concat(parts));
    parts = [];
    length = 0;
    return whole;
  };
  for await (const block of blocksOf(path, options)) {
    let start = 0;
    for (let end = block.indexOf(10); end >= 0; end = block.indexOf(10, start)) {
      parts.push(block.subarray(start, end));
      length += end - start;
      yield line();
      start = end + 1;
    }
    length += block.length - start;
    if (length > LONGEST_LINE) parts = [];
    else parts.push(block.subarray(start));
  }
  if (length > 0) yield line();
}

function withoutReturn(line: Buffer): Buffer {
  return line.at(-1) === 13 ? line.subarray(0, -1) : line;
}

/** The file's bytes, unpacked where they are gzipped. */
async function* blocksOf(path: string, options: ReadOptions): AsyncGenerator<Buffer> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isFile() !== true) {
    throw new InputError({ file: path, fault: 'there is no such file', mend: 'check the path' });
  }
  const total = kilobytes(found.size);
  let read = 0;
  async function* counted(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const block of source) {
      yield block;
      read += block.length;
      options.onPosition?.({ done: kilobytes(read), total, unit: 'kB' });
    }
  }
  try {
    const bytes = counted(createReadStream(path, { highWaterMark: 1 << 18 }));
    if (!(await isGzip(path))) yield* bytes;
    else {
      const unpacked = createGunzip();
      const fed = pipeline(Readable.from(bytes), unpacked);
      // A fault is met in the loop below, which reads the same stream.
      fed.catch(() => {});
      yield* unpacked as AsyncIterable<Buffer>;
      await fed;
    }
  } catch (error) {
    throw new InputError({
      file: path,
      fault: `the file cannot be read: ${messageOf(error)}`,
      mend: 'check its rights, and that it is whole',
      cause: error,
    });
  }
}

async function isGzip(path: string): Promise<boolean> {
  const file = await open(path);
  try {
    const { buffer } = await file.read(Buffer.alloc(2), 0, 2, 0);
    return buffer[0] === 0x1f && buffer[1] === 0x8b;
  } finally {
    await file.close();
  }
}
