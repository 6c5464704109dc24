import { readFile, stat } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { InputError, messageOf, SynrayError, sha256, writeFileAtomic } from '../../base/index.js';
import { type DatasetManifest, DatasetWriter, openDataset, synrayVersion } from '../dataset/index.js';
import { decodeGrey } from '../images.js';
import { mapOrdered } from '../ordered.js';
import type { Sample } from '../records/index.js';
import { regionsOf, structuresOf } from './import-dataset-masks.js';
import type { ImportRow, ImportSource } from './importer.js';

export interface ImportOptions {
  /** Folder of the data set to be; its name becomes the data set's. */
  readonly out: string;
  /** Leave rows out whose picture is missing or broken, instead of giving up at the first. */
  readonly skipBad?: boolean;
  readonly onProgress?: (done: number, total: number) => void;
  readonly signal?: AbortSignal;
}

export interface ImportResult {
  readonly samples: number;
  /** How many samples carry each label. */
  readonly labels: Record<string, number>;
  readonly patients: number;
  readonly out: string;
  /** Rows left out with `skipBad`; also in `skipped.jsonl` of the data set. */
  readonly skipped: readonly { readonly file: string; readonly fault: string }[];
}

/**
 * Makes a data set of a source: every picture is decoded once, to know that it can be, and its original
 * bytes are stored. `out` appears when all is done; the same import into a finished `out` does nothing.
 *
 * @throws InputError naming the first picture that is missing or broken, unless `skipBad`.
 */
export async function importDataset(source: ImportSource, options: ImportOptions): Promise<ImportResult> {
  const { out, skipBad = false, onProgress, signal } = options;
  const width = 2 * availableParallelism();
  const sizes = await pictureSizes(source, skipBad, width);
  const fingerprint = sha256(JSON.stringify([source.settings, skipBad, sizes]));
  const finished = await openDataset(out).catch(() => undefined);
  if (finished?.manifest.fingerprint === fingerprint) {
    return resultOf(finished.manifest, out, await readSkipped(out));
  }

  const writer = await DatasetWriter.create(out, fingerprint);
  const skipped: { file: string; fault: string }[] = [];
  try {
    let done = 0;
    const read = (row: ImportRow) =>
      readSample(row).catch((error: unknown) => asSkipped(error, row, skipBad));
    for await (const outcome of mapOrdered(source.rows(), width, read)) {
      signal?.throwIfAborted();
      if ('fault' in outcome) skipped.push(outcome);
      else await writer.add(outcome.split, outcome.sample);
      done++;
      onProgress?.(done, source.count);
    }
    if (skipped.length === source.count) {
      throw new InputError({
        fault: `none of the ${source.count} pictures could be read; the first: ${skipped[0]?.fault ?? 'none'}`,
        mend: 'check the folder of the pictures',
      });
    }
    const { description, settings } = source;
    const manifest = await writer.finish(
      {
        name: basename(resolve(out)),
        provenance: { producer: 'synray import', version: synrayVersion, description },
        settings: { ...settings, skipBad },
      },
      folder => writeSkipped(folder, skipped),
    );
    return resultOf(manifest, out, skipped);
  } catch (error) {
    await writer.discard();
    throw error;
  }
}

/** A fingerprint of the pictures that costs no reading; and missing ones are found before any work is done. */
async function pictureSizes(source: ImportSource, skipBad: boolean, width: number): Promise<string> {
  let missing = 0;
  let first = '';
  const sizes: string[] = [];
  const look = async (row: ImportRow) => ({ row, found: await stat(row.file).catch(() => undefined) });
  for await (const { row, found } of mapOrdered(source.rows(), 4 * width, look)) {
    if (found?.isFile() !== true && missing++ === 0) first = row.file;
    sizes.push(`${row.id}:${found?.size ?? -1}`);
  }
  if (missing > 0 && !skipBad) {
    throw new InputError({
      file: first,
      fault: missing === 1 ? 'the picture is missing' : `the picture is missing, and ${missing - 1} more are`,
      mend: 'check the images folder, or leave such rows out with --skip-bad',
    });
  }
  return sha256(sizes.join('\n'));
}

async function readSample(row: ImportRow): Promise<{ split: string; sample: Sample }> {
  const { split, file, boxes, masks = [], structures = [], ...known } = row;
  let bytes: Uint8Array;
  try {
    bytes = new Uint8Array(await readFile(file));
  } catch (error) {
    throw new InputError({ file, fault: messageOf(error), mend: 'check the images folder', cause: error });
  }
  const { width, height } = await decodeGrey(bytes, { source: file });
  const size = [width, height] as const;
  const outlined = await structuresOf(structures, size, file);
  return {
    split,
    sample: {
      ...known,
      image: { bytes, path: basename(file) },
      mentions: [],
      regions: await regionsOf(boxes, masks, size, file),
      ...(outlined.length > 0 && { structures: outlined }),
      verdicts: [],
    },
  };
}

function asSkipped(error: unknown, row: ImportRow, skipBad: boolean): { file: string; fault: string } {
  if (!(error instanceof SynrayError)) throw error;
  if (skipBad) return { file: basename(row.file), fault: error.fault };
  throw new InputError({
    file: error.file,
    fault: error.fault,
    mend: `${error.mend}, or leave such rows out with --skip-bad`,
    cause: error,
  });
}

const SKIPPED = 'skipped.jsonl';

async function writeSkipped(folder: string, skipped: ImportResult['skipped']): Promise<void> {
  if (skipped.length === 0) return;
  await writeFileAtomic(join(folder, SKIPPED), skipped.map(line => `${JSON.stringify(line)}\n`).join(''));
}

async function readSkipped(folder: string): Promise<ImportResult['skipped']> {
  const text = await readFile(join(folder, SKIPPED), 'utf8').catch(() => '');
  const lines = text.split('\n').filter(line => line !== '');
  return lines.map(line => JSON.parse(line) as ImportResult['skipped'][number]);
}

function resultOf(manifest: DatasetManifest, out: string, skipped: ImportResult['skipped']): ImportResult {
  const labels: Record<string, number> = {};
  for (const split of Object.values(manifest.splits)) {
    for (const [label, count] of Object.entries(split.labels)) labels[label] = (labels[label] ?? 0) + count;
  }
  const splits = Object.values(manifest.splits);
  return {
    samples: splits.reduce((sum, split) => sum + split.samples, 0),
    labels,
    patients: manifest.patients,
    out,
    skipped,
  };
}
