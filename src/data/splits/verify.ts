import { join } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { InputError } from '../../base/index.js';
import { type Dataset, openDataset } from '../dataset/dataset.js';
import { appendText, type SplitShards, withSampleTable } from './sample-table.js';
import { hashedId, readSplitManifest, type SplitManifestHead } from './split-manifest.js';

export interface VerifyOptions {
  /** Hash the pictures anew, instead of trusting what the shards (of which the SHA-256 is checked) say of them. */
  readonly decode?: boolean | undefined;
  /** Examples of each difference that are named. Default: 5. */
  readonly examples?: number | undefined;
  readonly onProgress?: (done: number, total: number) => void;
}

/** Something that differs: how often, and the first few. */
export interface Difference {
  readonly count: number;
  readonly examples: readonly string[];
}

export interface VerifyResult {
  /** Whether the same pictures are in the same splits, and no patient crosses splits who did not. */
  readonly same: boolean;
  readonly samples: number;
  readonly listed: number;
  /** Samples that are listed, with the same content, in the same split. */
  readonly matching: number;
  /** Of the matching ones, those under another id: the same source in another layout. */
  readonly renamed: number;
  /** Listed and not in the data set, by the SHA-256 of the file: the list has no names. */
  readonly missing: Difference;
  /** In the data set and not listed, by id. */
  readonly extra: Difference;
  /** In another split than listed: `id: train → test`. */
  readonly moved: Difference;
  /** Of the same id with another picture. */
  readonly changed: Difference;
  /** Patients with samples in several splits who have them in one by the list; named by their first sample. */
  readonly crossing: Difference;
}

/**
 * Compares a data set with a split manifest, which may have been made elsewhere, from another layout of the same
 * source. Samples are matched by id and content, then by content alone (the file's bytes or the decoded pixels), then by id alone.
 * @throws InputError when either is damaged.
 */
export async function verifySplits(
  folder: string,
  manifest: string,
  options: VerifyOptions = {},
): Promise<VerifyResult> {
  const { decode = false, examples = 5, onProgress } = options;
  const dataset = await openDataset(folder, { verify: true });
  const total = dataset.count();
  let done = 0;
  return withSampleTable(
    folder,
    shardsOf(dataset),
    async connection => {
      const head = await loadEntries(connection, manifest);
      await match(connection, head.salt);
      return compare(connection, examples);
    },
    { decode, onSample: () => onProgress?.(++done, total) },
  );
}

function shardsOf({ folder, manifest }: Dataset): SplitShards[] {
  return Object.entries(manifest.splits).map(([split, { shards }]) => {
    return { split, paths: shards.map(({ file }) => join(folder, file)) };
  });
}

/** The manifest as a table `entries` beside `samples`. */
async function loadEntries(connection: DuckDBConnection, path: string): Promise<SplitManifestHead> {
  await connection.run(
    'CREATE TABLE entries (m INTEGER, split VARCHAR, id VARCHAR, patient INTEGER, file VARCHAR, pixels VARCHAR)',
  );
  const appender = await connection.createAppender('entries');
  let head: SplitManifestHead | undefined;
  let m = 0;
  for await (const entry of readSplitManifest(path, first => {
    head = first;
  })) {
    appender.appendInteger(m++);
    appendText(appender, entry.split);
    appendText(appender, entry.id);
    appender.appendInteger(entry.patient);
    appendText(appender, entry.file);
    appendText(appender, entry.pixels);
    appender.endRow();
  }
  appender.closeSync();
  const twins = await connection.runAndReadAll(
    'SELECT id FROM entries GROUP BY id HAVING count(*) > 1 LIMIT 1',
  );
  if (head === undefined || twins.currentRowCount > 0) {
    throw new InputError({
      file: path,
      fault: 'more than one line is of the same sample',
      mend: 'copy the file anew',
    });
  }
  return head;
}

/**
 * Fills `pairs` (n, m) in passes, each among what the passes before left over. Within a pass, copies of one picture
 * are paired off by their order.
 */
async function match(connection: DuckDBConnection, salt: string): Promise<void> {
  await connection.run(`ALTER TABLE samples ADD COLUMN hashed VARCHAR`);
  await connection.run(`UPDATE samples SET hashed = ${hashedId(salt, 'id')}`);
  await connection.run('CREATE TABLE pairs (n INTEGER, m INTEGER, content BOOLEAN)');
  const left = 'FROM samples WHERE n NOT IN (SELECT n FROM pairs)';
  const listed = 'FROM entries WHERE m NOT IN (SELECT m FROM pairs)';
  const passes: { sample: string; entry: string; content: boolean }[] = [
    ...['file', 'pixels'].map(key => ({ sample: `hashed, ${key}`, entry: `id, ${key}`, content: true })),
    ...['file, split', 'pixels, split', 'file', 'pixels'].map(key => ({
      sample: key,
      entry: key,
      content: true,
    })),
    { sample: 'hashed', entry: 'id', content: false },
  ];
  for (const { sample, entry, content } of passes) {
    const keyed = (columns: string, number: string) =>
      `SELECT ${number}, struct_pack(${columns
        .split(', ')
        .map((column, at) => `k${at} := ${column}`)
        .join(', ')}) AS key, row_number() OVER (PARTITION BY ${columns} ORDER BY ${number}) AS turn`;
    const known = (columns: string) => (columns.includes('pixels') ? 'AND pixels IS NOT NULL' : '');
    await connection.run(
      `INSERT INTO pairs SELECT n, m, ${content} FROM (${keyed(sample, 'n')} ${left} ${known(sample)})
       JOIN (${keyed(entry, 'm')} ${listed} ${known(entry)}) USING (key, turn)`,
    );
  }
}

async function compare(connection: DuckDBConnection, examples: number): Promise<VerifyResult> {
  const number = async (sql: string) => Number((await connection.runAndReadAll(sql)).getRows()[0]![0]);
  const difference = async (select: string, from: string, order: string): Promise<Difference> => {
    const rows = await connection.runAndReadAll(
      `SELECT ${select} ${from} ORDER BY ${order} LIMIT ${examples}`,
    );
    return {
      count: await number(`SELECT count(*) FROM (SELECT ${order} ${from})`),
      examples: rows.getRows().map(([text]) => String(text)),
    };
  };
  const paired = 'FROM pairs JOIN samples AS s USING (n) JOIN entries AS e USING (m)';
  const missing = await difference('file', 'FROM entries WHERE m NOT IN (SELECT m FROM pairs)', 'm');
  const extra = await difference('id', 'FROM samples WHERE n NOT IN (SELECT n FROM pairs)', 'n');
  const moved = await difference(
    `s.id || ': ' || e.split || ' → ' || s.split`,
    `${paired} WHERE s.split <> e.split`,
    'n',
  );
  const changed = await difference('s.id', `${paired} WHERE NOT content`, 'n');
  // A patient is one in the data set, or one in the list; each counts once, by the first of its samples.
  const crossing = await difference(
    'id',
    `FROM samples WHERE n IN (
       SELECT first FROM (SELECT patient, min(n) AS first FROM samples GROUP BY patient HAVING count(DISTINCT split) > 1)
         WHERE patient NOT IN (SELECT s.patient ${paired} GROUP BY s.patient HAVING count(DISTINCT e.split) > 1)
       UNION
       SELECT min(n) ${paired} GROUP BY e.patient
         HAVING count(DISTINCT s.split) > 1 AND count(DISTINCT e.split) = 1 AND count(DISTINCT s.patient) > 1)`,
    'n',
  );
  const matching = await number(`SELECT count(*) ${paired} WHERE content AND s.split = e.split`);
  const renamed = await number(
    `SELECT count(*) ${paired} WHERE content AND s.split = e.split AND s.hashed <> e.id`,
  );
  const same = [missing, extra, moved, changed, crossing].every(({ count }) => count === 0);
  const samples = await number('SELECT count(*) FROM samples');
  const listed = await number('SELECT count(*) FROM entries');
  return { same, samples, listed, matching, renamed, missing, extra, moved, changed, crossing };
}

/** What a verification found, in lines for people. */
export function linesOn(result: VerifyResult, names: { dataset: string; manifest: string }): string[] {
  const { same, samples, listed, matching, renamed, missing, extra, moved, changed, crossing } = result;
  const told = (what: string, { count, examples }: Difference) =>
    count === 0
      ? []
      : [
          `${count} ${what}: ${examples.join(', ')}${count > examples.length ? ` and ${count - examples.length} more` : ''}`,
        ];
  return [
    same
      ? `${names.dataset}: the same ${samples} samples in the same splits as ${names.manifest} lists`
      : `${names.dataset}: not what ${names.manifest} lists: ${matching} of ${listed} samples match, of ${samples} there are`,
    ...(renamed > 0 ? [`${renamed} of them under other ids`] : []),
    ...told('missing (by SHA-256 of the file)', missing),
    ...told('not listed', extra),
    ...told('in another split', moved),
    ...told('with another picture', changed),
    ...told('patients in several splits who were in one (by a sample)', crossing),
  ];
}
