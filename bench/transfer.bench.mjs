// What the simulator is judged by: a model that has seen its pictures alone reads real X-rays.
//
//   npm run bench transfer                                  the model of recipes/reader.yaml, with and without the grounded term
//   npm run bench transfer -- --pairs 8000 --steps 1200 --seeds 1,2,3
//   npm run bench transfer -- --arms grounded --set pretrain.augmentation.blur=2
//
// Real: the 952 pictures of NIH ChestX-ray14 in ../shared/data, looked at by no training. Every row of the table is one
// model; the last lines are the means over the seeds. Results are added to <out>/results.jsonl.
import { existsSync } from 'node:fs';
import { appendFile, mkdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { parse } from 'yaml';
import { duration, watchProgress } from '../dist/base/index.js';
import { importTable } from '../dist/data/index.js';
import { evaluateZeroShot } from '../dist/evaluate/index.js';
import { generate } from '../dist/jobs/index.js';
import { pretrain } from '../dist/pretrain/index.js';
import { SingleModelRecipe } from '../dist/study/index.js';

const shared = resolve(process.env.SYNRAY_TEST_DATA ?? '../shared/data', 'nih-cxr14');

/** Mean zero-shot AUC on the 14 findings of ChestX-ray14's official test set: another split, 25,596 pictures. */
const BESIDE = [
  ['ConVIRT on real pairs (MAVL README)', 0.5315],
  ['GLoRIA on real pairs (MAVL README)', 0.5592],
  ['ConVIRT on synthetic pairs (the paper, second hand)', 0.5607],
  ['GLoRIA on synthetic pairs (the paper, second hand)', 0.5747],
];

/** The two ways that training goes: with the change maps, and without. */
const ARMS = {
  grounded: recipe => recipe,
  plain: recipe => ({ ...recipe, grounding: { ...recipe.grounding, weight: 0 } }),
};

export default async function transfer(words = []) {
  const { values } = parseArgs({
    args: words,
    options: {
      recipe: { type: 'string', default: 'recipes/reader.yaml' },
      out: { type: 'string', default: 'runs/transfer' },
      pairs: { type: 'string' },
      steps: { type: 'string' },
      seeds: { type: 'string', default: '1' },
      arms: { type: 'string', default: 'grounded,plain' },
      set: { type: 'string', multiple: true, default: [] },
      note: { type: 'string', default: '' },
    },
  });
  const changes = [
    ...(values.pairs === undefined ? [] : [`generate.pairs=${values.pairs}`]),
    ...(values.steps === undefined ? [] : [`pretrain.training.steps=${values.steps}`]),
    ...values.set,
  ];
  const real = await realPictures(values.out);
  const rows = [];
  for (const seed of values.seeds.split(',').map(Number)) {
    const recipe = await readRecipe(values.recipe, [
      ...changes,
      `generate.seed=${seed}`,
      `pretrain.training.seed=${seed}`,
    ]);
    const pairs = join(values.out, `pairs-${seed}`);
    const making = watchProgress('pairs', 'pairs');
    await generate({ recipe: recipe.generate, out: pairs, onProgress: making.update }).finally(making.stop);
    for (const arm of values.arms.split(',')) {
      const row = await train({ arm, seed, recipe, pairs, real, out: join(values.out, `${arm}-${seed}`) });
      rows.push(row);
      await mkdir(values.out, { recursive: true });
      await appendFile(
        join(values.out, 'results.jsonl'),
        `${JSON.stringify({ note: values.note, changes, ...row })}\n`,
      );
      printRow(row);
    }
  }
  summarise(rows);
  return { rows };
}

/** Trains one model and reads the held-out pairs and the real pictures with it. */
async function train({ arm, seed, recipe, pairs, real, out }) {
  const started = performance.now();
  const settings = ARMS[arm](recipe.pretrain);
  const progress = watchProgress(`training ${arm}, seed ${seed}`, 'steps');
  const { model } = await pretrain({
    recipe: settings,
    data: [pairs],
    out,
    resume: existsSync(out),
    onProgress: ({ step, steps, loss }) => progress.update(step, steps, `loss ${loss.toFixed(3)}`),
  }).finally(progress.stop);
  const read = data =>
    evaluateZeroShot({
      ...recipe.evaluate,
      model,
      data,
      out: join(out, `${data === real ? 'real' : 'simulated'}.json`),
    });
  const simulated = await read(pairs);
  const onReal = await read(real);
  return {
    arm,
    seed,
    pairs: recipe.generate.pairs,
    steps: settings.training.steps,
    seconds: (performance.now() - started) / 1000,
    simulated: head(simulated),
    real: head(onReal),
  };
}

function head({ n, meanAuc, low, high, classes, views }) {
  const short = group =>
    Object.fromEntries(
      Object.entries(group).map(([name, { auc, meanAuc, low, high }]) => [
        name,
        { auc: auc ?? meanAuc, low, high },
      ]),
    );
  return { n, meanAuc, low, high, classes: short(classes), views: short(views) };
}

async function realPictures(out) {
  const folder = join(out, 'nih');
  await importTable({
    table: join(shared, 'index.csv'),
    images: join(shared, 'images'),
    columns: {
      image: 'file',
      labels: 'finding_labels',
      patient: 'patient_id',
      view: 'view',
      age: 'age',
      sex: 'sex',
      boxes: 'boxes',
    },
    split: 'test',
    out: folder,
  });
  return folder;
}

/** A recipe file with `part.key=value` changes, values as YAML. */
async function readRecipe(path, changes) {
  const recipe = parse(await readFile(path, 'utf8'));
  for (const change of changes) {
    const at = change.indexOf('=');
    const keys = change.slice(0, at).split('.');
    const last = keys.pop();
    let place = recipe;
    for (const key of keys) place = place[key] ??= {};
    place[last] = parse(change.slice(at + 1));
  }
  return SingleModelRecipe.parse(recipe);
}

function printRow({ arm, seed, pairs, steps, seconds, simulated, real }) {
  console.log(`\n${arm}, seed ${seed}: ${pairs} pairs, ${steps} steps, ${duration(seconds)}`);
  console.log(
    `  real ${figure(real.meanAuc)} [${figure(real.low)}, ${figure(real.high)}]  ` +
      Object.entries(real.views)
        .map(([view, { auc }]) => `${view} ${figure(auc)}`)
        .join('  ') +
      `  simulated ${figure(simulated.meanAuc)}`,
  );
  for (const [name, { auc, low, high }] of Object.entries(real.classes)) {
    const mark = low > 0.5 ? '+' : high < 0.5 ? '-' : ' ';
    console.log(
      `  ${mark} ${name.padEnd(20)} ${figure(auc)} [${figure(low)}, ${figure(high)}]  simulated ${figure(simulated.classes[name]?.auc)}`,
    );
  }
  const above = Object.values(real.classes).filter(({ low }) => low > 0.5).length;
  console.log(`  ${above} of ${Object.keys(real.classes).length} intervals lie above 0.5`);
}

function summarise(rows) {
  console.log('\nmean AUC on real pictures, over seeds');
  for (const arm of new Set(rows.map(row => row.arm))) {
    const means = rows.filter(row => row.arm === arm).map(row => row.real.meanAuc);
    const mean = means.reduce((sum, value) => sum + value, 0) / means.length;
    console.log(`  ${arm.padEnd(54)} ${figure(mean)}  (${means.map(figure).join(', ')})`);
  }
  console.log('beside it, on the official test set');
  for (const [name, auc] of BESIDE) console.log(`  ${name.padEnd(54)} ${figure(auc)}`);
}

function figure(value) {
  return value === undefined ? '  – ' : value.toFixed(3).replace(/^0/, '');
}
