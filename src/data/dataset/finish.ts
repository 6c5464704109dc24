import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { InputError, sha256OfFile, writeFileAtomic } from '../../base/index.js';
import { sqlPaths, withDatabase } from '../duckdb.js';
import { writeSplitManifest } from '../splits/split-manifest.js';
import { datasetCard } from './card.js';
import { addContents, DatasetContents } from './contents.js';
import { croissantOf } from './croissant.js';
import { DATASET_FORMAT, type DatasetManifest, type ShardEntry, type SplitEntry } from './manifest.js';
import { readShardNotes } from './shard.js';
import { parseShardPath } from './shard-path.js';

/** What a data set's maker says of it. The rest of the manifest is read from the shards. */
export type DatasetDescription = Pick<DatasetManifest, 'name' | 'fingerprint' | 'provenance' | 'settings'>;

/**
 * Makes a data set of a folder of finished shards: counts, checks and hashes them, then writes the card and,
 * last, the manifest. Files are the truth: nothing else is asked.
 * @throws InputError when a shard is missing, belongs to other settings, or an id occurs twice.
 */
export async function finishDataset(
  folder: string,
  description: DatasetDescription,
): Promise<DatasetManifest> {
  const splits: Record<string, SplitEntry> = {};
  let contents = DatasetContents.parse({});
  for (const [split, files] of await shardsBySplit(folder)) {
    const shards: ShardEntry[] = [];
    for (const file of files) {
      const path = join(folder, file);
      const { fingerprint, rows, contents: held } = await readShardNotes(path);
      if (fingerprint !== description.fingerprint) {
        throw new InputError({
          file: path,
          fault: 'the shard was made with other settings',
          mend: 'choose an empty output folder, or delete this one',
        });
      }
      const [sha256, { size }] = await Promise.all([sha256OfFile(path), stat(path)]);
      contents = addContents(contents, held);
      shards.push({ file, samples: rows, bytes: size, sha256 });
    }
    const paths = shards.map(shard => join(folder, shard.file));
    splits[split] = {
      samples: shards.reduce((sum, shard) => sum + shard.samples, 0),
      patients: await countPatients(paths),
      labels: await countLabels(paths),
      shards,
    };
  }
  const paths = Object.values(splits).flatMap(split => split.shards.map(shard => join(folder, shard.file)));
  await refuseTwins(folder, paths);
  const patients = await countPatients(paths);
  const manifest: DatasetManifest = {
    format: DATASET_FORMAT,
    kind: 'dataset',
    ...description,
    patients,
    splits,
  };
  await writeSplitManifest(
    folder,
    description,
    Object.entries(splits).map(([split, { shards }]) => ({
      split,
      paths: shards.map(({ file }) => join(folder, file)),
    })),
  );
  await writeFileAtomic(join(folder, 'README.md'), datasetCard(manifest, contents));
  await writeFileAtomic(
    join(folder, 'croissant.json'),
    `${JSON.stringify(croissantOf(manifest), null, 2)}\n`,
  );
  await writeFileAtomic(join(folder, 'synray.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  return manifest;
}

/** The shard files of a folder by split, in order; the splits as people list them. */
async function shardsBySplit(folder: string): Promise<Map<string, string[]>> {
  const found = new Map<string, Map<number, { file: string; count: number }>>();
  const entries = await readdir(join(folder, 'data')).catch(() => []);
  for (const name of entries) {
    const shard = parseShardPath(`data/${name}`);
    if (shard === undefined) continue;
    const split = found.get(shard.split) ?? new Map();
    split.set(shard.index, { file: `data/${name}`, count: shard.count });
    found.set(shard.split, split);
  }
  if (found.size === 0) {
    throw new InputError({ file: folder, fault: 'there are no samples', mend: 'ask for one at least' });
  }
  const order = ['train', 'validation', 'test'];
  const names = [...found.keys()].sort(
    (a, b) => ((order.indexOf(a) + 4) % 4) - ((order.indexOf(b) + 4) % 4) || (a < b ? -1 : 1),
  );
  return new Map(
    names.map(split => {
      const shards = found.get(split)!;
      const { count } = shards.values().next().value!;
      const files = Array.from({ length: count }, (_, index) => {
        const shard = shards.get(index);
        if (shard !== undefined && shard.count === count && shards.size === count) return shard.file;
        throw new InputError({
          file: folder,
          fault: `split ${split} holds ${shards.size} of ${count} shards`,
          mend: 'run the command that makes them again: it does only what is missing',
        });
      });
      return [split, files];
    }),
  );
}

async function countLabels(paths: readonly string[]): Promise<SplitEntry['labels']> {
  const counts = await withDatabase(connection =>
    connection.runAndReadAll(
      `SELECT label, count(*) FROM (SELECT unnest(list_distinct(labels)) AS label
       FROM read_parquet(${sqlPaths(paths)})) GROUP BY label ORDER BY label`,
    ),
  );
  return Object.fromEntries(counts.getRows().map(([label, count]) => [String(label), Number(count)]));
}

async function countPatients(paths: readonly string[]): Promise<number> {
  const count = await withDatabase(connection =>
    connection.runAndReadAll(`SELECT count(DISTINCT patient) FROM read_parquet(${sqlPaths(paths)})`),
  );
  return Number(count.getRows()[0]![0]);
}

async function refuseTwins(folder: string, paths: readonly string[]): Promise<void> {
  const twins = await withDatabase(connection =>
    connection.runAndReadAll(
      `SELECT id FROM read_parquet(${sqlPaths(paths)}) GROUP BY id HAVING count(*) > 1 ORDER BY id LIMIT 1`,
    ),
  );
  const twin = twins.getRows()[0]?.[0];
  if (twin === undefined) return;
  throw new InputError({
    file: folder,
    fault: `more than one sample is named "${String(twin)}"`,
    mend: 'give every sample an id of its own',
  });
}
