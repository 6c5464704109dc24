// Measures the figures of src/curation/pixels/frontal-figures.ts and prints the file:
//   node bench/curation-frontal.mjs > src/curation/pixels/frontal-figures.ts
// They are the mean and the widest directions of 192 numbers a picture (frontal-features.ts), over every other picture
// of the NIH, Hannover and COVID frontal sets in ../shared/data and over pictures of the simulator. No picture can be
// made from them. The pictures in between are never looked at here: they are for measuring what the check is worth.
// The threshold is the 99 % point of pictures that were left out of the fit in turn (ten-fold), printed on stderr.
import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { frontalFeatures } from '../dist/curation/pixels/frontal-features.js';
import { distanceFrom } from '../dist/curation/pixels/frontal-model.js';
import { decodeGrey, openDataset } from '../dist/data/index.js';

const DIRECTIONS = 16;
const FOLDS = 10;
const data = resolve(process.env.SYNRAY_TEST_DATA ?? '../shared/data');

const real = { seen: [], test: [] };
for (const folder of ['nih-cxr14/images', 'hannover/images', 'covid-chestxray/images']) {
  const names = (await readdir(join(data, folder))).filter(name => /\.(jpg|png)$/.test(name)).sort();
  for (const [index, name] of names.entries()) {
    const bytes = await readFile(join(data, folder, name));
    real[index % 2 === 0 ? 'seen' : 'test'].push(await featuresOf(bytes, name));
  }
}
const simulated = [];
for (const folder of process.argv.slice(2)) {
  for await (const sample of (await openDataset(folder)).samples()) {
    simulated.push(await featuresOf(sample.image.bytes, sample.id));
  }
}

const leftOut = real.seen.flatMap((_, fold) => {
  if (fold >= FOLDS) return [];
  const model = measure([...real.seen.filter((__, index) => index % FOLDS !== fold), ...simulated]);
  return real.seen
    .filter((__, index) => index % FOLDS === fold)
    .map(features => distanceFrom(model, features));
});
const model = measure([...real.seen, ...simulated]);
const threshold = quantile(leftOut, 0.99);
console.error(`measured on ${real.seen.length} real and ${simulated.length} simulated pictures`);
console.error(
  `left out in turn: median ${quantile(leftOut, 0.5)}, 98 % ${quantile(leftOut, 0.98)}, 99 % ${threshold}`,
);
for (const [name, set] of [
  ['other half', real.test],
  ['simulated', simulated],
]) {
  const distances = set.map(features => distanceFrom(model, features));
  const above = distances.filter(distance => distance > threshold).length;
  console.error(
    `${name}: ${above} of ${set.length} above the 99 % point, median ${quantile(distances, 0.5)}`,
  );
}

const whole = (values, scale) => `[${Array.from(values, value => Math.round(value * scale)).join(', ')}]`;
console.log(`/**
 * What frontal chest X-rays have in common, in the features of \`frontal-features.ts\`: mean and directions in
 * thousandths, variances in millionths. Measured by \`bench/curation-frontal.mjs\` from ${real.seen.length} pictures of NIH ChestX-ray14
 * (https://nihcc.app.box.com/v/ChestXray-NIHCC), of the Hannover and of the covid-chestxray collections
 * (https://github.com/ml-workgroup/covid-19-image-repository, https://github.com/ieee8023/covid-chestxray-dataset)
 * and from ${simulated.length} of the simulator.
 */
export const figures = {
  mean: ${whole(model.mean, 1000)},
  variances: ${whole(model.variances, 1e6)},
  rest: ${Math.round(model.rest * 1e6)},
  directions: [
${model.directions.map(direction => `    ${whole(direction, 1000)},`).join('\n')}
  ],
};`);

async function featuresOf(bytes, source) {
  const { pixels, width, height } = await decodeGrey(bytes, { source });
  return frontalFeatures(pixels, width, height);
}

/** Mean, covariance and its widest directions by orthogonal iteration. */
function measure(rows) {
  const size = rows[0].length;
  const mean = new Float64Array(size);
  for (const row of rows) for (let i = 0; i < size; i++) mean[i] += row[i] / rows.length;
  const covariance = Array.from({ length: size }, () => new Float64Array(size));
  for (const row of rows) {
    for (let i = 0; i < size; i++) {
      for (let j = 0; j < size; j++) {
        covariance[i][j] += ((row[i] - mean[i]) * (row[j] - mean[j])) / rows.length;
      }
    }
  }
  const dot = (a, b) => a.reduce((sum, value, index) => sum + value * b[index], 0);
  const times = vector => Float64Array.from(covariance, row => dot(row, vector));
  let directions = Array.from({ length: DIRECTIONS }, (_, place) =>
    Float64Array.from({ length: size }, (__, index) => Math.sin((place + 1) * (index + 1))),
  );
  for (let round = 0; round < 60; round++) {
    const next = [];
    for (const direction of directions.map(times)) {
      for (const other of next) {
        const along = dot(direction, other);
        for (let index = 0; index < size; index++) direction[index] -= along * other[index];
      }
      const length = Math.sqrt(dot(direction, direction));
      next.push(direction.map(value => value / length));
    }
    directions = next;
  }
  const variances = directions.map(direction => dot(direction, times(direction)));
  const total = covariance.reduce((sum, row, index) => sum + row[index], 0);
  const rest = (total - variances.reduce((sum, value) => sum + value, 0)) / (size - DIRECTIONS);
  return { mean, directions, variances, rest };
}

function quantile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  return Number(sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))].toFixed(3));
}
