import { createReadStream, createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { DuckDBConnection } from '@duckdb/node-api';
import { z } from 'zod';
import { InputError, messageOf, parseAs, replaceFile, SynrayError, sha256 } from '../../base/index.js';
import { sqlText } from '../duckdb.js';
import { PicturePrint } from './picture-print.js';
import { type SplitShards, withSampleTable } from './sample-table.js';

/** The name of the file in a data set's folder. */
export const SPLIT_MANIFEST = 'split-manifest.jsonl';

const count = z.int().nonnegative();

/** The first line of a split manifest. */
export const SplitManifestHead = z.object({
  kind: z.literal('split-manifest'),
  format: z.literal(1),
  /** The data set's name. */
  name: z.string(),
  /** Goes before every id when it is hashed, so that lists of hashed ids made elsewhere fit no two manifests. */
  salt: z.string().regex(/^[0-9a-f]{32}$/),
  samples: count,
  patients: count,
  /** Samples of each split. */
  splits: z.record(z.string(), count),
});
export type SplitManifestHead = z.infer<typeof SplitManifestHead>;

/** One sample of a split manifest, one line each. */
export const SplitManifestEntry = z.object({
  split: z.string(),
  /** The first 32 digits of SHA-256 over the salt and the sample's id. */
  id: z.string().regex(/^[0-9a-f]{32}$/),
  /** A number that samples of one patient share. It follows from the pictures' hashes, never from the patient's name. */
  patient: count,
  file: PicturePrint.shape.file,
  pixels: PicturePrint.shape.pixels,
});
export type SplitManifestEntry = z.infer<typeof SplitManifestEntry>;

/** The SQL that hashes an id with a salt, as in {@link SplitManifestEntry}. */
export function hashedId(salt: string, id: string): string {
  return `substr(sha256(${sqlText(salt)} || ${id}), 1, 32)`;
}

/**
 * Writes which picture is in which split, as a file that can be published beside a paper: hashes and numbers, without
 * ids, names, labels, text or pixels. Lines are sorted by split and hash, so that the order of a source says nothing.
 * @param splits - In the order of the data set.
 */
export async function writeSplitManifest(
  folder: string,
  { name, fingerprint }: { name: string; fingerprint: string },
  splits: readonly SplitShards[],
): Promise<void> {
  const salt = sha256(`split manifest ${fingerprint}`).slice(0, 32);
  await withSampleTable(folder, splits, async connection => {
    const order = splits.map(({ split }, place) => `WHEN ${sqlText(split)} THEN ${place}`).join(' ');
    await connection.run(
      `CREATE TABLE entries AS SELECT row_number() OVER (ORDER BY place, file, id) AS line, * FROM
       (SELECT CASE split ${order} END AS place, split, ${hashedId(salt, 'id')} AS id, patient, file, pixels FROM samples)`,
    );
    await connection.run(
      `CREATE TABLE patients AS SELECT patient, row_number() OVER (ORDER BY min(line)) - 1 AS number
       FROM entries GROUP BY patient`,
    );
    const counted = await connection.runAndReadAll(
      'SELECT split, count(*), (SELECT count(*) FROM patients) FROM entries GROUP BY place, split ORDER BY place',
    );
    const rows = counted.getRows();
    const head: SplitManifestHead = {
      ...{ kind: 'split-manifest', format: 1, name, salt },
      samples: rows.reduce((sum, [, samples]) => sum + Number(samples), 0),
      patients: Number(rows[0]?.[2] ?? 0),
      splits: Object.fromEntries(rows.map(([split, samples]) => [String(split), Number(samples)])),
    };
    await replaceFile(join(folder, SPLIT_MANIFEST), temporary =>
      pipeline(Readable.from(linesOf(connection, head)), createWriteStream(temporary)),
    );
  });
}

async function* linesOf(connection: DuckDBConnection, head: SplitManifestHead): AsyncGenerator<string> {
  yield `${JSON.stringify(head)}\n`;
  const result = await connection.stream(
    `SELECT split, id, number, file, pixels FROM entries JOIN patients USING (patient) ORDER BY line`,
  );
  for (let chunk = await result.fetchChunk(); chunk !== null; chunk = await result.fetchChunk()) {
    if (chunk.rowCount === 0) break;
    const lines = chunk.getRows().map(([split, id, patient, file, pixels]) => {
      const entry = { split, id, patient: Number(patient), file, pixels };
      return `${JSON.stringify(entry)}\n`;
    });
    yield lines.join('');
  }
}

/**
 * Reads a split manifest, line by line.
 * @param onHead - Given the first line, before any other.
 * @throws InputError naming the file and the line that is none of a split manifest's.
 */
export async function* readSplitManifest(
  path: string,
  onHead: (head: SplitManifestHead) => void,
): AsyncGenerator<SplitManifestEntry> {
  let line = 0;
  let left = 0;
  try {
    const lines = createInterface({
      input: createReadStream(path, 'utf8'),
      crlfDelay: Number.POSITIVE_INFINITY,
    });
    for await (const text of lines) {
      line++;
      if (text === '') continue;
      const value = jsonOf(text, path, line);
      if (line === 1) {
        const head = parseAs(SplitManifestHead, value, `${path}, line 1`);
        left = head.samples;
        onHead(head);
        continue;
      }
      left--;
      yield parseAs(SplitManifestEntry, value, `${path}, line ${line}`);
    }
  } catch (error) {
    if (error instanceof SynrayError) throw error;
    const mend = 'give the split-manifest.jsonl of a data set';
    throw new InputError({ file: path, fault: `it cannot be read: ${messageOf(error)}`, mend, cause: error });
  }
  if (line === 0 || left !== 0) {
    const fault =
      line === 0
        ? 'it is empty'
        : `it has ${Math.abs(left)} samples ${left > 0 ? 'fewer' : 'more'} than its first line says`;
    throw new InputError({ file: path, fault, mend: 'copy the whole file anew' });
  }
}

function jsonOf(text: string, path: string, line: number): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new InputError({
      file: path,
      fault: `line ${line} is not JSON`,
      mend: 'give the split-manifest.jsonl of a data set',
      cause: error,
    });
  }
}
