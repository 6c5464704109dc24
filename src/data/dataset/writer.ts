import { readFileSync } from 'node:fs';
import { open, rename, rm, rmdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { makeFolder, temporaryName } from '../../base/index.js';
import type { Sample } from '../records/index.js';
import { type DatasetDescription, finishDataset } from './finish.js';
import { bytesOf, isFull, refuseOccupied, unnumberedPath } from './growing.js';
import type { DatasetManifest } from './manifest.js';
import { writeShard } from './shard.js';
import { shardPath } from './shard-path.js';

/** synray's own version, for provenance. */
export const synrayVersion: string = (
  JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')) as { version: string }
).version;

/**
 * Writes a data set of which the number of samples is not known beforehand. It grows in a folder beside
 * `out` and takes its place only when finished: an `out` that exists is whole.
 */
export class DatasetWriter {
  readonly #out: string;
  readonly #folder: string;
  readonly #fingerprint: string;
  readonly #splits = new Map<string, OpenSplit>();

  private constructor(out: string, folder: string, fingerprint: string) {
    this.#out = out;
    this.#folder = folder;
    this.#fingerprint = fingerprint;
  }

  /** @throws UsageError when `out` exists and is not an empty folder. */
  static async create(out: string, fingerprint: string): Promise<DatasetWriter> {
    await refuseOccupied(out);
    const folder = temporaryName(resolve(out));
    await makeFolder(join(folder, 'data'));
    return new DatasetWriter(resolve(out), folder, fingerprint);
  }

  /** Adds a sample at the end of a split. Split names are lower-case letters, digits and `_`. */
  async add(split: string, sample: Sample): Promise<void> {
    let open = this.#splits.get(split);
    if (open === undefined) {
      open = { samples: [], bytes: 0, shards: 0 };
      this.#splits.set(split, open);
    }
    open.samples.push(sample);
    open.bytes += bytesOf(sample);
    if (isFull(open.samples.length, open.bytes)) await this.#flush(split, open);
  }

  /**
   * Closes the shards, writes card and manifest, and puts the folder in its place.
   * @param write - Lets the caller put more files into the folder before it appears.
   */
  async finish(
    description: Omit<DatasetDescription, 'fingerprint'>,
    write: (folder: string) => Promise<void> = async () => {},
  ): Promise<DatasetManifest> {
    for (const [split, open] of this.#splits) {
      if (open.samples.length > 0) await this.#flush(split, open);
      for (let index = 0; index < open.shards; index++) {
        const target = join(this.#folder, shardPath(split, index, open.shards));
        await rename(join(this.#folder, unnumberedPath(split, index)), target);
      }
    }
    const manifest = await finishDataset(this.#folder, { ...description, fingerprint: this.#fingerprint });
    await write(this.#folder);
    await rmdir(this.#out).catch(() => {});
    await rename(this.#folder, this.#out);
    const parent = await open(dirname(this.#out), 'r');
    await parent.sync().finally(() => parent.close());
    return manifest;
  }

  /** Takes away what was written. For failures. */
  async discard(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #flush(split: string, open: OpenSplit): Promise<void> {
    const path = join(this.#folder, unnumberedPath(split, open.shards));
    await writeShard(path, open.samples, { fingerprint: this.#fingerprint, notes: [] });
    open.samples = [];
    open.bytes = 0;
    open.shards++;
  }
}

interface OpenSplit {
  samples: Sample[];
  bytes: number;
  /** Shards written so far. */
  shards: number;
}
