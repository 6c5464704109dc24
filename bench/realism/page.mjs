// The page of `npm run bench realism`: mean pictures, their difference, spread, and what tells the two apart.
import { writeFile } from 'node:fs/promises';
import sharp from 'sharp';
import { SIDE } from './statistics.mjs';

/** Writes a self-contained page; each section holds real and simulated pictures, their measures and the test. */
export async function writePage(path, sections) {
  const parts = [];
  for (const section of sections) parts.push(await partOf(section));
  await writeFile(
    path,
    `<!doctype html><meta charset="utf-8"><title>Simulated and real chest X-rays</title>
<style>body{font:14px sans-serif;margin:2em;max-width:1100px}figure{display:inline-block;margin:4px}
figcaption{font-size:12px}table{border-collapse:collapse}td,th{padding:2px 8px;text-align:left}</style>
<h1>Simulated and real normal chest X-rays</h1>
<p>AUC is that of a classifier which tells simulated from real pictures, cross-validated: 0.5 means that it cannot.</p>
${parts.join('\n')}`,
  );
}

async function partOf({ name, real, simulated, one, other, test }) {
  const spread = (pictures, mean) => {
    const sums = new Float64Array(SIDE * SIDE);
    for (const pixels of pictures)
      for (let at = 0; at < sums.length; at++)
        sums[at] += (pixels[at] / 255 - mean[at]) ** 2 / pictures.length;
    return sums.map(Math.sqrt);
  };
  const figures = [
    ['mean, real', one.average],
    ['mean, simulated', other.average],
    ['simulated less real (grey: equal)', other.average.map((value, at) => 0.5 + value - one.average[at])],
    ['spread, real (× 2.5)', spread(real, one.average).map(value => 2.5 * value)],
    ['spread, simulated (× 2.5)', spread(simulated, other.average).map(value => 2.5 * value)],
    ['what tells: separation of each cell’s grey (white: 1)', cells(test)],
  ];
  const drawn = [];
  for (const [caption, values] of figures)
    drawn.push(`<figure><img src="${await picture(values)}"><figcaption>${caption}</figcaption></figure>`);
  const groups = Object.entries(test.byGroup)
    .map(([group, { auc, accuracy }]) => `<tr><td>${group}<td>${auc.toFixed(3)}<td>${accuracy.toFixed(2)}`)
    .join('');
  const tellers = test.single
    .slice(0, 20)
    .map(
      ({ name: teller, auc, real: r, simulated: s }) =>
        `<tr><td>${teller}<td>${auc.toFixed(2)}<td>${r.toFixed(2)}<td>${s.toFixed(2)}<td>${bar(auc)}`,
    )
    .join('');
  return `<h2>${name}: ${real.length} real, ${simulated.length} simulated</h2>${drawn.join('')}
<table><tr><th>statistics<th>AUC<th>accuracy${groups}</table>
<table><tr><th>top tellers<th>AUC<th>real<th>simulated<th>lower in simulated | higher${tellers}</table>`;
}

function cells({ single }) {
  const values = new Float64Array(SIDE * SIDE);
  for (const { name, auc } of single) {
    const place = /^grey of cell (\d),(\d)$/.exec(name);
    if (place === null) continue;
    const step = SIDE / 8;
    for (let row = 0; row < step; row++)
      for (let column = 0; column < step; column++)
        values[((place[1] - 1) * step + row) * SIDE + (place[2] - 1) * step + column] =
          2 * Math.abs(auc - 0.5);
  }
  return values;
}

function bar(auc) {
  const long = Math.abs(auc - 0.5) * 160;
  const left = auc < 0.5 ? 80 - long : 80;
  return `<svg width="160" height="10"><rect x="${left}" width="${long}" height="10" fill="#a33"/><rect x="80" width="1" height="10"/></svg>`;
}

async function picture(values) {
  const pixels = Uint8Array.from(values, value => Math.max(0, Math.min(255, Math.round(255 * value))));
  const png = await sharp(pixels, { raw: { width: SIDE, height: SIDE, channels: 1 } })
    .png()
    .toBuffer();
  return `data:image/png;base64,${png.toString('base64')}`;
}
