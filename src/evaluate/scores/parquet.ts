import {
  DuckDBBlobValue,
  type DuckDBConnection,
  DuckDBDataChunk,
  type DuckDBType,
  type DuckDBValue,
} from '@duckdb/node-api';
import type { z } from 'zod';
import { InputError, messageOf, parseAs, replaceFile, SynrayError } from '../../base/index.js';
import { sqlName, sqlPath, sqlText, withDatabase } from '../../data/index.js';

/** Most rows of a DuckDB chunk. */
const CHUNK = 2048;

/** A kind of score file: its columns, and the footer entry that holds where the scores come from. */
export interface ScoreFileForm<Origin, Row extends readonly unknown[]> {
  /** Footer entry that holds the origin as JSON; tells the kinds apart. */
  readonly key: string;
  readonly columns: Readonly<Record<string, DuckDBType>>;
  readonly origin: z.ZodType<Origin>;
  /** A row as read, in the order of the columns. */
  readonly row: z.ZodType<Row>;
}

/** Writes rows as Parquet, with their origin in the footer. The file appears whole. */
export async function writeRows<Origin, Row extends readonly unknown[]>(
  path: string,
  form: Pick<ScoreFileForm<Origin, Row>, 'key' | 'columns'>,
  origin: Origin,
  rows: Iterable<DuckDBValue[]>,
): Promise<void> {
  const types = Object.values(form.columns);
  const declared = Object.entries(form.columns).map(([name, type]) => `${sqlName(name)} ${type}`);
  await withDatabase(async connection => {
    await connection.run(`CREATE TABLE scores (${declared.join(', ')})`);
    const appender = await connection.createAppender('scores');
    let waiting: DuckDBValue[][] = [];
    const append = () => {
      const chunk = DuckDBDataChunk.create(types, waiting.length);
      chunk.setRows(waiting);
      appender.appendDataChunk(chunk);
      waiting = [];
    };
    for (const row of rows) {
      waiting.push(row);
      if (waiting.length === CHUNK) append();
    }
    if (waiting.length > 0) append();
    appender.closeSync();
    const metadata = `{${form.key}: ${sqlText(JSON.stringify(origin))}}`;
    await replaceFile(path, async temporary => {
      await connection.run(
        `COPY scores TO ${sqlText(temporary)} (FORMAT parquet, COMPRESSION zstd, KV_METADATA ${metadata})`,
      );
    });
  });
}

/** Makes the error for a score file that is broken. */
export function brokenScores(path: string, fault: string, cause?: unknown): InputError {
  return new InputError({
    file: path,
    fault,
    mend: 'run the evaluation again to write the file anew',
    cause,
  });
}

/**
 * Reads a score file row by row; memory holds one chunk of it and what `visit` keeps.
 * @returns Where the scores come from.
 * @throws InputError when it is no score file of this form.
 */
export function readRows<Origin, Row extends readonly unknown[]>(
  path: string,
  form: ScoreFileForm<Origin, Row>,
  visit: (row: Row) => void,
): Promise<Origin> {
  return reading(path, async connection => {
    const text = (await footerOf(connection, path)).get(form.key);
    if (text === undefined) throw brokenScores(path, 'it is not a score file of synray, or of another kind');
    const origin = parseAs(form.origin, JSON.parse(text), path);
    const names = Object.keys(form.columns).map(sqlName).join(', ');
    const rows = await connection.stream(`SELECT ${names} FROM read_parquet(${sqlPath(path)})`);
    for (let chunk = await rows.fetchChunk(); chunk !== null && chunk.rowCount > 0; ) {
      for (const row of chunk.getRows()) visit(parseAs(form.row, row, path));
      chunk = await rows.fetchChunk();
    }
    return origin;
  });
}

/** The footer entries of a Parquet file. @throws InputError when it cannot be read. */
export function readFooter(path: string): Promise<ReadonlyMap<string, string>> {
  return reading(path, connection => footerOf(connection, path));
}

async function footerOf(connection: DuckDBConnection, path: string): Promise<Map<string, string>> {
  const entries = await connection.runAndReadAll(
    `SELECT key, value FROM parquet_kv_metadata(${sqlPath(path)})`,
  );
  return new Map(entries.getRows().map(([key, value]) => [textOf(key), textOf(value)]));
}

/** Makes whatever goes wrong an error that names the file. */
async function reading<T>(path: string, read: (connection: DuckDBConnection) => Promise<T>): Promise<T> {
  try {
    return await withDatabase(read);
  } catch (error) {
    throw error instanceof SynrayError
      ? error
      : brokenScores(path, `it cannot be read: ${messageOf(error)}`, error);
  }
}

function textOf(value: DuckDBValue | undefined): string {
  return value instanceof DuckDBBlobValue ? Buffer.from(value.bytes).toString('utf8') : '';
}
