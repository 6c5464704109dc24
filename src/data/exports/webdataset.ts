import { join } from 'node:path';
import type { Dataset } from '../dataset/index.js';
import { type ExportedFile, type ExportOptions, type ExportResult, exportInto } from './export-folder.js';
import { filesOf, keyOf } from './sample-files.js';
import { TarWriter } from './tar-writer.js';

export interface WebDatasetOptions extends ExportOptions {
  /** An archive is closed when it has this many bytes; 1 GB by default. */
  readonly shardBytes?: number;
}

/** Archives of about this size are what WebDataset's authors advise. */
export const SHARD_BYTES = 1e9;

/**
 * Writes a data set as WebDataset archives (https://github.com/webdataset/webdataset): `train-000000.tar` … with, for
 * each sample, `<key>.png` (or `.jpg`, as it is stored), `<key>.txt` (findings and impression), `<key>.json` (all
 * else) and masks as `<key>.region-0.png`, `<key>.structure-0.png`. The order is the data set's.
 *
 * @throws InputError when the data set cannot be read; UsageError when `out` holds something else.
 */
export function exportWebDataset(options: WebDatasetOptions): Promise<ExportResult> {
  const { shardBytes = SHARD_BYTES, onProgress, signal } = options;
  return exportInto('webdataset', options, { shardBytes }, async (folder, dataset, splits) => {
    const total = splits.reduce((sum, split) => sum + dataset.count(split), 0);
    const files: ExportedFile[] = [];
    let done = 0;
    for (const split of splits) {
      const shards = await writeSplit(folder, dataset, split, shardBytes, () => {
        signal?.throwIfAborted();
        onProgress?.(++done, total);
      });
      files.push(...shards);
    }
    return files;
  });
}

async function writeSplit(
  folder: string,
  dataset: Dataset,
  split: string,
  shardBytes: number,
  onSample: () => void,
): Promise<ExportedFile[]> {
  const files: ExportedFile[] = [];
  let open: { file: string; tar: TarWriter; samples: number } | undefined;
  const close = async () => {
    if (open === undefined) return;
    files.push({ file: open.file, split, samples: open.samples, ...(await open.tar.finish()) });
    open = undefined;
  };
  try {
    for await (const sample of dataset.samples(split)) {
      if (open === undefined) {
        const file = `${split}-${String(files.length).padStart(6, '0')}.tar`;
        open = { file, tar: await TarWriter.create(join(folder, file)), samples: 0 };
      }
      const key = keyOf(sample.id);
      for (const { ending, bytes } of filesOf(sample)) await open.tar.add(`${key}.${ending}`, bytes);
      open.samples++;
      if (open.tar.bytes >= shardBytes) await close();
      onSample();
    }
    await close();
  } catch (error) {
    await open?.tar.discard();
    throw error;
  }
  return files;
}
