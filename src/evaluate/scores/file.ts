import { BOOLEAN, DOUBLE, type DuckDBValue, VARCHAR } from '@duckdb/node-api';
import { z } from 'zod';
import { brokenScores, readRows, type ScoreFileForm, writeRows } from './parquet.js';
import { ScoredSample, ScoreOrigin, type ScoreTable, UNKNOWN } from './table.js';

const Row = z.tuple([
  ScoredSample.shape.id,
  ScoredSample.shape.patient,
  ScoredSample.shape.view,
  z.string(),
  z.number(),
  z.boolean().nullable(),
]);

const FORM = {
  key: 'synray_scores',
  columns: {
    sample: VARCHAR,
    patient: VARCHAR,
    view: VARCHAR,
    class: VARCHAR,
    score: DOUBLE,
    label: BOOLEAN,
  },
  origin: ScoreOrigin,
  row: Row,
} satisfies ScoreFileForm<ScoreOrigin, z.infer<typeof Row>>;

/** The footer entry by which a file of scores of pictures is known. */
export const SCORES_KEY = FORM.key;

/**
 * Writes scores as Parquet, one row a sample and class: `sample, patient, view, class, score, label` (label null
 * when unknown). The origin is in the footer. Written in one step.
 */
export async function writeScores(path: string, table: ScoreTable): Promise<void> {
  await writeRows(path, FORM, table.origin, rowsOf(table));
}

function* rowsOf({ classes, samples, scores, labels }: ScoreTable): Generator<DuckDBValue[]> {
  for (const [row, { id, patient, view }] of samples.entries()) {
    for (const [column, name] of classes.entries()) {
      const cell = row * classes.length + column;
      const label = labels[cell]!;
      yield [id, patient, view, name, scores[cell]!, label === UNKNOWN ? null : label === 1];
    }
  }
}

/**
 * Reads a score file, so that its tables can be made again without the model. Memory holds the table and one chunk
 * of the file.
 * @throws InputError when it is no score file, or a sample lacks a class or names one twice.
 */
export async function readScores(path: string): Promise<ScoreTable> {
  const classes = new Map<string, number>();
  const places = new Map<string, number>();
  const samples: ScoredSample[] = [];
  const rowOf = new Numbers(Int32Array);
  const columnOf = new Numbers(Int32Array);
  const scoreOf = new Numbers(Float64Array);
  const labelOf = new Numbers(Uint8Array);
  const origin = await readRows(path, FORM, ([id, patient, view, name, score, label]) => {
    const column = classes.get(name) ?? classes.size;
    if (column === classes.size) classes.set(name, column);
    const row = places.get(id) ?? samples.length;
    if (row === samples.length) {
      places.set(id, row);
      samples.push({ id, patient, view });
    }
    rowOf.push(row);
    columnOf.push(column);
    scoreOf.push(score);
    labelOf.push(label === null ? UNKNOWN : Number(label));
  });
  const count = scoreOf.length;
  if (count !== samples.length * classes.size) {
    const fault = `it has ${count} rows for ${samples.length} samples of ${classes.size} classes`;
    throw brokenScores(path, fault);
  }
  const names = [...classes.keys()];
  const scores = new Float64Array(count).fill(Number.NaN);
  const labels = new Uint8Array(count);
  for (let index = 0; index < count; index++) {
    const row = rowOf.at(index);
    const column = columnOf.at(index);
    const cell = row * names.length + column;
    if (!Number.isNaN(scores[cell])) {
      throw brokenScores(path, `sample "${samples[row]!.id}" has two scores for "${names[column]!}"`);
    }
    scores[cell] = scoreOf.at(index);
    labels[cell] = labelOf.at(index);
  }
  return { origin, classes: names, samples, scores, labels };
}

type NumberArray = Float64Array | Int32Array | Uint8Array;

/** A row of numbers that grows. */
class Numbers {
  #values: NumberArray;
  length = 0;

  constructor(readonly form: new (length: number) => NumberArray) {
    this.#values = new form(1024);
  }

  push(value: number): void {
    if (this.length === this.#values.length) {
      const longer = new this.form(this.length * 2);
      longer.set(this.#values);
      this.#values = longer;
    }
    this.#values[this.length++] = value;
  }

  at(index: number): number {
    return this.#values[index]!;
  }
}
