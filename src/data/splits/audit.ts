import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { DuckDBConnection } from '@duckdb/node-api';
import { z } from 'zod';
import { replaceFile } from '../../base/index.js';
import { groupsAlike } from './alike.js';
import { type SplitShards, withSampleTable } from './sample-table.js';

const count = z.int().nonnegative();

/** What makes the samples of a data set, or its splits, less independent than they seem. */
export const Overlaps = z.object({
  /** Pictures that are there before, with the same bytes or the same pixels. */
  copies: count,
  /** Pictures that look nearly like one that is there before. */
  alike: count,
  /** Groups of copies, and of pictures that look alike, with members in more than one split. */
  picturesAcrossSplits: count,
  patientsAcrossSplits: count,
});
export type Overlaps = z.infer<typeof Overlaps>;

/** One line of the list of overlaps. */
interface Overlap {
  readonly kind: 'same file' | 'same pixels' | 'alike' | 'patient';
  /** Samples, or for a patient the patient. At most {@link MOST_LISTED}. */
  readonly ids: readonly string[];
  readonly count: number;
  /** Without copies. */
  readonly pictures: number;
  readonly splits: readonly string[];
}

const MOST_LISTED = 100;

/**
 * Looks for pictures that occur more than once and patients in more than one split, and lists them, one JSON object a
 * line, in `list`. Takes nothing away.
 * @param folder - Where there is room for what memory should not hold.
 */
export async function findOverlaps(
  folder: string,
  splits: readonly SplitShards[],
  list: string,
): Promise<Overlaps> {
  const overlaps = { copies: 0, alike: 0, picturesAcrossSplits: 0, patientsAcrossSplits: 0 };
  await withSampleTable(folder, splits, async connection => {
    async function* lines(): AsyncGenerator<string> {
      for await (const overlap of overlapsOf(connection)) {
        const across = overlap.splits.length > 1;
        if (overlap.kind === 'patient') overlaps.patientsAcrossSplits++;
        else if (overlap.kind === 'alike') overlaps.alike += overlap.pictures - 1;
        else overlaps.copies += overlap.count - 1;
        if (overlap.kind !== 'patient' && across) overlaps.picturesAcrossSplits++;
        yield `${JSON.stringify(overlap)}\n`;
      }
    }
    await replaceFile(list, temporary => pipeline(Readable.from(lines()), createWriteStream(temporary)));
  });
  return overlaps;
}

async function* overlapsOf(connection: DuckDBConnection): AsyncGenerator<Overlap> {
  const key = 'coalesce(pixels, file)';
  const counts = `count(*) AS count, count(DISTINCT ${key}) AS pictures, list_sort(list(DISTINCT split)) AS splits`;
  const first = `list(id ORDER BY n)[1:${MOST_LISTED}] AS ids, ${counts}`;
  yield* select(
    connection,
    `SELECT CASE WHEN count(DISTINCT file) = 1 THEN 'same file' ELSE 'same pixels' END AS kind, ${first}, min(n) AS place
     FROM samples GROUP BY ${key} HAVING count(*) > 1 ORDER BY place`,
  );
  await connection.run('CREATE TABLE groups (n INTEGER, member INTEGER)');
  const looks = await connection.stream(
    `SELECT min(n) AS place, any_value(look) FROM samples WHERE look IS NOT NULL GROUP BY ${key} ORDER BY place`,
  );
  const appender = await connection.createAppender('groups');
  for (const [group, members] of (await groupsAlike(rowsOf(looks))).entries()) {
    for (const member of members) {
      appender.appendInteger(member);
      appender.appendInteger(group);
      appender.endRow();
    }
  }
  appender.closeSync();
  yield* select(
    connection,
    `SELECT 'alike' AS kind, ${first}, min(n) AS place FROM samples
     JOIN (SELECT ${key} AS same, member FROM samples JOIN groups USING (n)) ON ${key} = same GROUP BY member ORDER BY place`,
  );
  yield* select(
    connection,
    `SELECT 'patient' AS kind, [patient] AS ids, ${counts}, min(n) AS place
     FROM samples GROUP BY patient HAVING count(DISTINCT split) > 1 ORDER BY place`,
  );
}

async function* select(connection: DuckDBConnection, sql: string): AsyncGenerator<Overlap> {
  const result = await connection.stream(
    `SELECT to_json({kind: kind, ids: ids, count: count, pictures: pictures, splits: splits})::VARCHAR FROM (${sql})`,
  );
  for (let chunk = await result.fetchChunk(); chunk !== null; chunk = await result.fetchChunk()) {
    if (chunk.rowCount === 0) break;
    for (const [json] of chunk.getRows()) yield JSON.parse(String(json)) as Overlap;
  }
}

type Streamed = Awaited<ReturnType<DuckDBConnection['stream']>>;

async function* rowsOf(result: Streamed): AsyncGenerator<[n: number, look: string]> {
  for (let chunk = await result.fetchChunk(); chunk !== null; chunk = await result.fetchChunk()) {
    if (chunk.rowCount === 0) break;
    for (const [n, look] of chunk.getRows()) yield [Number(n), String(look)];
  }
}
