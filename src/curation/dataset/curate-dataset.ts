import { stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { InputError, parseAs, sha256, UsageError, writeFileAtomic } from '../../base/index.js';
import {
  type Dataset,
  DatasetWriter,
  mapOrdered,
  openDataset,
  type Sample,
  synrayVersion,
  type Verdict,
} from '../../data/index.js';
import { checks as known } from '../checks/index.js';
import { refusals } from '../curate.js';
import { DUPLICATE_DISTANCE, DuplicateIndex, HASH_BITS, hashFromText } from '../duplicates/index.js';
import {
  CurationSettings,
  type CurationSettingsInput,
  expandChecks,
  type OpenChecks,
  openChecks,
} from '../open-checks.js';
import { Journal, type JournalLine } from './journal.js';
import { INVERSION, type InvertedMode, judgeSamples } from './judge-sample.js';
import { mendInverted } from './mend-inverted.js';
import { REJECTED_FILE, type Rejection } from './rejections.js';

export interface CurateOptions {
  /** Names of checks and groups (`pixels`, `reports`), `duplicates` included; {@link defaultChecks} by default. */
  readonly checks?: readonly string[] | undefined;
  /** Checks by a model, by reference pictures, by a judge. */
  readonly settings?: CurationSettingsInput | undefined;
  /** What becomes of inverted pictures; they are refused by default. */
  readonly inverted?: InvertedMode | undefined;
  /** Samples judged so far, those of an earlier run that was stopped included, out of all. */
  readonly onProgress?: (done: number, total: number) => void;
  readonly signal?: AbortSignal | undefined;
}

export interface CurateResult {
  readonly kept: number;
  readonly rejected: number;
  /** Inverted pictures that were made upright. */
  readonly mended: number;
  /** Samples of which a judge said neither yes nor no to some question. */
  readonly undecided: number;
  /** How many samples each check refused; a sample may be refused by several. */
  readonly reasons: Record<string, number>;
  readonly out: string;
}

/** The check that compares the pictures that passed all others: the first of a kind is kept. */
const DUPLICATES = 'duplicates';

/** Samples judged together, and such batches under way: a judge answers many at once. */
const BATCH = 16;
const BATCHES_AHEAD = 4;

/** The checks that are made when none are named. `empty-report` is not: many data sets have no reports. */
export function defaultChecks(): string[] {
  return [...expandChecks(['pixels', 'reports']), DUPLICATES];
}

/** Names of all checks that can be named. */
export function checkNames(): string[] {
  return [...known.names(), DUPLICATES];
}

/**
 * Copies a data set's good samples, with what each check said of them, into a new one. The others are listed
 * in its `rejected.jsonl` with their reasons. A picture that cannot be decoded costs that sample only.
 *
 * Verdicts are kept in `<out>.curation/` as they come: a run that was stopped goes on from there, and `out` appears
 * when all is done, the same whether it was stopped or not.
 *
 * @throws UsageError when `out` is occupied, a check is unknown, or another run's verdicts are in the way; InputError
 *   when nothing is left.
 */
export async function curateDataset(
  folder: string,
  out: string,
  options: CurateOptions = {},
): Promise<CurateResult> {
  const names = expandChecks(options.checks ?? defaultChecks());
  const unknown = names.find(name => name !== DUPLICATES && !known.names().includes(name));
  // The registry's own message, with `duplicates` among the names.
  if (unknown !== undefined) {
    throw new UsageError({
      fault: `there is no check named "${unknown}"`,
      mend: `use some of: pixels, reports, ${checkNames().join(', ')}`,
    });
  }
  const settings = parseAs(CurationSettings, options.settings ?? {}, 'curation settings', UsageError);
  const dataset = await openDataset(folder);
  if (resolve(out) === resolve(folder) || (await stat(join(out, 'synray.json')).catch(() => undefined))) {
    throw new UsageError({
      file: out,
      fault: 'the output is a data set already',
      mend: 'choose another --out, or delete that folder first',
    });
  }
  const store = `${out}.curation`;
  const open = await openChecks(
    names.filter(name => name !== DUPLICATES),
    settings,
    { store, signal: options.signal },
  );
  try {
    const inverted = options.inverted ?? 'reject';
    const described = {
      source: dataset.manifest.name,
      fingerprint: dataset.manifest.fingerprint,
      checks: [...open.checks.map(({ name }) => name), ...(names.includes(DUPLICATES) ? [DUPLICATES] : [])],
      inverted,
    };
    const prints = open.checks.map(({ fingerprint = '' }) => fingerprint);
    const fingerprint = sha256(JSON.stringify([synrayVersion, described, prints]));
    const journal = await Journal.open(join(store, 'verdicts.jsonl'), fingerprint);
    await judgeAll(dataset, journal, open, inverted, options);
    const seen = names.includes(DUPLICATES) ? new DuplicateIndex() : undefined;
    const result = await writeCurated(
      { dataset, out, fingerprint, described, journal, seen },
      options.signal,
    );
    await journal.remove();
    return result;
  } finally {
    await open.close();
  }
}

/** Judges what the journal does not tell of yet. */
async function judgeAll(
  dataset: Dataset,
  journal: Journal,
  { checks }: OpenChecks,
  inverted: InvertedMode,
  { signal, onProgress }: CurateOptions,
): Promise<void> {
  const total = dataset.count();
  if (journal.count > total) throw new Error(`${journal.path} tells of more samples than there are`);
  onProgress?.(journal.count, total);
  const judged = mapOrdered(batchesOf(dataset, journal.count), BATCHES_AHEAD, batch =>
    judgeSamples(batch, checks, inverted, signal),
  );
  for await (const lines of judged) {
    await journal.append(lines);
    onProgress?.(journal.count, total);
    signal?.throwIfAborted();
  }
}

async function* batchesOf(dataset: Dataset, skip: number): AsyncGenerator<Sample[]> {
  let batch: Sample[] = [];
  let place = 0;
  for await (const sample of dataset.samples()) {
    if (place++ < skip) continue;
    batch.push(sample);
    if (batch.length < BATCH) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

interface Writing {
  readonly dataset: Dataset;
  readonly out: string;
  readonly fingerprint: string;
  readonly described: { readonly checks: readonly string[] } & Record<string, unknown>;
  readonly journal: Journal;
  readonly seen: DuplicateIndex | undefined;
}

/** Second pass: compares the good pictures with each other, and writes them. */
async function writeCurated(writing: Writing, signal: AbortSignal | undefined): Promise<CurateResult> {
  const { dataset, out, fingerprint, described, journal, seen } = writing;
  const writer = await DatasetWriter.create(out, fingerprint);
  const rejected: string[] = [];
  const reasons: Record<string, number> = {};
  const counts = { done: 0, mended: 0, undecided: 0 };
  let first = 'there are none';
  const lines = journal.lines();
  try {
    for (const split of dataset.splits) {
      for await (const sample of dataset.samples(split)) {
        signal?.throwIfAborted();
        const line = await nextLine(lines, sample, journal.path);
        const verdicts = [...line.verdicts];
        const isGood = verdicts.every(verdict => verdict.passed);
        if (isGood && seen !== undefined && line.hash !== null) {
          verdicts.push(compare(seen, sample.id, hashFromText(line.hash)));
        }
        counts.done++;
        if (verdicts.some(({ score, reason }) => score === null && reason.startsWith('undecided'))) {
          counts.undecided++;
        }
        const refused = verdicts.filter(verdict => !verdict.passed);
        for (const { check } of refused) reasons[check] = (reasons[check] ?? 0) + 1;
        if (refused.length > 0) {
          const rejection: Rejection = { id: sample.id, split, reasons: refusals(refused), verdicts };
          if (rejected.length === 0) first = rejection.reasons[0]!;
          rejected.push(`${JSON.stringify(rejection)}\n`);
          continue;
        }
        if (line.mend) counts.mended++;
        const { sample: kept, leftOut } = line.mend ? await mendInverted(sample) : { sample, leftOut: [] };
        const told = verdicts.map(verdict => alsoTelling(verdict, leftOut));
        await writer.add(split, { ...kept, verdicts: merged(sample.verdicts, told) });
      }
    }
    if (rejected.length === counts.done) {
      await journal.remove();
      throw new InputError({
        file: dataset.folder,
        fault: `all ${counts.done} samples were refused; the first: ${first}`,
        mend: 'look at the pictures, or choose fewer checks with --checks',
      });
    }
    const { description } = dataset.manifest.provenance;
    await writer.finish(
      {
        name: basename(resolve(out)),
        provenance: {
          producer: 'synray curate',
          version: synrayVersion,
          description: `${description} Curated: ${rejected.length} of ${counts.done} samples left out.`,
        },
        settings: JSON.parse(JSON.stringify(described)),
      },
      finished => writeFileAtomic(join(finished, REJECTED_FILE), rejected.join('')),
    );
  } catch (error) {
    await writer.discard();
    throw error;
  } finally {
    await lines.return(undefined);
  }
  const { done, mended, undecided } = counts;
  return { kept: done - rejected.length, rejected: rejected.length, mended, undecided, reasons, out };
}

async function nextLine(
  lines: AsyncGenerator<JournalLine>,
  sample: Sample,
  path: string,
): Promise<JournalLine> {
  const { value } = await lines.next();
  if (value === undefined || value.id !== sample.id) {
    throw new InputError({
      file: path,
      fault: `the verdict on ${sample.id} is not in its place`,
      mend: 'delete the file and run again',
    });
  }
  return value;
}

function compare(seen: DuplicateIndex, id: string, hash: Uint32Array): Verdict {
  const twin = seen.find(hash);
  if (twin === undefined) seen.add(id, hash);
  return {
    check: DUPLICATES,
    passed: twin === undefined,
    score: twin?.distance ?? null,
    threshold: DUPLICATE_DISTANCE,
    reason:
      twin === undefined
        ? ''
        : `the same picture as ${twin.id}: ${twin.distance} of ${HASH_BITS} bits differ`,
  };
}

/** The verdict on a mended picture, with what was left out of its sample. */
function alsoTelling(verdict: Verdict, leftOut: readonly string[]): Verdict {
  if (verdict.check !== INVERSION || leftOut.length === 0) return verdict;
  return { ...verdict, reason: `${verdict.reason}; left out, as it does not agree: ${leftOut.join(', ')}` };
}

/** Earlier verdicts, but for those of checks that were made again. */
function merged(earlier: readonly Verdict[], now: readonly Verdict[]): Verdict[] {
  const again = new Set(now.map(verdict => verdict.check));
  return [...earlier.filter(verdict => !again.has(verdict.check)), ...now];
}
