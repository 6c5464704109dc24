import { open } from 'node:fs/promises';
import { replaceFile, startProgress, UsageError, writeFileAtomic } from '../base/index.js';
import { Mention, type PlannedReport, sqlText, withDatabase } from '../data/index.js';
import { type Bank, defaultBank, LexiconTagger, type Tagger } from '../entities/index.js';
import { countPlan, readPlan } from './plan/index.js';
import { type AcceptedReport, type SetAsideReport, writeReports } from './write.js';
import type { ReportWriter } from './writer.js';
import { WRITERS } from './writers/index.js';

/** Reports written at a time. */
const BATCH = 512;

export interface WriteFileOptions {
  /** Plan file, from `planToFile`. */
  readonly plan: string;
  /** `.jsonl` for JSON Lines, anything else for Parquet. What was set aside goes beside it, see {@link setAsidePath}. */
  readonly out: string;
  /** The bank of the plan, default the shipped one. */
  readonly bank?: Bank | undefined;
  /** A writer, or the name of one. */
  readonly writer?: ReportWriter | string | undefined;
  readonly tagger?: Tagger | undefined;
  /** Only the first so many samples of the plan. */
  readonly limit?: number | undefined;
  readonly seed?: number | undefined;
  readonly attempts?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What `synray reports` prints. */
export interface WriteSummary {
  readonly out: string;
  readonly written: number;
  readonly setAside: number;
  /** Reports asked of the writer. */
  readonly calls: number;
  /** Tokens that a language model read and wrote; 0 for the grammar. */
  readonly tokens: number;
  /** Reports accepted at the first try. */
  readonly acceptedFirstTry: number;
  readonly seconds: number;
}

/**
 * Writes the reports of a plan to a file, each read back and checked. Samples whose report never said what was planned
 * are listed with their reasons in `<out>.set-aside.jsonl`.
 */
export async function writeReportsToFile(options: WriteFileOptions): Promise<WriteSummary> {
  const { plan, out, writer = 'grammar', bank = defaultBank(), limit, seed = 0, attempts, signal } = options;
  const started = performance.now();
  const chosen = typeof writer === 'string' ? WRITERS.get(writer)(bank) : writer;
  const tagger = options.tagger ?? new LexiconTagger(bank);
  if (limit !== undefined && (!Number.isInteger(limit) || limit < 1)) {
    throw new UsageError({ fault: `limit is ${limit}`, mend: 'give a whole number of samples, at least 1' });
  }
  const total = Math.min(await countPlan(plan), limit ?? Number.MAX_SAFE_INTEGER);
  const setAside: SetAsideReport[] = [];
  let written = 0;
  let calls = 0;
  let acceptedFirstTry = 0;

  async function* accepted(): AsyncGenerator<AcceptedReport> {
    const progress = startProgress('writing', total, 'reports');
    try {
      for await (const plans of batches(readPlan(plan, 0, total), BATCH)) {
        const result = await writeReports({ plans, writer: chosen, tagger, seed, attempts, signal });
        setAside.push(...result.setAside);
        calls += result.calls;
        written += result.accepted.length;
        acceptedFirstTry += result.accepted.filter(({ attempt }) => attempt === 0).length;
        yield* result.accepted;
        progress.update(written + setAside.length);
      }
    } finally {
      progress.stop();
    }
  }

  await (out.endsWith('.jsonl') ? writeJsonLines(out, accepted()) : writeParquet(out, accepted()));
  await writeFileAtomic(setAsidePath(out), setAside.map(sample => `${JSON.stringify(sample)}\n`).join(''));
  return {
    out,
    written,
    setAside: setAside.length,
    calls,
    tokens: 0,
    acceptedFirstTry,
    seconds: (performance.now() - started) / 1000,
  };
}

/** Where the samples are listed whose report was never right. */
export function setAsidePath(out: string): string {
  return `${out}.set-aside.jsonl`;
}

async function writeJsonLines(path: string, reports: AsyncIterable<AcceptedReport>): Promise<void> {
  await replaceFile(path, async temporary => {
    const file = await open(temporary, 'w');
    try {
      for await (const report of reports) await file.write(`${JSON.stringify(report)}\n`);
    } finally {
      await file.close();
    }
  });
}

/** Columns `id`, `writer`, `findings`, `impression`, `attempt` and `mentions`, a list of structs. */
async function writeParquet(path: string, reports: AsyncIterable<AcceptedReport>): Promise<void> {
  await withDatabase(async database => {
    await database.run(
      'CREATE TABLE report (id VARCHAR, writer VARCHAR, findings VARCHAR, impression VARCHAR, attempt INTEGER, mentions VARCHAR)',
    );
    const appender = await database.createAppender('report');
    for await (const { id, writer, findings, impression, attempt, mentions } of reports) {
      for (const text of [id, writer, findings, impression]) appender.appendVarchar(text);
      appender.appendInteger(attempt);
      appender.appendVarchar(JSON.stringify(mentions));
      appender.endRow();
    }
    appender.closeSync();
    const columns = `id, writer, findings, impression, attempt, from_json(mentions, ${sqlText(MENTIONS)}) AS mentions`;
    await replaceFile(path, async temporary => {
      await database.run(
        `COPY (SELECT ${columns} FROM report ORDER BY rowid) TO ${sqlText(temporary)} (FORMAT parquet, COMPRESSION zstd)`,
      );
    });
  });
}

/** The structure of a list of mentions, as DuckDB's `from_json` takes it. */
const MENTIONS = JSON.stringify([
  Object.fromEntries(
    Object.keys(Mention.shape).map(field => [
      field,
      ['start', 'end'].includes(field) ? 'INTEGER' : 'VARCHAR',
    ]),
  ),
]);

async function* batches(plans: AsyncIterable<PlannedReport>, size: number): AsyncGenerator<PlannedReport[]> {
  let batch: PlannedReport[] = [];
  for await (const plan of plans) {
    batch.push(plan);
    if (batch.length === size) {
      yield batch;
      batch = [];
    }
  }
  if (batch.length > 0) yield batch;
}
