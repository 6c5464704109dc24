import { readdir, readFile, rename, rm, rmdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { makeFolder, sha256, temporaryName, UsageError, writeFileAtomic } from '../../base/index.js';
import { type Dataset, openDataset } from '../dataset/index.js';

/** What every export of a data set is asked for. */
export interface ExportOptions {
  /** Folder of the data set. */
  readonly dataset: string;
  /** Folder to write. It appears when all is done. */
  readonly out: string;
  /** Splits to export; all by default. */
  readonly splits?: readonly string[];
  readonly onProgress?: (done: number, total: number) => void;
  readonly signal?: AbortSignal;
}

const ExportedFile = z.object({
  /** Relative to the export's folder, with forward slashes. */
  file: z.string(),
  split: z.string(),
  samples: z.int().nonnegative(),
  bytes: z.int().nonnegative(),
  sha256: z.string(),
});

/** `export.json` of an export's folder. */
export const ExportResult = z.object({
  format: z.string(),
  /** SHA-256 of all that decides the files: the data set's shards and the settings. */
  fingerprint: z.string(),
  samples: z.int().nonnegative(),
  /** The archives or tables; single pictures are not listed. */
  files: z.array(ExportedFile),
});
export type ExportResult = z.infer<typeof ExportResult>;
export type ExportedFile = z.infer<typeof ExportedFile>;

/** What a format does once the data set is open: fills the folder and tells what is in it. */
export type WriteExport = (
  folder: string,
  dataset: Dataset,
  splits: readonly string[],
) => Promise<readonly ExportedFile[]>;

/** The file that tells what an export is. */
const NOTE = 'export.json';

/**
 * Exports a data set into a folder that appears when it is whole. The same export into a finished `out` does nothing.
 * @param settings - Whatever else decides the files.
 * @throws UsageError when `out` holds something else, or a split is unknown.
 */
export async function exportInto(
  format: string,
  options: ExportOptions,
  settings: Readonly<Record<string, string | number>>,
  write: WriteExport,
): Promise<ExportResult> {
  const dataset = await openDataset(options.dataset);
  const splits = options.splits ?? dataset.splits;
  for (const split of splits) dataset.count(split);
  const shards = splits.flatMap(split => dataset.manifest.splits[split]!.shards.map(shard => shard.sha256));
  const fingerprint = sha256(JSON.stringify([format, splits, shards, settings]));
  const out = resolve(options.out);
  const finished = await readNote(out);
  if (finished?.fingerprint === fingerprint) return finished;
  await refuseOccupied(out);
  const folder = temporaryName(out);
  await makeFolder(folder);
  try {
    const files = await write(folder, dataset, splits);
    const samples = splits.reduce((sum, split) => sum + dataset.count(split), 0);
    const result: ExportResult = { format, fingerprint, samples, files: [...files] };
    await writeFileAtomic(join(folder, NOTE), `${JSON.stringify(result, null, 2)}\n`);
    await rmdir(out).catch(() => {});
    await rename(folder, out);
    return result;
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

async function readNote(out: string): Promise<ExportResult | undefined> {
  try {
    return ExportResult.parse(JSON.parse(await readFile(join(out, NOTE), 'utf8')));
  } catch {
    return undefined;
  }
}

async function refuseOccupied(out: string): Promise<void> {
  const found = await stat(out).catch(() => undefined);
  if (found === undefined || (found.isDirectory() && (await readdir(out)).length === 0)) return;
  throw new UsageError({
    file: out,
    fault: 'the output is there already and holds something else',
    mend: 'choose another --out, or delete it first',
  });
}
