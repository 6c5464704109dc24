import { readdir, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { replaceFile, SynrayError, say, startProgress, UsageError } from '../base/index.js';
import { ChatError } from '../chat/index.js';
import { mapOrdered, type PlannedReport } from '../data/index.js';
import { type Bank, defaultBank, LexiconTagger, type Tagger } from '../entities/index.js';
import { countPlan, readPlan } from './plan/index.js';
import {
  type AcceptedReport,
  checkedAttempts,
  type FaultCounts,
  type WriteOptions,
  type WriteOutcome,
  writeReport,
} from './write.js';
import { LineFile, type WriteRows, writeJsonLines, writeParquet } from './write-file-rows.js';
import { Turns } from './write-file-turns.js';
import type { ReportWriter } from './writer.js';
import { openWriter, type WriterChoice } from './writers/index.js';

export interface WriteFileOptions {
  /** Plan file, from `planToFile`. */
  readonly plan: string;
  /** `.jsonl` or `.parquet`. What was set aside goes beside it, see {@link setAsidePath}. */
  readonly out: string;
  /** The bank of the plan, default the shipped one. */
  readonly bank?: Bank | undefined;
  /** A writer, or how to open one; default the grammar. */
  readonly writer?: ReportWriter | WriterChoice | undefined;
  readonly tagger?: Tagger | undefined;
  /** Only the first so many samples of the plan. */
  readonly limit?: number | undefined;
  readonly seed?: number | undefined;
  /** Calls of the writer that a sample may cost; default the writer's own. */
  readonly attempts?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What `synray reports` prints. */
export interface WriteSummary {
  readonly out: string;
  readonly writer: string;
  readonly written: number;
  readonly setAside: number;
  /** Texts asked of the writer: whole reports, or sections where it writes them one by one. */
  readonly calls: number;
  /** Tokens that a language model read and wrote in this run; 0 for the grammar and for replies of earlier runs. */
  readonly tokens: number;
  /** Reports of which every part was accepted at the first try. */
  readonly acceptedFirstTry: number;
  /** Share of the calls whose text was accepted. */
  readonly acceptedShare: number;
  /** Calls that came to nothing, by what was wrong. */
  readonly faults: FaultCounts;
  /** Requests that went over the wire, repeated ones included. */
  readonly sent: number;
  /** Calls answered by replies of earlier runs. */
  readonly fromStore: number;
  readonly promptTokens: number;
  readonly completionTokens: number;
  /** Tokens of the replies of earlier runs. */
  readonly storedTokens: number;
  readonly callsPerSecond: number;
  readonly seconds: number;
}

/**
 * Writes the reports of a plan to a file, in the order of the plan, each read back and checked. Samples whose report
 * never said what was planned are listed in `<out>.set-aside.jsonl` with their reasons. Both files appear whole
 * or not at all. Samples are under way side by side as the writer likes, and memory does not grow with the plan.
 *
 * A writer that keeps its replies (in `<out>.replies`, where its settings name no store) goes on where it was when
 * the run is stopped and started again, and ends in the same bytes.
 */
export async function writeReportsToFile(options: WriteFileOptions): Promise<WriteSummary> {
  const { plan, out, bank = defaultBank(), limit, seed = 0, attempts, signal } = options;
  const started = performance.now();
  if (limit !== undefined && (!Number.isInteger(limit) || limit < 1)) {
    throw new UsageError({ fault: `limit is ${limit}`, mend: 'give a whole number of samples, at least 1' });
  }
  const writeRows = await rowsFor(out);
  const total = Math.min(await countPlan(plan), limit ?? Number.MAX_SAFE_INTEGER);
  const { writer = 'grammar' } = options;
  const opened = isWriter(writer) ? undefined : await openWriter(writer, { bank, store: `${out}.replies` });
  const chosen = isWriter(writer) ? writer : opened!;
  try {
    const tagger = options.tagger ?? new LexiconTagger(bank, { unknown: chosen.freeText });
    const writing = { writer: chosen, tagger, seed, attempts };
    checkedAttempts(writing);
    await removeLeftovers(out);
    const tally = new Tally(chosen, total);
    await replaceFile(out, async temporary => {
      // The list is in place before the reports are: reports without their list are never seen.
      await replaceFile(setAsidePath(out), async list => {
        const setAside = await LineFile.create(list);
        try {
          await writeRows(temporary, acceptedOf({ plan, writing, signal, tally, setAside }));
        } finally {
          await setAside.close();
        }
      });
    });
    return tally.summary(out, (performance.now() - started) / 1000);
  } finally {
    await opened?.close();
  }
}

/** Where the samples are listed whose report was never right. */
export function setAsidePath(out: string): string {
  return `${out}.set-aside.jsonl`;
}

function isWriter(writer: ReportWriter | WriterChoice): writer is ReportWriter {
  return typeof writer === 'object' && 'writePart' in writer;
}

interface Writing {
  readonly plan: string;
  readonly writing: WriteOptions;
  readonly signal: AbortSignal | undefined;
  readonly tally: Tally;
  readonly setAside: LineFile;
}

/** Reports that wait for their turn in the order of the plan, for each sample under way. */
const WAITING = 4;

/** Milliseconds between two looks at what the writer waits for. */
const LOOK = 5000;

/** The accepted reports in the order of the plan. What is set aside goes into its list on the way. */
async function* acceptedOf({
  plan,
  writing,
  signal,
  tally,
  setAside,
}: Writing): AsyncGenerator<AcceptedReport> {
  // The first sample that fails for good stops the others; it, and not their stopping, is what is told.
  const stop = new AbortController();
  let failure: unknown;
  // Few samples are under way and brought to their end, however many wait behind a slow one: what a budget or an
  // interruption leaves unfinished is little.
  const turns = new Turns(writing.writer.concurrency);
  const one = async (report: PlannedReport) => {
    try {
      return await turns.take(() => writeReport(report, { ...writing, signal: either }));
    } catch (error) {
      failure ??= error;
      if (!isBudget(error)) stop.abort(error);
      throw error;
    }
  };
  const either = signal === undefined ? stop.signal : AbortSignal.any([signal, stop.signal]);
  const progress = startProgress('writing', tally.total, 'reports');
  const look = setInterval(() => progress.update(tally.done, tally.note()), LOOK);
  const width = writing.writer.concurrency === 1 ? 1 : writing.writer.concurrency * WAITING;
  try {
    for await (const outcome of mapOrdered(readPlan(plan, 0, tally.total), width, one)) {
      tally.add(outcome);
      progress.update(tally.done, tally.note());
      if (outcome.accepted !== undefined) yield outcome.accepted;
      else await setAside.add(outcome.setAside);
    }
  } catch (error) {
    const first = failure ?? error;
    throw signal?.aborted === true || isBudget(first) ? tally.stopped(first) : first;
  } finally {
    clearInterval(look);
    progress.stop();
  }
}

function isBudget(error: unknown): error is ChatError {
  return error instanceof ChatError && error.kind === 'budget';
}

/** Counts what becomes of the samples. */
class Tally {
  written = 0;
  setAside = 0;
  #calls = 0;
  #failed = 0;
  #acceptedFirstTry = 0;
  readonly #faults: FaultCounts = {};

  constructor(
    readonly writer: ReportWriter,
    readonly total: number,
  ) {}

  get done(): number {
    return this.written + this.setAside;
  }

  add(outcome: WriteOutcome): void {
    this.#calls += outcome.calls;
    this.#failed += outcome.failed.length;
    for (const { kind } of outcome.failed) this.#faults[kind] = (this.#faults[kind] ?? 0) + 1;
    if (outcome.accepted === undefined) this.setAside++;
    else {
      this.written++;
      if (outcome.accepted.attempt === 0) this.#acceptedFirstTry++;
    }
  }

  /** For the progress line. */
  note(): string {
    const { promptTokens, completionTokens } = this.writer.usage;
    const tokens = promptTokens + completionTokens;
    const { status = '' } = this.writer;
    const parts = [`${this.setAside} set aside`, tokens === 0 ? '' : `${tokens} tokens`, status];
    return `(${parts.filter(part => part !== '').join(', ')})`;
  }

  /** What to throw when the run ends early, having said how far it came. */
  stopped(cause: unknown): unknown {
    const { sent, fromStore } = this.writer.usage;
    const far = `${this.done} of ${this.total} samples are done`;
    if (isBudget(cause)) {
      const written = this.done === 0 ? '' : `, or with --limit ${this.done} to have what is done written`;
      return new SynrayError({
        fault: `the token budget is spent: ${far}`,
        mend: `run the same command with a larger --max-tokens${written}; replies are kept and cost nothing again`,
        cause,
      });
    }
    say(`synray: ${far}; ${sent + fromStore === 0 ? 'no file was written' : 'their replies are kept'}`);
    return cause;
  }

  summary(out: string, seconds: number): WriteSummary {
    const { promptTokens, completionTokens, sent, fromStore, storedTokens } = this.writer.usage;
    return {
      out,
      writer: this.writer.name,
      written: this.written,
      setAside: this.setAside,
      calls: this.#calls,
      tokens: promptTokens + completionTokens,
      acceptedFirstTry: this.#acceptedFirstTry,
      acceptedShare: this.#calls === 0 ? 0 : 1 - this.#failed / this.#calls,
      faults: this.#faults,
      sent,
      fromStore,
      promptTokens,
      completionTokens,
      storedTokens,
      callsPerSecond: this.#calls / seconds,
      seconds,
    };
  }
}

/** @throws UsageError when the path is not one that reports can be written to. */
async function rowsFor(out: string): Promise<WriteRows> {
  const isFolder = await stat(out).then(
    found => found.isDirectory(),
    () => false,
  );
  const mend = 'name a file that ends in .jsonl or .parquet';
  if (isFolder) throw new UsageError({ file: out, fault: 'this is a folder', mend });
  if (out.endsWith('.jsonl')) return writeJsonLines;
  if (out.endsWith('.parquet')) return writeParquet;
  throw new UsageError({ file: out, fault: 'the form of the reports is not clear from the name', mend });
}

/** Removes temporary files of runs that were killed while they wrote the same file. */
async function removeLeftovers(out: string): Promise<void> {
  const folder = dirname(out);
  for (const name of await readdir(folder).catch(() => [])) {
    const [, target, pid = ''] = /^\.(.+)\.(\d+)\.[0-9a-f]{8}\.tmp(?:\.\d+)?$/.exec(name) ?? [];
    if (target !== basename(out) && target !== basename(setAsidePath(out))) continue;
    if (!isRunning(Number(pid))) await rm(join(folder, name), { force: true });
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // A process of another user is there, though it may not be asked.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
