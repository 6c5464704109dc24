import { createReadStream } from 'node:fs';
import { InputError } from '../../base/index.js';

/** Longest line of a segment, in bytes: the longest answer that is read, with room for escapes. */
const LONGEST_LINE = 128 * 2 ** 20;
const NEW_LINE = 0x0a;

/** The file of a segment, from 1. */
export function segmentName(number: number): string {
  return `replies-${String(number).padStart(6, '0')}.jsonl`;
}

/** The number of a segment's file; undefined for other files. */
export function segmentNumber(name: string): number | undefined {
  const match = /^replies-(\d{6,})\.jsonl$/.exec(name);
  return match === null ? undefined : Number(match[1]);
}

/**
 * Gives every whole line of a file, without its end, with the place of its first byte.
 * @returns Where the last whole line ends, and the size of the file: they differ when the last line is torn.
 */
export async function scanLines(
  path: string,
  onLine: (line: Buffer, place: number) => void,
): Promise<{ whole: number; size: number }> {
  let whole = 0;
  let size = 0;
  let begun: Buffer[] = [];
  let begunLength = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: 2 ** 20 })) {
    const bytes = chunk as Buffer;
    size += bytes.length;
    let from = 0;
    for (let end = bytes.indexOf(NEW_LINE); end >= 0; end = bytes.indexOf(NEW_LINE, from)) {
      const rest = bytes.subarray(from, end);
      const line = begunLength === 0 ? rest : Buffer.concat([...begun, rest]);
      onLine(line, whole);
      whole += line.length + 1;
      begun = [];
      begunLength = 0;
      from = end + 1;
    }
    if (from < bytes.length) {
      begun.push(bytes.subarray(from));
      begunLength += bytes.length - from;
    }
    if (begunLength > LONGEST_LINE) {
      throw new InputError({
        file: path,
        fault: 'this file of stored replies has a line without end',
        mend: 'remove the file: its replies are asked for again',
      });
    }
  }
  return { whole, size };
}
