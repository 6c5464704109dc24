// How near simulated normal pictures come to real ones: `npm run bench realism [-- N [PAGE.html]]`.
// Real: the normals of NIH ChestX-ray14 (PA and AP apart), the intensive care pictures of Hannover and the COVID set, all in
// ../shared/data. Simulated: N (default 160) normals. Prints grey, gradient and power statistics, anatomy ratios, and a
// two-sample test: what a small classifier tells the two apart by. The page (default: the temporary folder, never the
// repository, for it holds means of real pictures) shows mean pictures, differences and the reasons.
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import sharp from 'sharp';
import { Random } from '../dist/base/index.js';
import { paintOne } from '../dist/images/index.js';
import { anatomyRatios } from '../dist/images/painters/simulator/anatomy.js';
import { drawPatient } from '../dist/images/painters/simulator/patient.js';
import { featuresOf } from './realism/features.mjs';
import { writePage } from './realism/page.mjs';
import { correlation, measure, SIDE, WAVES } from './realism/statistics.mjs';
import { twoSample } from './realism/two-sample.mjs';

const data = resolve(process.env.SYNRAY_TEST_DATA ?? '../shared/data');

export default async function realism(words = []) {
  const count = Number(words[0] ?? 160);
  const page = words[1] ?? join(tmpdir(), 'synray-realism.html');
  const real = {
    PA: await pictures('nih-cxr14', row => row.finding_labels === 'No Finding' && row.view === 'PA'),
    AP: await pictures('nih-cxr14', row => row.finding_labels === 'No Finding' && row.view === 'AP'),
    Hannover: await pictures('hannover', () => true),
    COVID: await pictures('covid-chestxray', row => /^(PA|AP)/.test(row.view ?? '')),
  };
  const simulated = { PA: [], AP: [] };
  const started = performance.now();
  for (let number = 0; number < count; number++) {
    const { pixels, view } = paintOne(normal(number));
    simulated[view === 'PA' ? 'PA' : 'AP'].push(pixels);
  }
  const perSecond = (1000 * count) / (performance.now() - started);
  const result = { painted: count, perSecondAndThread: Number(perSecond.toFixed(1)), anatomy: anatomy() };
  const sections = [];
  for (const [name, own] of Object.entries(real)) {
    if (own.length === 0) continue;
    const view = name === 'PA' ? 'PA' : 'AP';
    const one = measure(own);
    const other = measure(simulated[view]);
    console.log(`${name}: real ${own.length}, simulated ${view} ${simulated[view].length}`);
    for (const key of ['mean', 'deviation', 'gradient', 'p5', 'p50', 'p95'])
      console.log(`  ${key.padEnd(10)} real ${one[key].toFixed(4)}  simulated ${other[key].toFixed(4)}`);
    console.log(`  log10 of the power at ${WAVES.join(', ')} waves across the picture`);
    console.log(`    real      ${one.power.map(value => value.toFixed(2)).join(' ')}`);
    console.log(`    simulated ${other.power.map(value => value.toFixed(2)).join(' ')}`);
    const alike = correlation(one.average, other.average);
    console.log(`  correlation of the mean pictures ${alike.toFixed(3)}`);
    const test = twoSample(
      own.map(pixels => featuresOf(pixels, SIDE)),
      simulated[view].map(pixels => featuresOf(pixels, SIDE)),
    );
    console.log(`  two-sample test, AUC of telling simulated from real (0.5: cannot), accuracy`);
    for (const [group, { auc, accuracy }] of Object.entries(test.byGroup))
      console.log(`    ${group.padEnd(8)} ${auc.toFixed(3)}  ${accuracy.toFixed(2)}`);
    console.log(`    mean of single statistics ${test.meanSeparation.toFixed(3)}; the tellers:`);
    for (const { name: teller, auc, real: r, simulated: s } of test.single.slice(0, 8))
      console.log(`      ${auc.toFixed(2)}  real ${r.toFixed(2)} simulated ${s.toFixed(2)}  ${teller}`);
    result[name] = {
      real: summary(one),
      simulated: summary(other),
      meanPictureCorrelation: alike,
      twoSample: { ...test.byGroup, meanSeparation: test.meanSeparation },
    };
    sections.push({ name, real: own, simulated: simulated[view], one, other, test });
  }
  await writePage(page, sections);
  console.log(`page: ${page}`);
  return result;
}

function normal(number) {
  return {
    id: `realism ${number}`,
    findings: '',
    impression: '',
    mentions: [],
    size: SIDE,
    seed: 0,
    attempt: 0,
  };
}

/** Ratios of 2,000 patients; measured: JSRT cardiothoracic ratio 0.472 (0.055). */
function anatomy() {
  const rows = { PA: [], AP: [] };
  for (let number = 0; number < 2000; number++) {
    const patient = drawPatient(Random.of('realism', number));
    rows[patient.view === 'PA' ? 'PA' : 'AP'].push(anatomyRatios(patient));
  }
  const result = {};
  for (const [view, ratios] of Object.entries(rows)) {
    result[view] = {};
    for (const key of Object.keys(ratios[0])) {
      const values = ratios.map(one => one[key]);
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      const deviation = Math.sqrt(
        values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length,
      );
      result[view][key] = [mean, deviation].map(value => Number(value.toFixed(3)));
    }
    console.log(`anatomy ${view}: ${JSON.stringify(result[view])}`);
  }
  console.log('anatomy measured: cardiothoracic ratio 0.472 (0.055) in JSRT normals (PA)');
  return result;
}

/** The pictures of a set whose row of the index is wanted; none when the set is not there. */
async function pictures(folder, wanted) {
  let text;
  try {
    text = await readFile(join(data, folder, 'index.csv'), 'utf8');
  } catch {
    console.log(`no ${join(data, folder)}: left out`);
    return [];
  }
  // The indices have no quoted commas before the columns that are read here.
  const [head, ...lines] = text.trim().split(/\r?\n/);
  const names = head.split(',');
  const found = [];
  for (const line of lines) {
    const row = Object.fromEntries(line.split(',').map((word, place) => [names[place], word]));
    if (!/^[\w .-]+\.(jpg|jpeg|png)$/i.test(row.file ?? '') || !wanted(row)) continue;
    try {
      found.push(await realPicture(join(data, folder, 'images', row.file)));
    } catch {
      // A quoted text with a line break looks like a row of its own.
    }
  }
  return found;
}

async function realPicture(file) {
  const { data: pixels } = await sharp(file)
    .greyscale()
    .resize(SIDE, SIDE, { fit: 'fill', kernel: 'cubic' })
    .raw()
    .toBuffer({ resolveWithObject: true });
  return new Uint8Array(pixels);
}

function summary({ average, ...rest }) {
  return rest;
}
