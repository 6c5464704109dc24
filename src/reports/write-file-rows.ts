import { open, rename, rm } from 'node:fs/promises';
import { Mention, sqlPaths, sqlText, withDatabase } from '../data/index.js';
import type { AcceptedReport } from './write.js';

/** Reports put together at a time; more are written in parts first, so that memory stays bounded. */
const PART = 20_000;

/** Writes reports into `path` in the order given: as JSON Lines, or as Parquet. Not atomic: give a temporary name. */
export type WriteRows = (path: string, reports: AsyncIterable<AcceptedReport>) => Promise<void>;

/** One JSON object a line. */
export const writeJsonLines: WriteRows = async (path, reports) => {
  const file = await LineFile.create(path);
  try {
    for await (const report of reports) await file.add(report);
  } finally {
    await file.close();
  }
};

/** Columns `id`, `writer`, `findings`, `impression`, `attempt` and `mentions`, a list of structs. */
export const writeParquet: WriteRows = async (path, reports) => {
  const rest = reports[Symbol.asyncIterator]();
  const parts: string[] = [];
  try {
    for (let more = true; more; ) {
      const part = `${path}.${parts.length}`;
      parts.push(part);
      more = await writePart(part, rest);
    }
    if (parts.length === 1) await rename(parts[0]!, path);
    else {
      await withDatabase(async database => {
        await database.run(copy(`SELECT * FROM read_parquet(${sqlPaths(parts)})`, path));
      });
    }
  } finally {
    // Whatever the iterator holds open is closed, also when a part could not be written.
    await rest.return?.();
    for (const part of parts) await rm(part, { force: true });
  }
};

/** Writes up to {@link PART} reports. Gives whether there may be more. */
async function writePart(path: string, reports: AsyncIterator<AcceptedReport>): Promise<boolean> {
  return await withDatabase(async database => {
    await database.run(
      'CREATE TABLE report (id VARCHAR, writer VARCHAR, findings VARCHAR, impression VARCHAR, attempt INTEGER, mentions VARCHAR)',
    );
    const appender = await database.createAppender('report');
    let count = 0;
    while (count < PART) {
      const next = await reports.next();
      if (next.done) break;
      const { id, writer, findings, impression, attempt, mentions } = next.value;
      for (const text of [id, writer, findings, impression]) appender.appendVarchar(text);
      appender.appendInteger(attempt);
      appender.appendVarchar(JSON.stringify(mentions));
      appender.endRow();
      count++;
    }
    appender.closeSync();
    const columns = `id, writer, findings, impression, attempt, from_json(mentions, ${sqlText(MENTIONS)}) AS mentions`;
    await database.run(copy(`SELECT ${columns} FROM report ORDER BY rowid`, path));
    return count === PART;
  });
}

function copy(rows: string, path: string): string {
  return `COPY (${rows}) TO ${sqlText(path)} (FORMAT parquet, COMPRESSION zstd)`;
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

/** Characters gathered before they go to the disk. */
const BUFFER = 1 << 16;

/** A JSON Lines file that is written a row at a time. */
export class LineFile {
  #pending = '';

  private constructor(readonly file: Awaited<ReturnType<typeof open>>) {}

  static async create(path: string): Promise<LineFile> {
    return new LineFile(await open(path, 'w'));
  }

  async add(row: object): Promise<void> {
    this.#pending += `${JSON.stringify(row)}\n`;
    if (this.#pending.length >= BUFFER) await this.#flush();
  }

  async close(): Promise<void> {
    try {
      await this.#flush();
    } finally {
      await this.file.close();
    }
  }

  async #flush(): Promise<void> {
    const text = this.#pending;
    this.#pending = '';
    // `writeFile` of a handle goes on until all is written; a single `write` may end early.
    await this.file.writeFile(text);
  }
}
