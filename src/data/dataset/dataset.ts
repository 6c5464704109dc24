import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { InputError, parseAs, sha256OfFile, UsageError } from '../../base/index.js';
import { sqlText } from '../duckdb.js';
import type { Sample } from '../records/index.js';
import { DatasetManifest } from './manifest.js';
import { readShards } from './shard.js';

/** A finished data set on disk. */
export interface Dataset {
  readonly folder: string;
  readonly manifest: DatasetManifest;
  /** Names of the splits, in the manifest's order. */
  readonly splits: readonly string[];
  /** Number of samples in a split, or in all. */
  count(split?: string): number;
  /** The samples of a split, or of all, in the order written. Memory holds one chunk of one shard. */
  samples(split?: string): AsyncIterable<Sample>;
  /** One sample by its id; undefined when there is none of that name. */
  sample(id: string): Promise<Sample | undefined>;
}

/**
 * Opens a data set's folder.
 * @param options.verify - Also compare each shard's SHA-256 with the manifest (reads all bytes).
 * @param options.onBrokenShard - Told of each shard that cannot be read, now or by `samples` later; it is left out then
 *   (from where it is broken on) instead of ending the work.
 * @throws InputError when the folder is no finished data set, or a shard is missing, cut short or changed.
 */
export async function openDataset(
  folder: string,
  options: { verify?: boolean; onBrokenShard?: ((error: InputError) => void) | undefined } = {},
): Promise<Dataset> {
  const manifest = await readManifest(folder);
  const broken = new Set<string>();
  const splits = Object.keys(manifest.splits);
  const shards = (split?: string) => {
    if (split !== undefined && manifest.splits[split] === undefined) {
      throw new UsageError({
        file: folder,
        fault: `there is no split named "${split}"`,
        mend: `use one of: ${splits.join(', ')}`,
      });
    }
    const chosen = split === undefined ? splits : [split];
    return chosen.flatMap(name => manifest.splits[name]!.shards.filter(({ file }) => !broken.has(file)));
  };
  for (const shard of shards()) {
    const path = join(folder, shard.file);
    const found = await stat(path).catch(() => undefined);
    const fault =
      found === undefined
        ? 'the shard is missing'
        : found.size !== shard.bytes
          ? `the shard has ${found.size} bytes instead of ${shard.bytes}`
          : options.verify === true && (await sha256OfFile(path)) !== shard.sha256
            ? 'the shard is not the one the manifest names: its SHA-256 differs'
            : undefined;
    if (fault === undefined) continue;
    const error = new InputError({
      file: path,
      fault,
      mend: 'run the command that made the data set again, or copy the file anew',
    });
    if (options.onBrokenShard === undefined) throw error;
    broken.add(shard.file);
    options.onBrokenShard(error);
  }
  const paths = (split?: string) => shards(split).map(shard => join(folder, shard.file));
  return {
    folder,
    manifest,
    splits,
    count: split => shards(split).reduce((sum, shard) => sum + shard.samples, 0),
    samples: split => readShards(paths(split), { onBroken: options.onBrokenShard }),
    async sample(id) {
      for await (const sample of readShards(paths(), { where: `id = ${sqlText(id)}` })) return sample;
      return undefined;
    },
  };
}

async function readManifest(folder: string): Promise<DatasetManifest> {
  const path = join(folder, 'synray.json');
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    const exists = (await stat(folder).catch(() => undefined))?.isDirectory() === true;
    throw new InputError({
      file: folder,
      fault: exists ? 'not a finished data set: it has no synray.json' : 'there is no such folder',
      mend: exists
        ? 'run the command that makes it until it ends'
        : 'check the path, or make the data set with `synray import` or `synray generate`',
      cause: error,
    });
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new InputError({
      file: path,
      fault: 'it is not JSON',
      mend: 'run the command that made the data set again',
      cause: error,
    });
  }
  return parseAs(DatasetManifest, value, path);
}
