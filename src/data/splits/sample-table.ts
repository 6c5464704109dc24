import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type DuckDBAppender, type DuckDBConnection, VARCHAR } from '@duckdb/node-api';
import { readShardNotes, readShards } from '../dataset/shard.js';
import { sqlPath, sqlText, withDatabase } from '../duckdb.js';
import { mapOrdered } from '../ordered.js';
import { type PicturePrint, readPrint } from './picture-print.js';

/** The shards of one split, as paths. */
export interface SplitShards {
  readonly split: string;
  readonly paths: readonly string[];
}

/**
 * Gives `use` a database with a table `samples` of all samples, without their pictures: `n` (place in the data set),
 * `split`, `id`, `patient`, `file`, `pixels`, `look`. Large ones are spilled into a folder in `folder`, which goes away.
 * @param options.decode - Makes the prints anew from the pictures, whatever the shards carry.
 */
export async function withSampleTable<Result>(
  folder: string,
  splits: readonly SplitShards[],
  use: (connection: DuckDBConnection) => Promise<Result>,
  options: { decode?: boolean; onSample?: () => void } = {},
): Promise<Result> {
  return withSpillingDatabase(folder, async connection => {
    await connection.run(
      'CREATE TABLE samples (n INTEGER, split VARCHAR, id VARCHAR, patient VARCHAR, file VARCHAR, pixels VARCHAR, look VARCHAR)',
    );
    const appender = await connection.createAppender('samples');
    let n = 0;
    for (const { split, paths } of splits) {
      for (const path of paths) {
        for await (const [id, patient, print] of printsOf(path, options.decode === true)) {
          appender.appendInteger(n++);
          for (const text of [split, id, patient, print.file, print.pixels, print.look]) {
            appendText(appender, text);
          }
          appender.endRow();
          options.onSample?.();
        }
        appender.flushSync();
      }
    }
    appender.closeSync();
    return use(connection);
  });
}

/** A database in memory that keeps what is too much for half a gigabyte in a folder of its own within `folder`. */
export async function withSpillingDatabase<Result>(
  folder: string,
  use: (connection: DuckDBConnection) => Promise<Result>,
): Promise<Result> {
  const spill = await mkdtemp(join(folder, '.spill-'));
  try {
    return await withDatabase(async connection => {
      await connection.run(`SET memory_limit = '512MB'; SET temp_directory = ${sqlText(spill)}`);
      return use(connection);
    });
  } finally {
    await rm(spill, { recursive: true, force: true });
  }
}

/** Appends text, or null. */
export function appendText(appender: DuckDBAppender, text: string | null): void {
  if (text === null) appender.appendNull();
  else appender.appendValue(text, VARCHAR);
}

/** Id, patient and prints of the samples of a shard, in order. Shards that carry no prints are decoded. */
async function* printsOf(
  path: string,
  decode: boolean,
): AsyncGenerator<[id: string, patient: string, print: PicturePrint]> {
  const { pictures, rows } = await readShardNotes(path);
  if (decode || pictures === undefined || pictures.length !== rows) {
    yield* mapOrdered(readShards([path]), 4, async ({ id, patient, image }) => {
      return [id, patient, await readPrint(image.bytes)] as [string, string, PicturePrint];
    });
    return;
  }
  const names = await withDatabase(connection =>
    connection.runAndReadAll(`SELECT id, patient FROM read_parquet(${sqlPath(path)})`),
  );
  for (const [row, [id, patient]] of names.getRows().entries())
    yield [String(id), String(patient), pictures[row]!];
}
