import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { z } from 'zod';
import { InputError, parseAs, readJson, SynrayError, sha256, writeFileAtomic } from '../../base/index.js';
import { type DatasetManifest, finishDataset, openDataset, synrayVersion } from '../dataset/index.js';
import { sqlPaths, sqlText, withDatabase } from '../duckdb.js';
import { mapOrdered } from '../ordered.js';
import { findOverlaps, Overlaps, type SplitShards } from '../splits/index.js';
import { RowReader } from './import-dataset-read.js';
import { ImportStore, type RowOutcome, SkippedRow, writeLines } from './import-dataset-store.js';
import { BURNT_IN_TEXT } from './import-dataset-text.js';
import type { ImportRow, ImportSource } from './importer.js';

export interface ImportOptions {
  /** Folder of the data set to be; its name becomes the data set's. */
  readonly out: string;
  /** Give up at the first picture that is missing or broken, instead of listing it. */
  readonly strict?: boolean | undefined;
  /** The share of pictures that may be missing or broken; {@link MOST_BAD} by default. */
  readonly mostBad?: number | undefined;
  /** No limit to missing and broken pictures, as long as one is there: `mostBad: 1`. */
  readonly skipBad?: boolean | undefined;
  /** Rows done, those of an earlier run that was stopped included, out of all. */
  readonly onProgress?: (done: number, total: number) => void;
  readonly signal?: AbortSignal;
}

/** The share of missing and broken pictures above which something is wrong with the source as a whole. */
export const MOST_BAD = 0.1;

/** Rows left out that the result names; all are in `skipped.jsonl`. */
const MOST_NAMED = 1000;

/** What an import found besides samples. */
const Findings = z.object({
  /** The first {@link MOST_NAMED} rows that were left out. */
  skipped: z.array(SkippedRow),
  skippedCount: z.int().nonnegative(),
  /** Pictures flagged for text in them. */
  burntInText: z.int().nonnegative(),
  overlaps: Overlaps,
});

export interface ImportResult extends z.infer<typeof Findings> {
  readonly samples: number;
  /** How many samples carry each label. */
  readonly labels: Record<string, number>;
  readonly patients: number;
  readonly out: string;
}

/** Rows that were left out, with the reason: one JSON object a line. */
const SKIPPED = 'skipped.jsonl';
/** Pictures that occur more than once and patients in more than one split: one JSON object a line. */
const OVERLAPS = 'overlaps.jsonl';
const FINDINGS = 'import.json';

/**
 * Makes a data set of a source. Pictures that are missing or broken are left out and listed in `skipped.jsonl`; copies, and
 * patients in more than one split, stay in and are listed in `overlaps.jsonl`; pictures with text in them are flagged.
 *
 * `out` appears when all is done. An import that was stopped, in whatever way, goes on where it was, and ends in the
 * same bytes; the same import into a finished `out` does nothing. Memory does not grow with the number of rows, but
 * for 32 bytes a picture where copies are looked for.
 *
 * @throws InputError when more pictures are missing or broken than `mostBad` allows (with `strict`: one), or all are.
 */
export async function importDataset(source: ImportSource, options: ImportOptions): Promise<ImportResult> {
  const { out } = options;
  const limit = limitOf(source.count, options);
  const width = 4 * availableParallelism();
  const fingerprint = sha256(
    JSON.stringify(['import 2', source.settings, await pictureSizes(source, limit, width)]),
  );
  const finished = await openDataset(out).catch(() => undefined);
  if (finished?.manifest.fingerprint === fingerprint) {
    const findings = await readFindings(out);
    const first = findings.skipped[0];
    if (first !== undefined) limit.check(findings.skippedCount, first);
    return resultOf(finished.manifest, findings, out);
  }
  const store = await ImportStore.open(out, fingerprint);
  try {
    await readRows(source, store, limit, width, options);
    const splits = await store.close();
    const { findings, manifest } = await finish(source, store, splits, fingerprint, out);
    await store.appear();
    return resultOf(manifest, findings, out);
  } catch (error) {
    await store.leave();
    throw error;
  }
}

/** Reads what is not there yet, `width` pictures at a time. */
async function readRows(
  source: ImportSource,
  store: ImportStore,
  limit: Limit,
  width: number,
  { onProgress, signal }: ImportOptions,
): Promise<void> {
  const { rows: before, skipped } = store.before;
  const counts = { done: before, skipped };
  if (before > 0) onProgress?.(before, source.count);
  const reader = new RowReader();
  const read = async (
    row: ImportRow,
  ): Promise<{ row: ImportRow; outcome: RowOutcome; error?: SynrayError }> => {
    try {
      return { row, outcome: await reader.read(row) };
    } catch (error) {
      if (!(error instanceof SynrayError)) throw error;
      return { row, outcome: { skipped: { file: basename(row.file), fault: error.fault } }, error };
    }
  };
  try {
    for await (const { row, outcome, error } of mapOrdered(pending(source, store), width, read)) {
      signal?.throwIfAborted();
      if (error !== undefined)
        limit.check(++counts.skipped, { file: error.file ?? row.file, fault: error.fault });
      await store.add(row.split, outcome);
      onProgress?.(++counts.done, source.count);
    }
  } finally {
    await reader.close();
  }
}

/** The rows behind those that finished shards cover. */
async function* pending(source: ImportSource, store: ImportStore): AsyncGenerator<ImportRow> {
  const seen = new Map<string, number>();
  for await (const row of source.rows()) {
    const place = seen.get(row.split) ?? 0;
    seen.set(row.split, place + 1);
    if (place >= store.covered(row.split)) yield row;
  }
}

async function finish(
  source: ImportSource,
  store: ImportStore,
  splits: readonly SplitShards[],
  fingerprint: string,
  out: string,
): Promise<{ findings: z.infer<typeof Findings>; manifest: DatasetManifest }> {
  const { folder } = store;
  const skipped = await writeLines(join(folder, SKIPPED), store.skipped(splits), MOST_NAMED);
  if (splits.length === 0) {
    throw new InputError({
      fault: `none of the ${source.count} pictures could be read; the first: ${skipped.first[0]?.fault ?? 'none'}`,
      mend: 'check the folder of the pictures',
    });
  }
  const overlaps = await findOverlaps(folder, splits, join(folder, OVERLAPS));
  const findings: z.infer<typeof Findings> = {
    skipped: skipped.first,
    skippedCount: skipped.count,
    burntInText: await countFlagged(splits),
    overlaps,
  };
  await writeFileAtomic(join(folder, FINDINGS), `${JSON.stringify(findings, null, 2)}\n`);
  const manifest = await finishDataset(folder, {
    name: basename(resolve(out)),
    fingerprint,
    provenance: {
      producer: 'synray import',
      version: synrayVersion,
      description: [source.description, ...remarksOn(findings)].join(' '),
    },
    settings: JSON.parse(JSON.stringify(source.settings)),
  });
  return { findings, manifest };
}

/** What people should know of an import before they use it, as sentences. None when there is nothing to say. */
export function remarksOn({
  skippedCount,
  burntInText,
  overlaps,
}: Omit<z.infer<typeof Findings>, 'skipped'>): string[] {
  const { copies, alike, picturesAcrossSplits, patientsAcrossSplits } = overlaps;
  const remark = (count: number, one: string, more: string) =>
    count === 0 ? [] : [count === 1 ? `1 ${one}.` : `${count} ${more}.`];
  return [
    ...remark(
      skippedCount,
      `picture was missing or broken and left out (${SKIPPED})`,
      `pictures were missing or broken and left out (${SKIPPED})`,
    ),
    ...remark(
      copies,
      `picture is a copy of another (${OVERLAPS})`,
      `pictures are copies of others (${OVERLAPS})`,
    ),
    ...remark(
      alike,
      `picture looks nearly like another (${OVERLAPS})`,
      `pictures look nearly like others (${OVERLAPS})`,
    ),
    ...remark(
      picturesAcrossSplits,
      'such group lies in more than one split',
      'such groups lie in more than one split',
    ),
    ...remark(
      patientsAcrossSplits,
      `patient is in more than one split (${OVERLAPS})`,
      `patients are in more than one split (${OVERLAPS})`,
    ),
    ...remark(
      burntInText,
      `picture seems to have text in it (flagged "${BURNT_IN_TEXT}")`,
      `pictures seem to have text in them (flagged "${BURNT_IN_TEXT}")`,
    ),
  ];
}

async function countFlagged(splits: readonly SplitShards[]): Promise<number> {
  const paths = sqlPaths(splits.flatMap(split => split.paths));
  const counted = await withDatabase(connection =>
    connection.runAndReadAll(
      `SELECT count(*) FROM read_parquet(${paths})
       WHERE len(list_filter(verdicts, lambda verdict: verdict."check" = ${sqlText(BURNT_IN_TEXT)})) > 0`,
    ),
  );
  return Number(counted.getRows()[0]![0]);
}

/** How many pictures may be missing or broken, and what is said when more are. */
interface Limit {
  /** @throws InputError when `bad` are too many, naming `latest`. */
  check(bad: number, latest: SkippedRow): void;
}

function limitOf(
  count: number,
  { strict = false, skipBad = false, mostBad = MOST_BAD }: ImportOptions,
): Limit {
  const share = strict ? 0 : skipBad ? 1 : mostBad;
  return {
    check(bad, { file, fault }) {
      if (bad <= share * count) return;
      const more = bad === 1 ? '' : `, and ${bad - 1} more cannot be read`;
      const most = share === 0 ? '' : `, of ${count} in all: more than ${Math.round(1000 * share) / 10} %`;
      throw new InputError({
        file,
        fault: `${fault}${more}${most}`,
        mend: 'check the images folder, or leave such rows out with --skip-bad',
      });
    },
  };
}

/** A fingerprint of the pictures that costs no reading; and it is found before any work when too many are missing. */
async function pictureSizes(source: ImportSource, limit: Limit, width: number): Promise<string> {
  let missing = 0;
  let first = '';
  const sizes = createHash('sha256');
  const look = async (row: ImportRow) => ({ row, found: await stat(row.file).catch(() => undefined) });
  for await (const { row, found } of mapOrdered(source.rows(), 2 * width, look)) {
    const isFile = found?.isFile() === true;
    if (!isFile && missing++ === 0) first = row.file;
    sizes.update(`${JSON.stringify(row.id)}:${isFile ? found.size : -1}\n`);
  }
  if (missing > 0) limit.check(missing, { file: first, fault: 'the picture is missing' });
  return sizes.digest('hex');
}

async function readFindings(folder: string): Promise<z.infer<typeof Findings>> {
  const path = join(folder, FINDINGS);
  return parseAs(Findings, await readJson(path, 'import', 'import into another folder'), path);
}

function resultOf(manifest: DatasetManifest, findings: z.infer<typeof Findings>, out: string): ImportResult {
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
    ...findings,
  };
}
