import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { DuckDBValue } from '@duckdb/node-api';
import { InputError, messageOf, SynrayError, UsageError } from '../../base/index.js';
import { openDatabase, sqlName, sqlPath, sqlText, withDatabase } from '../duckdb.js';

/** A CSV, TSV, JSON Lines or Parquet file, read by DuckDB. */
export class TableFile {
  private constructor(
    readonly path: string,
    readonly columns: readonly string[],
    private readonly relation: string,
  ) {}

  /**
   * @param options.padded - Rows of a CSV may have fewer cells than the header; else that is an error.
   * @throws InputError when the file is missing or no table; UsageError when its name says no kind we know.
   */
  static async open(path: string, options: { padded?: boolean } = {}): Promise<TableFile> {
    if ((await stat(path).catch(() => undefined))?.isFile() !== true) {
      throw new InputError({
        file: path,
        fault: 'there is no such file',
        mend: 'check the path of the table',
      });
    }
    const relation = await relationOf(path, options.padded ?? false);
    const described = await ask(path, `DESCRIBE SELECT * FROM ${relation}`);
    return new TableFile(
      path,
      described.map(row => String(row[0])),
      relation,
    );
  }

  /** The first column of one of these names, whatever its case and punctuation. */
  find(names: readonly string[]): string | undefined {
    return names
      .map(name => this.columns.find(column => plain(column) === plain(name)))
      .find(column => column !== undefined);
  }

  /** @throws UsageError naming the columns there are. */
  column(name: string): string {
    const found = this.columns.find(column => column === name) ?? this.find([name]);
    if (found !== undefined) return found;
    throw new UsageError({
      file: this.path,
      fault: `there is no column "${name}"`,
      mend: `the columns are: ${this.columns.join(', ')}`,
    });
  }

  /** Number of rows; reads the whole file, so that a malformed row is found before any work. */
  async count(): Promise<number> {
    const cells = this.columns.map(name => `count(${sqlName(name)})`);
    const counts = await ask(this.path, `SELECT count(*), ${cells.join(', ')} FROM ${this.relation}`);
    const count = Number(counts[0]![0]);
    if (count > 0) return count;
    throw new InputError({
      file: this.path,
      fault: 'the table has no rows',
      mend: 'check that it is the right file',
    });
  }

  /** A value that occurs twice in the first of `columns` that is filled in a row. */
  async twin(columns: readonly string[]): Promise<string | undefined> {
    const key = `coalesce(${columns.map(name => `${sqlName(name)}::VARCHAR`).join(', ')})`;
    const [twin] = await ask(
      this.path,
      `SELECT ${key} FROM ${this.relation} GROUP BY 1 HAVING count(*) > 1 ORDER BY 1 LIMIT 1`,
    );
    return twin === undefined ? undefined : String(twin[0]);
  }

  /** The cells of the wanted columns, row by row: text, or what JSON can hold for typed files. */
  async *rows(wanted: readonly string[]): AsyncGenerator<ReadonlyMap<string, unknown>> {
    // As JSON, a cell of any type (text of a CSV, list of a Parquet file) is read in one way.
    const cells = wanted.map(name => `to_json(${sqlName(name)})::VARCHAR`);
    for await (const values of this.#select(cells)) {
      yield new Map(
        wanted.map((name, index) => {
          const json = values[index];
          return [name, typeof json === 'string' ? (JSON.parse(json) as unknown) : null];
        }),
      );
    }
  }

  /** The cells of the wanted columns as text, row by row, in the order of the file; null where there is nothing. */
  async *texts(wanted: readonly string[]): AsyncGenerator<(string | null)[]> {
    const cells = wanted.map(name => `${sqlName(name)}::VARCHAR`);
    for await (const values of this.#select(cells)) {
      yield values.map(value => (typeof value === 'string' ? value : null));
    }
  }

  async *#select(cells: readonly string[]): AsyncGenerator<DuckDBValue[]> {
    const database = await openDatabase();
    try {
      const result = await database.connection.stream(`SELECT ${cells.join(', ')} FROM ${this.relation}`);
      for (let chunk = await result.fetchChunk(); chunk !== null; chunk = await result.fetchChunk()) {
        if (chunk.rowCount === 0) break;
        yield* chunk.getRows();
      }
    } catch (error) {
      throw error instanceof SynrayError ? error : unreadable(this.path, error);
    } finally {
      database.close();
    }
  }
}

/** The file as DuckDB reads it, by its name's ending. */
async function relationOf(path: string, padded: boolean): Promise<string> {
  const name = path.toLowerCase().replace(/\.(gz|zst)$/, '');
  const file = sqlPath(path);
  if (/\.(csv|tsv|tab)$/.test(name)) {
    const encoding = await encodingOf(path);
    const delimiter = await delimiterOf(path, encoding);
    return (
      `read_csv(${file}, header = true, all_varchar = true, delim = ${sqlText(delimiter)}, ` +
      `quote = '"', escape = '"', null_padding = ${padded}, encoding = '${encoding}')`
    );
  }
  if (/\.(jsonl|ndjson|json)$/.test(name)) return `read_json(${file})`;
  if (name.endsWith('.parquet')) return `read_parquet(${file})`;
  throw new UsageError({
    file: path,
    fault: 'no table by its name',
    mend: 'give a file that ends in .csv, .tsv, .jsonl or .parquet (or .csv.gz …)',
  });
}

/** A file whose bytes are no UTF-8 is read as Latin-1, as spreadsheets write it. Packed ones are taken for UTF-8. */
async function encodingOf(path: string): Promise<'utf-8' | 'latin-1'> {
  if (/\.(gz|zst)$/i.test(path)) return 'utf-8';
  const decoder = new TextDecoder('utf-8', { fatal: true });
  try {
    for await (const block of createReadStream(path, { highWaterMark: 1 << 20 })) {
      decoder.decode(block, { stream: true });
    }
    decoder.decode();
    return 'utf-8';
  } catch {
    return 'latin-1';
  }
}

/** What stands between the names in a CSV's first line. DuckDB's own guess also looks at the rows, and can err. */
async function delimiterOf(path: string, encoding: string): Promise<string> {
  const [first] = await ask(
    path,
    `SELECT line FROM read_csv(${sqlPath(path)}, auto_detect = false, header = false, delim = '\x1F',
     quote = '', escape = '', columns = {line: 'VARCHAR'}, encoding = '${encoding}') LIMIT 1`,
  );
  const header = String(first?.[0] ?? '').replace(/"[^"]*"/g, '');
  const count = (delimiter: string) => header.split(delimiter).length;
  return [',', ';', '\t', '|'].reduce((best, next) => (count(next) > count(best) ? next : best));
}

async function ask(path: string, sql: string): Promise<unknown[][]> {
  try {
    return await withDatabase(async connection => (await connection.runAndReadAll(sql)).getRows());
  } catch (error) {
    throw unreadable(path, error);
  }
}

function unreadable(path: string, error: unknown): InputError {
  return new InputError({
    file: path,
    fault: `the table cannot be read: ${messageOf(error).slice(0, 200)}`,
    mend: 'check that it is a whole, well-formed table of the kind its name says',
    cause: error,
  });
}

/** A column's name without case and punctuation: `Patient ID` and `patient_id` are one. */
function plain(name: string): string {
  return name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '');
}
