// Bootstrap by patient at the size of a public test set: 1,000 rounds, 14 classes, 25,000 pictures, with the intervals
// of AUC, average precision, F1 and accuracy of each class and of their means; the paired bootstrap of two models; a
// score file written and read. One thread.
// Run: npm run bench evaluate

import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Random } from '../dist/base/index.js';
import {
  bootstrapMeasures,
  compareTables,
  measureTable,
  Ranking,
  readScores,
  writeScores,
} from '../dist/evaluate/index.js';

const PICTURES = 25_000;
const PATIENTS = 9_000;
const CLASSES = 14;
const ROUNDS = 1_000;

export default async function bench() {
  const random = Random.of('bench', 'evaluate');
  const samples = Array.from({ length: PICTURES }, (_, index) => ({
    id: `sample-${index}`,
    patient: `${random.integer(PATIENTS)}`,
    view: null,
  }));
  const classes = Array.from({ length: CLASSES }, (_, index) => `class ${index}`);
  const labels = Uint8Array.from({ length: PICTURES * CLASSES }, (_, cell) =>
    Number(random.chance(0.01 + 0.02 * (cell % CLASSES))),
  );
  const tableOf = strength => ({
    origin: { task: 'zero-shot', model: `model ${strength}`, data: '', split: '', prompts: '', scoring: '' },
    classes,
    samples,
    scores: Float64Array.from(labels, label => random.normal(strength * label)),
    labels,
  });
  const table = tableOf(0.5);
  const options = { seed: 1, rounds: ROUNDS };
  const size = `${ROUNDS} rounds of ${CLASSES} classes × ${PICTURES} pictures`;

  const groups = samples.map(({ patient }) => Number(patient));
  const rankings = classes.map(
    (_, column) =>
      new Ranking(
        samples.map((_, row) => table.scores[row * CLASSES + column]),
        samples.map((_, row) => labels[row * CLASSES + column]),
        groups,
      ),
  );
  const bootstrap = await timed(`bootstrap alone, ${size}`, () =>
    bootstrapMeasures(rankings, { ...options, groups: PATIENTS }),
  );
  const measure = await timed('a whole result from scores', () => measureTable(table, options));
  const compare = await timed('two models compared', () => compareTables(table, tableOf(0.45), options));

  const folder = await mkdtemp(join(tmpdir(), 'synray-bench-'));
  const path = join(folder, 'bench.scores.parquet');
  const write = await timed('score file written', () => writeScores(path, table));
  const read = await timed('score file read', () => readScores(path));
  const megabytes = (await stat(path)).size / 1e6;
  console.log(`score file: ${megabytes.toFixed(1)} MB`);
  await rm(folder, { recursive: true });
  return {
    bootstrap,
    measure,
    compare,
    write,
    read,
    megabytes,
    rounds: ROUNDS,
    classes: CLASSES,
    pictures: PICTURES,
  };
}

async function timed(what, work) {
  const started = performance.now();
  const used = process.cpuUsage();
  await work();
  const seconds = (performance.now() - started) / 1000;
  const { user, system } = process.cpuUsage(used);
  console.log(`${what}: ${seconds.toFixed(2)} s (${((user + system) / 1e6).toFixed(2)} s of a processor)`);
  return seconds;
}
