import { closeSync, fstatSync, fsyncSync, openSync, readSync, writeFileSync } from 'node:fs';
import { InputError } from '../../base/index.js';

/** Bytes gathered before they are written. */
const BUFFER = 1 << 20;

/** A file written from front to back in large pieces. Each write is whole, or throws what the system says. */
export class BufferedFile {
  readonly #file: number;
  #waiting: Uint8Array[] = [];
  #bytes = 0;
  /** Bytes given so far: where the next ones will begin. */
  length = 0;

  constructor(path: string) {
    this.#file = openSync(path, 'w');
  }

  write(bytes: Uint8Array): void {
    this.#waiting.push(bytes);
    this.#bytes += bytes.length;
    this.length += bytes.length;
    if (this.#bytes >= BUFFER) this.#flush();
  }

  /** Writes what is left, and waits until the disk has it. */
  finish(): void {
    this.#flush();
    fsyncSync(this.#file);
  }

  close(): void {
    closeSync(this.#file);
  }

  #flush(): void {
    const bytes = Buffer.concat(this.#waiting);
    this.#waiting = [];
    this.#bytes = 0;
    // On a descriptor it writes on from where it is, again and again until all is written.
    writeFileSync(this.#file, bytes);
  }
}

/** Bytes of a place in a file: a 64-bit number. */
const PLACE = 8;

/** JSON Lines beside the place where each line begins. */
export class LineWriter {
  readonly #lines: BufferedFile;
  readonly #places: BufferedFile;
  /** Lines so far. */
  count = 0;

  /** @param path - Without suffix: the files are `<path>.jsonl` and `<path>.places`. */
  constructor(path: string) {
    this.#lines = new BufferedFile(`${path}.jsonl`);
    this.#places = new BufferedFile(`${path}.places`);
    this.#mark();
  }

  /** @returns The line's number, from 0 on. */
  add(value: unknown): number {
    this.#lines.write(Buffer.from(`${JSON.stringify(value)}\n`));
    this.#mark();
    return this.count++;
  }

  finish(): void {
    this.#lines.finish();
    this.#places.finish();
  }

  close(): void {
    this.#lines.close();
    this.#places.close();
  }

  #mark(): void {
    const place = new Uint8Array(PLACE);
    new DataView(place.buffer).setBigUint64(0, BigInt(this.#lines.length), true);
    this.#places.write(place);
  }
}

/** What {@link LineWriter} wrote, read by number. Holds nothing in memory. */
export class LineReader {
  readonly count: number;
  readonly #path: string;
  readonly #lines: number;
  readonly #places: number;
  readonly #place = new DataView(new ArrayBuffer(2 * PLACE));

  /** @throws InputError when the two files do not belong together. */
  constructor(path: string) {
    this.#path = path;
    this.#lines = openForReading(`${path}.jsonl`);
    this.#places = openForReading(`${path}.places`);
    this.count = fstatSync(this.#places).size / PLACE - 1;
    const whole = Number.isInteger(this.count) && this.count >= 0;
    if (!whole || this.#readPlace(this.count, 1)[0] !== fstatSync(this.#lines).size) {
      this.close();
      throw damaged(`${path}.jsonl`, 'it is not as long as its places say');
    }
  }

  /** @throws InputError when the line is no JSON. */
  at(number: number): unknown {
    const [start, end] = this.#readPlace(number, 2) as [number, number];
    const line = Buffer.allocUnsafe(Math.max(0, end - start));
    try {
      readWhole(this.#lines, line, start);
      return JSON.parse(line.toString('utf8'));
    } catch {
      throw damaged(`${this.#path}.jsonl`, `line ${number + 1} cannot be read`);
    }
  }

  close(): void {
    closeSync(this.#lines);
    closeSync(this.#places);
  }

  #readPlace(number: number, count: 1 | 2): number[] {
    readWhole(this.#places, new Uint8Array(this.#place.buffer, 0, count * PLACE), number * PLACE);
    return Array.from({ length: count }, (_, at) => Number(this.#place.getBigUint64(at * PLACE, true)));
  }
}

/** Opens a file of a cache. @throws InputError when it is not there. */
export function openForReading(path: string): number {
  try {
    return openSync(path, 'r');
  } catch {
    throw damaged(path, 'it cannot be opened');
  }
}

/** Fills `into` with the file's bytes from `start` on. @throws RangeError where the file ends before. */
export function readWhole(file: number, into: Uint8Array, start: number): void {
  for (let done = 0; done < into.length; ) {
    const read = readSync(file, into, done, into.length - done, start + done);
    if (read === 0) throw new RangeError(`the file ends before byte ${start + into.length}`);
    done += read;
  }
}

/** The error of a cache's file that is not what it was when written. */
export function damaged(file: string, fault: string): InputError {
  return new InputError({
    file,
    fault: `the cache is damaged: ${fault}`,
    mend: 'delete this folder; it will be made again',
  });
}
