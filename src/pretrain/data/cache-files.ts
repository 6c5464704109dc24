import { closeSync, fstatSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { InputError, messageOf, parseAs, writeFileAtomic } from '../../base/index.js';
import { type CachedSample, type DecodedSample, SampleLine } from './cached-sample.js';
import { unpackChangeMaps } from './change-map.js';
import { BufferedFile, damaged, LineReader, LineWriter, openForReading, readWhole } from './line-file.js';
import { type Section, Statement, statementsOf } from './statements.js';

/** Raised when older caches must not be read. */
export const CACHE_VERSION = 2;

/** Something that was left out of a cache because it could not be read. */
const Skipped = z.object({ name: z.string(), fault: z.string() });
export type Skipped = z.infer<typeof Skipped>;

/** `cache.json`, written last. */
export const CacheHead = z.object({
  version: z.literal(CACHE_VERSION),
  fingerprint: z.string(),
  /** Height and width of the pictures in pixels. */
  size: z.int().positive(),
  samples: z.int().positive(),
  readings: z.int().nonnegative(),
  twins: z.int().nonnegative(),
  /** Shorter side of the smallest picture as it was stored. */
  leastStored: z.int().positive(),
  /** Samples of the split that are not here, and the names of samples and shards that could not be read. */
  skipped: z.object({ samples: z.int().nonnegative(), names: z.array(Skipped) }),
});
export type CacheHead = z.infer<typeof CacheHead>;

/** Most statements that are remembered: to write each only once, and not to read it again. */
const REMEMBERED = 50_000;

/** Writes a cache's files into a folder, sample by sample. */
export class CacheWriter {
  readonly #folder: string;
  readonly #pixels: BufferedFile;
  readonly #changes: BufferedFile;
  readonly #twins: BufferedFile;
  readonly #readings: BufferedFile;
  readonly #samples: LineWriter;
  readonly #statements: LineWriter;
  readonly #known = new Map<string, number>();
  readonly #counts = { samples: 0, readings: 0, twins: 0, leastStored: Number.MAX_SAFE_INTEGER };

  constructor(folder: string) {
    this.#folder = folder;
    this.#pixels = new BufferedFile(join(folder, 'pixels.u8'));
    this.#changes = new BufferedFile(join(folder, 'changes.packed'));
    this.#twins = new BufferedFile(join(folder, 'twins.u8'));
    this.#readings = new BufferedFile(join(folder, 'readings.u16'));
    this.#samples = new LineWriter(join(folder, 'samples'));
    this.#statements = new LineWriter(join(folder, 'statements'));
  }

  get count(): number {
    return this.#counts.samples;
  }

  add({ id, sections, pixels, regions, changes, twins, reading, stored }: DecodedSample): void {
    const counts = this.#counts;
    const line: SampleLine = {
      id,
      findings: sections.findings.map(statement => this.#numberOf(statement)),
      impression: sections.impression.map(statement => this.#numberOf(statement)),
      regions: [...regions],
    };
    if (changes.length > 0) {
      const start = this.#changes.length;
      for (const change of changes) this.#changes.write(change);
      line.changes = [start, this.#changes.length - start];
    }
    if (twins.length > 0) {
      line.twins = counts.twins;
      for (const twin of twins) this.#twins.write(twin);
      counts.twins += twins.length;
    }
    if (reading !== undefined) {
      line.reading = counts.readings++;
      line.redrawnAs = reading.view;
      const { buffer, byteOffset, byteLength } = reading.pixels;
      this.#readings.write(new Uint8Array(buffer, byteOffset, byteLength));
    }
    this.#pixels.write(pixels);
    this.#samples.add(line);
    counts.leastStored = Math.min(counts.leastStored, stored);
    counts.samples++;
  }

  /** Writes what is left, and the head, without which the folder is no cache. */
  async finish(rest: Pick<CacheHead, 'fingerprint' | 'size' | 'skipped'>): Promise<void> {
    for (const file of this.#files()) file.finish();
    const head: CacheHead = { version: CACHE_VERSION, ...rest, ...this.#counts };
    await writeFileAtomic(join(this.#folder, 'cache.json'), `${JSON.stringify(head)}\n`);
  }

  close(): void {
    for (const file of this.#files()) file.close();
  }

  #files(): readonly (BufferedFile | LineWriter)[] {
    return [this.#pixels, this.#changes, this.#twins, this.#readings, this.#samples, this.#statements];
  }

  /** Line of a statement. The same words come back in thousands of reports: they are written once, as a rule. */
  #numberOf(statement: Statement): number {
    const key = JSON.stringify(statement);
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const number = this.#statements.add(statement);
    if (this.#known.size >= REMEMBERED) this.#known.clear();
    this.#known.set(key, number);
    return number;
  }
}

/** A sample with where the rest of it lies. */
export interface StoredSample extends CachedSample {
  readonly line: SampleLine;
}

/**
 * A decoded split of a data set: pictures, change maps, twins and readings, and what is said of them. All of it is
 * read from the files as it is asked for, so that a million samples take no more memory than one. Any number of
 * threads and processes may read a cache.
 */
export class PixelCache {
  /** Names the pictures and the texts: changes when either does. */
  readonly fingerprint: string;
  readonly head: CacheHead;
  readonly #pixels: number;
  readonly #changes: number;
  readonly #twins: number;
  readonly #readings: number;
  readonly #samples: LineReader;
  readonly #statements: LineReader;
  readonly #known = new Map<number, Statement>();

  /** @throws InputError naming the file that is missing or not as long as it was. */
  constructor(readonly folder: string) {
    this.head = readHead(folder);
    const { fingerprint, samples, size, twins, readings } = this.head;
    this.fingerprint = fingerprint;
    const open = (name: string, bytes: number | undefined) => {
      const file = openForReading(join(folder, name));
      const found = fstatSync(file).size;
      if (bytes === undefined || found === bytes) return file;
      throw damaged(join(folder, name), `it has ${found} bytes instead of ${bytes}`);
    };
    this.#pixels = open('pixels.u8', samples * size * size);
    this.#changes = open('changes.packed', undefined);
    this.#twins = open('twins.u8', twins * size * size);
    this.#readings = open('readings.u16', 2 * readings * size * size);
    this.#samples = new LineReader(join(folder, 'samples'));
    this.#statements = new LineReader(join(folder, 'statements'));
    if (this.#samples.count !== samples)
      throw damaged(
        join(folder, 'samples.jsonl'),
        `it has ${this.#samples.count} samples instead of ${samples}`,
      );
  }

  /** Number of samples. */
  get count(): number {
    return this.head.samples;
  }

  /** @param row - 0 for the first sample of the split. */
  sample(row: number): StoredSample {
    const line = parseAs(SampleLine, this.#samples.at(row), `${this.folder}, sample ${row}`);
    const read = (section: Section) => line[section].map(number => this.#statement(number));
    const sections = { findings: read('findings'), impression: read('impression') };
    const { id, regions, redrawnAs } = line;
    return { id, statements: statementsOf(sections), sections, regions, redrawnAs, line };
  }

  /** @param into - size × size grey values. */
  readPixels(row: number, into: Uint8Array): void {
    this.#read(this.#pixels, into, row * into.length);
  }

  /** @param into - 32 × 32 zeros for each region of the sample. */
  readChanges({ line }: StoredSample, into: Uint8Array): void {
    if (line.changes === undefined) return;
    const [start, length] = line.changes;
    const packed = new Uint8Array(length);
    this.#read(this.#changes, packed, start);
    unpackChangeMaps(packed, into);
  }

  /**
   * The picture without the finding of a region that has a twin.
   * @param into - size × size grey values.
   */
  readTwin({ line, regions }: StoredSample, region: number, into: Uint8Array): void {
    const before = regions.slice(0, region).filter(({ twin }) => twin).length;
    this.#read(this.#twins, into, (line.twins! + before) * into.length);
  }

  /** What the detector read: size × size values of 16 bits, of a sample with `redrawnAs`. */
  reading({ line }: StoredSample): Uint16Array {
    const { size } = this.head;
    const values = new Uint16Array(size * size);
    this.#read(this.#readings, new Uint8Array(values.buffer), line.reading! * values.byteLength);
    return values;
  }

  close(): void {
    for (const file of [this.#pixels, this.#changes, this.#twins, this.#readings]) closeSync(file);
    this.#samples.close();
    this.#statements.close();
  }

  #statement(number: number): Statement {
    const known = this.#known.get(number);
    if (known !== undefined) return known;
    const statement = parseAs(Statement, this.#statements.at(number), `${this.folder}, statement ${number}`);
    if (this.#known.size >= REMEMBERED) this.#known.clear();
    this.#known.set(number, statement);
    return statement;
  }

  #read(file: number, into: Uint8Array, start: number): void {
    try {
      readWhole(file, into, start);
    } catch (error) {
      throw damaged(this.folder, messageOf(error));
    }
  }
}

function readHead(folder: string): CacheHead {
  const file = join(folder, 'cache.json');
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw damaged(file, messageOf(error));
  }
  try {
    return parseAs(CacheHead, value, file);
  } catch (error) {
    throw error instanceof InputError ? damaged(file, error.fault) : error;
  }
}
