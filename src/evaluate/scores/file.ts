import {
  BOOLEAN,
  DOUBLE,
  DuckDBBlobValue,
  DuckDBDataChunk,
  type DuckDBValue,
  VARCHAR,
} from '@duckdb/node-api';
import { z } from 'zod';
import { InputError, messageOf, parseAs, replaceFile, SynrayError } from '../../base/index.js';
import { sqlPath, sqlText, withDatabase } from '../../data/index.js';
import { ScoredSample, ScoreOrigin, type ScoreTable, UNKNOWN } from './table.js';

/** Footer entry that holds the origin as JSON. */
const ORIGIN = 'synray_scores';

const COLUMNS = {
  sample: VARCHAR,
  patient: VARCHAR,
  view: VARCHAR,
  class: VARCHAR,
  score: DOUBLE,
  label: BOOLEAN,
};

/** Most rows of a DuckDB chunk. */
const CHUNK = 2048;

/**
 * Writes scores as Parquet, one row a sample and class: `sample, patient, view, class, score, label` (label null
 * when unknown). The origin is in the footer. Written in one step.
 */
export async function writeScores(path: string, table: ScoreTable): Promise<void> {
  const types = Object.values(COLUMNS);
  const declared = Object.entries(COLUMNS).map(([name, type]) => `"${name}" ${type}`);
  await withDatabase(async connection => {
    await connection.run(`CREATE TABLE scores (${declared.join(', ')})`);
    const appender = await connection.createAppender('scores');
    const count = table.classes.length;
    const total = table.samples.length * count;
    for (let start = 0; start < total; start += CHUNK) {
      const rows = Array.from({ length: Math.min(CHUNK, total - start) }, (_, offset): DuckDBValue[] => {
        const cell = start + offset;
        const { id, patient, view } = table.samples[Math.floor(cell / count)]!;
        const label = table.labels[cell]!;
        return [
          id,
          patient,
          view,
          table.classes[cell % count]!,
          table.scores[cell]!,
          label === UNKNOWN ? null : label === 1,
        ];
      });
      const chunk = DuckDBDataChunk.create(types, rows.length);
      chunk.setRows(rows);
      appender.appendDataChunk(chunk);
    }
    appender.closeSync();
    const metadata = `{${ORIGIN}: ${sqlText(JSON.stringify(table.origin))}}`;
    await replaceFile(path, async temporary => {
      await connection.run(
        `COPY scores TO ${sqlText(temporary)} (FORMAT parquet, COMPRESSION zstd, KV_METADATA ${metadata})`,
      );
    });
  });
}

const Row = z.tuple([
  ScoredSample.shape.id,
  ScoredSample.shape.patient,
  ScoredSample.shape.view,
  z.string(),
  z.number(),
  z.boolean().nullable(),
]);

/**
 * Reads a score file, so that its tables can be made again without the model.
 * @throws InputError when it is no score file, or a sample lacks a class or names one twice.
 */
export async function readScores(path: string): Promise<ScoreTable> {
  const broken = (fault: string, cause?: unknown) =>
    new InputError({ file: path, fault, mend: 'run the evaluation again to write the file anew', cause });
  try {
    return await withDatabase(async connection => {
      const footer = await connection.runAndReadAll(
        `SELECT value FROM parquet_kv_metadata(${sqlPath(path)}) WHERE key = '${ORIGIN}'`,
      );
      const origin = footer.getRows()[0]?.[0];
      if (!(origin instanceof DuckDBBlobValue)) throw broken('it is not a score file of synray');
      const names = Object.keys(COLUMNS).map(name => `"${name}"`);
      const rows = await connection.runAndReadAll(
        `SELECT ${names.join(', ')} FROM read_parquet(${sqlPath(path)})`,
      );
      return tableOf(
        parseAs(ScoreOrigin, JSON.parse(Buffer.from(origin.bytes).toString('utf8')), path),
        rows.getRows().map(row => parseAs(Row, row, path)),
        broken,
      );
    });
  } catch (error) {
    throw error instanceof SynrayError ? error : broken(`it cannot be read: ${messageOf(error)}`, error);
  }
}

function tableOf(
  origin: ScoreOrigin,
  rows: readonly z.infer<typeof Row>[],
  broken: (fault: string) => InputError,
): ScoreTable {
  const classes = new Map<string, number>();
  const places = new Map<string, number>();
  const samples: ScoredSample[] = [];
  for (const [id, patient, view, name] of rows) {
    if (!classes.has(name)) classes.set(name, classes.size);
    if (places.has(id)) continue;
    places.set(id, samples.length);
    samples.push({ id, patient, view });
  }
  if (rows.length !== samples.length * classes.size) {
    throw broken(`it has ${rows.length} rows for ${samples.length} samples of ${classes.size} classes`);
  }
  const scores = new Float64Array(rows.length).fill(Number.NaN);
  const labels = new Uint8Array(rows.length);
  for (const [id, , , name, score, label] of rows) {
    const cell = places.get(id)! * classes.size + classes.get(name)!;
    if (!Number.isNaN(scores[cell])) throw broken(`sample "${id}" has two scores for "${name}"`);
    scores[cell] = score;
    labels[cell] = label === null ? UNKNOWN : Number(label);
  }
  return { origin, classes: [...classes.keys()], samples, scores, labels };
}
