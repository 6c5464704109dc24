import { createWriteStream } from 'node:fs';
import { open, readdir, readFile, rename, rm, rmdir } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import { InputError, makeFolder, parseAs, writeFileAtomic } from '../../base/index.js';
import { bytesOf, isFull, refuseOccupied, unnumberedPath } from '../dataset/growing.js';
import { parseShardPath, readShardNotes, shardPath, writeShard } from '../dataset/index.js';
import type { Sample } from '../records/index.js';
import type { PicturePrint, SplitShards } from '../splits/index.js';

/** A row that was left out. */
export const SkippedRow = z.object({ file: z.string(), fault: z.string() });
export type SkippedRow = z.infer<typeof SkippedRow>;

/** What a shard tells of the rows that it was made of: enough to go on behind it. */
const ShardNote = z.object({ rows: z.int().nonnegative(), skipped: z.array(SkippedRow) });

/** What became of a row. */
export type RowOutcome =
  | { readonly sample: Sample; readonly print: PicturePrint }
  | { readonly skipped: SkippedRow };

interface OpenSplit {
  samples: Sample[];
  prints: PicturePrint[];
  skipped: SkippedRow[];
  bytes: number;
  /** Shards finished or under way. */
  shards: number;
  /** Rows that finished shards cover. */
  covered: number;
}

/** The name of the file that says which import a folder belongs to. */
const FINGERPRINT = 'fingerprint';

/**
 * The shards of an import while it runs, in a hidden folder beside `out`. A shard appears whole and says how many
 * rows of its split it covers; so an import that ended at any moment goes on behind the last one of each split, and
 * ends in the same bytes. One shard is written while the next one fills.
 */
export class ImportStore {
  readonly folder: string;
  readonly #out: string;
  readonly #fingerprint: string;
  readonly #splits = new Map<string, OpenSplit>();
  #writing: Promise<void> = Promise.resolve();
  #skippedBefore = 0;

  private constructor(out: string, folder: string, fingerprint: string) {
    this.#out = out;
    this.folder = folder;
    this.#fingerprint = fingerprint;
  }

  /** @throws UsageError when `out` exists and is not an empty folder. */
  static async open(out: string, fingerprint: string): Promise<ImportStore> {
    await refuseOccupied(out);
    const target = resolve(out);
    const folder = join(dirname(target), `.${basename(target)}.import`);
    const before = await readFile(join(folder, FINGERPRINT), 'utf8').catch(() => undefined);
    // What other settings left unfinished is of no use any more.
    if (before !== fingerprint) await rm(folder, { recursive: true, force: true });
    await makeFolder(join(folder, 'data'));
    await writeFileAtomic(join(folder, FINGERPRINT), fingerprint);
    const store = new ImportStore(target, folder, fingerprint);
    await store.#resume();
    return store;
  }

  /** Rows of a split that need not be read again. */
  covered(split: string): number {
    return this.#splits.get(split)?.covered ?? 0;
  }

  /** All rows that need not be read again, and how many of them were left out. */
  get before(): { rows: number; skipped: number } {
    const rows = [...this.#splits.values()].reduce((sum, { covered }) => sum + covered, 0);
    return { rows, skipped: this.#skippedBefore };
  }

  /** Whether there is anything that another run could go on from. */
  get isEmpty(): boolean {
    return [...this.#splits.values()].every(({ shards }) => shards === 0);
  }

  /** Adds what became of the next row of a split. */
  async add(split: string, outcome: RowOutcome): Promise<void> {
    const open = this.#open(split);
    if ('skipped' in outcome) {
      open.skipped.push(outcome.skipped);
      return;
    }
    open.samples.push(outcome.sample);
    open.prints.push(outcome.print);
    open.bytes += bytesOf(outcome.sample);
    if (isFull(open.samples.length, open.bytes)) await this.#flush(split, open);
  }

  /** Writes what is left and gives the shards their names. @returns the shards, by split. */
  async close(): Promise<SplitShards[]> {
    for (const [split, open] of this.#splits) if (open.samples.length > 0) await this.#flush(split, open);
    await this.#writing;
    const splits: SplitShards[] = [];
    for (const [split, { shards }] of this.#ordered()) {
      const paths = Array.from({ length: shards }, (_, index) =>
        join(this.folder, shardPath(split, index, shards)),
      );
      for (const [index, path] of paths.entries())
        await rename(join(this.folder, unnumberedPath(split, index)), path);
      if (shards > 0) splits.push({ split, paths });
    }
    return splits;
  }

  /** All rows that were left out, shard by shard. After {@link close}. */
  async *skipped(splits: readonly SplitShards[]): AsyncGenerator<SkippedRow> {
    for (const { paths } of splits) {
      for (const path of paths) yield* (await noteOf(path)).skipped;
    }
    // Those behind the last sample of their split are in no shard.
    for (const [, { skipped }] of this.#ordered()) yield* skipped;
  }

  /** Puts the folder in its place. */
  async appear(): Promise<void> {
    await rm(join(this.folder, FINGERPRINT));
    await rmdir(this.#out).catch(() => {});
    await rename(this.folder, this.#out);
    const parent = await open(dirname(this.#out), 'r');
    await parent.sync().finally(() => parent.close());
  }

  /** Ends what is under way; shards that are finished stay for another run, unless `discard`. */
  async leave(discard = this.isEmpty): Promise<void> {
    await this.#writing.catch(() => {});
    if (discard) await rm(this.folder, { recursive: true, force: true });
  }

  /** By name: the order in which they came is not the same in a run that goes on. */
  #ordered(): [string, OpenSplit][] {
    return [...this.#splits].sort(([a], [b]) => (a < b ? -1 : 1));
  }

  #open(split: string): OpenSplit {
    const found = this.#splits.get(split);
    if (found !== undefined) return found;
    const fresh = { samples: [], prints: [], skipped: [], bytes: 0, shards: 0, covered: 0 };
    this.#splits.set(split, fresh);
    return fresh;
  }

  async #flush(split: string, open: OpenSplit): Promise<void> {
    const { samples, prints, skipped } = open;
    const path = join(this.folder, unnumberedPath(split, open.shards++));
    const note: z.infer<typeof ShardNote> = { rows: samples.length + skipped.length, skipped };
    Object.assign(open, { samples: [], prints: [], skipped: [], bytes: 0 });
    // One after the other: a shard is there only when those before it are.
    await this.#writing;
    this.#writing = writeShard(path, samples, {
      fingerprint: this.#fingerprint,
      notes: [note],
      pictures: prints,
    });
    // A failure is met by who waits for the writing next.
    this.#writing.catch(() => {});
  }

  /** Finds the shards that an earlier run finished, under their first or their last names. */
  async #resume(): Promise<void> {
    const data = join(this.folder, 'data');
    const found = new Map<string, Set<number>>();
    for (const name of (await readdir(data)).sort()) {
      const named = parseShardPath(`data/${name}`);
      const early = /^\.([a-z][a-z0-9_]*)-(\d+)\.parquet$/.exec(name);
      const shard = named ?? (early === null ? undefined : { split: early[1]!, index: Number(early[2]) });
      if (shard === undefined) {
        await rm(join(data, name), { recursive: true });
        continue;
      }
      await rename(join(data, name), join(this.folder, unnumberedPath(shard.split, shard.index)));
      found.set(shard.split, (found.get(shard.split) ?? new Set()).add(shard.index));
    }
    for (const [split, indices] of found) {
      const open = this.#open(split);
      for (let index = 0; indices.has(index); index++) {
        const note = await noteOf(join(this.folder, unnumberedPath(split, index))).catch((error: unknown) => {
          if (error instanceof InputError) return undefined;
          throw error;
        });
        // A shard that a broken disk spoiled is made again, and with it those behind it.
        if (note === undefined) break;
        open.shards++;
        open.covered += note.rows;
        this.#skippedBefore += note.skipped.length;
      }
    }
  }
}

/** Writes a list of JSON values, one a line. @returns how many there are, and the first ones. */
export async function writeLines<T>(
  path: string,
  values: AsyncIterable<T>,
  most: number,
): Promise<{ count: number; first: T[] }> {
  const first: T[] = [];
  let count = 0;
  async function* lines(): AsyncGenerator<string> {
    for await (const value of values) {
      if (count++ < most) first.push(value);
      yield `${JSON.stringify(value)}\n`;
    }
  }
  await pipeline(Readable.from(lines()), createWriteStream(path));
  if (count === 0) await rm(path);
  return { count, first };
}

async function noteOf(path: string): Promise<z.infer<typeof ShardNote>> {
  return parseAs(ShardNote, (await readShardNotes(path)).notes[0], path);
}
