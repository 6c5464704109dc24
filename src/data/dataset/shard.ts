import { DuckDBBlobValue, DuckDBDataChunk, type DuckDBValue } from '@duckdb/node-api';
import { InputError, messageOf, parseAs, replaceFile, SynrayError } from '../../base/index.js';
import { openDatabase, sqlName, sqlPath, sqlText, withDatabase } from '../duckdb.js';
import { mapOrdered } from '../ordered.js';
import { Sample } from '../records/index.js';
import { PicturePrint, readPrint } from '../splits/picture-print.js';
import { type Column, columnOf, duckdbType, fromDuckDB, toDuckDB } from './columns.js';
import { contentsOf, DatasetContents } from './contents.js';

/** The columns of a shard, in order. */
export const sampleColumns: readonly { readonly name: string; readonly column: Column }[] = Object.entries(
  Sample.shape,
).map(([name, field]) => ({ name, column: columnOf(field) }));

/** Rows handed to DuckDB at a time: bounds the memory that a chunk's pictures take. */
const ROWS_PER_CHUNK = 64;

/** From this mean size of the pictures on, compressing the rest of the columns saves less than a hundredth. */
const HEAVY_BYTES = 200_000;

/** What a shard carries in its Parquet footer besides its rows. */
export interface ShardNotes {
  /** SHA-256 of the settings that made the rows. Rows of other settings are never taken for these. */
  readonly fingerprint: string;
  /** Lines that belong to the shard and are no samples, such as what was set aside and why. JSON values. */
  readonly notes: readonly unknown[];
  /** Hashes of the samples' pictures, in order, for who has them; else they are made in writing. */
  readonly pictures?: readonly PicturePrint[] | undefined;
}

/**
 * Writes one shard in one step (temporary name, sync, rename). The same samples and notes give the same bytes.
 * @throws InputError when a sample does not fit the schema; nothing is written then.
 */
export async function writeShard(path: string, samples: readonly Sample[], notes: ShardNotes): Promise<void> {
  for (const sample of samples) parseAs(Sample, sample, `sample ${sample.id}`);
  const pictures = notes.pictures ?? (await printsOf(samples));
  await withDatabase(async connection => {
    const types = sampleColumns.map(({ column }) => duckdbType(column));
    const declarations = sampleColumns.map(
      ({ name }, index) => `${sqlName(name)} ${types[index]!.toString()}`,
    );
    await connection.run(`CREATE TABLE samples (${declarations.join(', ')})`);
    const appender = await connection.createAppender('samples');
    for (let start = 0; start < samples.length; start += ROWS_PER_CHUNK) {
      const part = samples.slice(start, start + ROWS_PER_CHUNK);
      const chunk = DuckDBDataChunk.create(types, part.length);
      chunk.setColumns(
        sampleColumns.map(({ name, column }) =>
          part.map(sample => toDuckDB(column, sample[name as keyof Sample])),
        ),
      );
      appender.appendDataChunk(chunk);
    }
    appender.closeSync();
    const metadata =
      `{synray_fingerprint: ${sqlText(notes.fingerprint)}, ` +
      `synray_contents: ${sqlText(JSON.stringify(contentsOf(samples)))}, ` +
      `synray_pictures: ${sqlText(JSON.stringify(pictures))}, ` +
      `synray_notes: ${sqlText(JSON.stringify(notes.notes))}}`;
    await replaceFile(path, async temporary => {
      // Pictures are compressed already; zstd earns its keep on the text columns, where they are more than a trace.
      const bytes = samples.reduce((sum, { image }) => sum + image.bytes.length, 0);
      const compression = bytes > HEAVY_BYTES * samples.length ? 'uncompressed' : 'zstd';
      await connection.run(
        `COPY samples TO ${sqlText(temporary)} (FORMAT parquet, COMPRESSION ${compression}, KV_METADATA ${metadata})`,
      );
    });
  });
}

async function printsOf(samples: readonly Sample[]): Promise<PicturePrint[]> {
  const prints: PicturePrint[] = [];
  for await (const print of mapOrdered(samples, 4, ({ image }) => readPrint(image.bytes))) prints.push(print);
  return prints;
}

/**
 * The notes of a finished shard, read from its footer.
 * @throws InputError when the file is no shard of synray.
 */
export async function readShardNotes(
  path: string,
): Promise<ShardNotes & { rows: number; contents: DatasetContents }> {
  return withDatabase(async connection => {
    try {
      const metadata = await connection.runAndReadAll(
        `SELECT key, value FROM parquet_kv_metadata(${sqlPath(path)})`,
      );
      const entries = new Map(metadata.getRows().map(([key, value]) => [textOf(key), textOf(value)]));
      const rows = await connection.runAndReadAll(
        `SELECT num_rows FROM parquet_file_metadata(${sqlPath(path)})`,
      );
      const fingerprint = entries.get('synray_fingerprint');
      const notes = entries.get('synray_notes');
      if (fingerprint === undefined || notes === undefined) throw new Error('it carries no synray metadata');
      return {
        fingerprint,
        notes: JSON.parse(notes) as unknown[],
        // Shards of earlier versions lack them.
        pictures: PicturePrint.array()
          .optional()
          .parse(parseOptional(entries.get('synray_pictures'))),
        rows: Number(rows.getRows()[0]![0]),
        // Shards of earlier versions do not say; they hold less.
        contents: DatasetContents.parse(JSON.parse(entries.get('synray_contents') ?? '{}')),
      };
    } catch (error) {
      throw brokenShard(path, error);
    }
  });
}

/**
 * The samples of shards, one after the other, in the order written. Memory holds one chunk of one shard.
 * @param options.where - An SQL condition on the columns, to read some only.
 * @param options.onBroken - Told of a shard that cannot be read (on); the next one follows then.
 */
export async function* readShards(
  paths: readonly string[],
  options: { where?: string; onBroken?: ((error: InputError) => void) | undefined } = {},
): AsyncGenerator<Sample> {
  const { where = 'true', onBroken } = options;
  for (const path of paths) {
    try {
      yield* readShard(path, where);
    } catch (error) {
      if (onBroken === undefined || !(error instanceof InputError)) throw error;
      onBroken(error);
    }
  }
}

async function* readShard(path: string, where: string): AsyncGenerator<Sample> {
  const database = await openDatabase();
  try {
    const described = await database.connection.runAndReadAll(
      `DESCRIBE SELECT * FROM read_parquet(${sqlPath(path)})`,
    );
    const stored = new Set(described.getRows().map(([name]) => String(name)));
    // Shards of earlier versions lack the columns that came later.
    const names = sampleColumns
      .map(({ name, column }) =>
        column.optional && !stored.has(name) ? `NULL AS ${sqlName(name)}` : sqlName(name),
      )
      .join(', ');
    const result = await database.connection.stream(
      `SELECT ${names} FROM read_parquet(${sqlPath(path)}) WHERE ${where}`,
    );
    for (let chunk = await result.fetchChunk(); chunk !== null; chunk = await result.fetchChunk()) {
      if (chunk.rowCount === 0) break;
      for (let row = 0; row < chunk.rowCount; row++) yield sampleOf(chunk.getRowValues(row), path);
    }
  } catch (error) {
    throw error instanceof SynrayError ? error : brokenShard(path, error);
  } finally {
    database.close();
  }
}

function sampleOf(values: readonly DuckDBValue[], path: string): Sample {
  const record: Record<string, unknown> = {};
  for (const [index, { name, column }] of sampleColumns.entries()) {
    const value = fromDuckDB(column, values[index] ?? null);
    if (value !== null || !column.optional) record[name] = value;
  }
  return parseAs(Sample, record, path);
}

function parseOptional(json: string | undefined): unknown {
  return json === undefined ? undefined : JSON.parse(json);
}

function textOf(value: DuckDBValue): string {
  return value instanceof DuckDBBlobValue ? Buffer.from(value.bytes).toString('utf8') : String(value);
}

function brokenShard(path: string, error: unknown): InputError {
  return new InputError({
    file: path,
    fault: `the shard cannot be read: ${messageOf(error)}`,
    mend: 'delete it and run the command that made it again, or copy it anew',
    cause: error,
  });
}
