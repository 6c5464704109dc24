// Counts behind the simulated hospital, from the public tables in SYNRAY_TEST_DATA (default ../shared/data):
//   node bench/hospital/tables.mjs      (dist/ must be built)
// writes src/jobs/hospital/tables/nih-label-sets.txt and prints the figures that the hospitals' YAML files cite.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { NIH_LABELS } from '../../dist/data/index.js';

const data = process.env.SYNRAY_TEST_DATA ?? new URL('../../../shared/data', import.meta.url).pathname;
const labels = NIH_LABELS;
const bands = [0, 20, 35, 50, 65, 80];

const unpacked = name => gunzipSync(readFileSync(join(data, 'label-tables', name))).toString();
const lines = name => unpacked(name).split(/\r?\n/).slice(1).filter(Boolean);
const maskOf = sets =>
  sets.split('|').reduce((mask, name) => {
    const place = labels.indexOf(name);
    return place < 0 ? mask : mask | (1 << place);
  }, 0);
const bump = (map, key, by = 1) => map.set(key, (map.get(key) ?? 0) + by);
const share = (part, whole) => Number((part / whole).toFixed(4));

const rows = lines('Data_Entry_2017_v2020.csv.gz').map(line => {
  const [file, sets, follow, patient, age, sex, view] = line.split(',');
  return { file, mask: maskOf(sets), follow: Number(follow), patient, age: Number(age), sex, view };
});

const strata = new Map();
const ages = new Map();
for (const { mask, age, sex, view } of rows) {
  const band = bands.findLast(from => age >= from);
  const key = `${band} ${sex}`;
  if (!strata.has(key)) strata.set(key, new Map());
  bump(strata.get(key), `${view === 'PA' ? 'p' : 'a'}${mask.toString(36)}`);
  // Ages of 400 and the like are faults of the table.
  if (age <= 95) bump(ages, Math.floor(age / 5) * 5);
}
const order = (one, other) => one[0] - other[0] || (one[0] < other[0] ? -1 : 1);
const body = [...strata]
  .sort(
    (one, other) =>
      Number.parseInt(one[0], 10) - Number.parseInt(other[0], 10) || (one[0] < other[0] ? -1 : 1),
  )
  .map(([key, sets]) => {
    const found = [...sets].sort((one, other) => other[1] - one[1] || (one[0] < other[0] ? -1 : 1));
    return `${key} ${found.map(([set, count]) => `${set}:${count}`).join(' ')}`;
  });
writeFileSync(
  new URL('../../src/jobs/hospital/tables/nih-label-sets.txt', import.meta.url),
  [
    `# Pictures of NIH ChestX-ray14 (Wang et al., CVPR 2017; Data_Entry_2017_v2020, ${rows.length} rows at hand) by first`,
    '# year of the age band, sex, view (p PA, a AP) and label set: bits of the labels below in base 36, then the count.',
    '# Made by bench/hospital/tables.mjs. Counts only; no row of the table is in it.',
    labels.join(' '),
    ...body,
    '',
  ].join('\n'),
);

const patients = new Map();
for (const row of rows) patients.set(row.patient, [...(patients.get(row.patient) ?? []), row]);
const studies = new Map();
let pairs = 0;
let sameView = 0;
const kept = new Float64Array(labels.length);
const before = new Float64Array(labels.length);
const prevalence = labels.map((_, place) =>
  share(rows.filter(({ mask }) => (mask >> place) & 1).length, rows.length),
);
for (const own of patients.values()) {
  bump(studies, Math.min(own.length, 21));
  own.sort((one, other) => one.follow - other.follow);
  for (let at = 1; at < own.length; at++) {
    pairs++;
    if (own[at].view === own[at - 1].view) sameView++;
    labels.forEach((_, place) => {
      if (((own[at - 1].mask >> place) & 1) === 0) return;
      before[place]++;
      kept[place] += (own[at].mask >> place) & 1;
    });
  }
}
const pa = share(rows.filter(({ view }) => view === 'PA').length, rows.length);
console.log(
  'rows',
  rows.length,
  'patients',
  patients.size,
  'PA',
  pa,
  'women',
  share(rows.filter(({ sex }) => sex === 'F').length, rows.length),
);
console.log('no finding of the 14', share(rows.filter(({ mask }) => mask === 0).length, rows.length));
console.log(
  'pictures a patient',
  [...studies]
    .sort(order)
    .map(([count, n]) => `${count}: ${n}`)
    .join(', '),
);
console.log(
  'ages',
  [...ages]
    .sort(order)
    .map(([from, n]) => `${from}: ${n}`)
    .join(', '),
);
console.log(
  'view again',
  share(sameView, pairs),
  'correlation',
  share(sameView / pairs - (pa * pa + (1 - pa) ** 2), 1 - (pa * pa + (1 - pa) ** 2)),
);
labels.forEach((name, place) => {
  const again = kept[place] / before[place];
  console.log(
    name,
    'prevalence',
    prevalence[place],
    'again in the next picture',
    share(again, 1),
    'correlation',
    share(again - prevalence[place], 1 - prevalence[place]),
  );
});

// Radiologists' reading (Majkowska et al., Radiology 2020) against the labels mined from reports: what reports leave out.
const byFile = new Map(rows.map(row => [row.file, row]));
const panel = { pneumothorax: [0, 0], 'airspace opacity': [0, 0], 'nodule or mass': [0, 0] };
const bit = name => 1 << labels.indexOf(name);
const airspace = [
  'Atelectasis',
  'Infiltration',
  'Pneumonia',
  'Consolidation',
  'Edema',
  'Fibrosis',
  'Effusion',
].reduce((mask, name) => mask | bit(name), 0);
for (const line of lines('google2019_nih-chest-xray-labels.csv.gz')) {
  const cells = line.split(',');
  const row = byFile.get(cells[0]);
  if (row === undefined) continue;
  [
    ['pneumothorax', cells[12], bit('Pneumothorax')],
    ['airspace opacity', cells[13], airspace],
    ['nodule or mass', cells[14], bit('Nodule') | bit('Mass')],
  ].forEach(([name, there, mask]) => {
    if (there !== 'YES') return;
    panel[name][0]++;
    if ((row.mask & mask) === 0) panel[name][1]++;
  });
}
for (const [name, [there, missed]] of Object.entries(panel))
  console.log('panel', name, there, 'not in the mined labels', share(missed, there));

// ChestX-Det (Liu et al., 2020, arXiv 2006.10550): on which side and how far down findings lie.
for (const name of ['train', 'test']) {
  const found = JSON.parse(unpacked(`ChestX_Det_${name}.json.gz`));
  const sides = new Map();
  for (const { syms, boxes } of found) {
    const own = new Map();
    syms.forEach((sym, at) => {
      const [x0, , x1] = boxes[at];
      const side = (x0 + x1) / 2 < 512 ? 'right' : 'left';
      own.set(sym, own.has(sym) && own.get(sym) !== side ? 'bilateral' : side);
    });
    for (const [sym, side] of own) bump(sides, `${sym} ${side}`);
  }
  console.log(
    'ChestX-Det',
    name,
    found.length,
    [...sides]
      .sort()
      .map(([key, count]) => `${key} ${count}`)
      .join(', '),
  );
}

// Open-i (Demner-Fushman et al., JAMIA 2016): sections, lengths, mentions of earlier pictures, degrees and places as coded by hand.
const folder = mkdtempSync(join(tmpdir(), 'openi-'));
execFileSync('tar', ['xzf', join(data, 'openi-reports', 'NLMCXR_reports.tgz'), '-C', folder]);
const files = readdirSync(folder, { recursive: true }).filter(name => name.endsWith('.xml'));
const tally = new Map();
const coded = new Map();
for (const file of files) {
  const text = readFileSync(join(folder, file), 'utf8');
  const section = name =>
    (new RegExp(`<AbstractText Label="${name}">([^]*?)</AbstractText>`).exec(text)?.[1] ?? '').trim();
  const [findings, impression, comparison] = ['FINDINGS', 'IMPRESSION', 'COMPARISON'].map(section);
  const majors = [...text.matchAll(/<major>(.*?)<\/major>/g)].map(match => match[1].toLowerCase());
  const normal = majors.includes('normal');
  bump(tally, 'reports');
  if (findings === '') bump(tally, 'without findings');
  if (impression === '') bump(tally, 'without impression');
  if (normal) bump(tally, 'normal');
  if (normal && `${findings} ${impression}`.split(/\s+/).length <= 15)
    bump(tally, 'normal in 15 words or fewer');
  const compared = comparison !== '' && !/^(none|no\b|not)/i.test(comparison);
  if (compared) bump(tally, 'with an earlier picture');
  const said =
    /\b(unchanged|stable|compar\w+|prior|previous\w*|interval|again|persistent|improv\w+|worsen\w+|new)\b/i.test(
      `${findings} ${impression}`,
    );
  if (said) bump(tally, 'says something of an earlier picture');
  if (said && compared) bump(tally, 'says it and has one');
  for (const major of majors)
    for (const word of major.split('/').slice(1)) {
      const known = word.trim();
      if (
        [
          'mild',
          'moderate',
          'severe',
          'small',
          'large',
          'borderline',
          'right',
          'left',
          'bilateral',
          'focal',
          'patchy',
          'multiple',
          'scattered',
          'diffuse',
          'base',
          'apex',
          'upper lobe',
          'middle lobe',
          'lower lobe',
          'lingula',
          'hilum',
          'retrocardiac',
          'costophrenic angle',
        ].includes(known)
      )
        bump(coded, known);
    }
}
rmSync(folder, { recursive: true });
console.log('Open-i', Object.fromEntries(tally), Object.fromEntries(coded));
