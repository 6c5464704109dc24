// How many real pictures curation refuses, and how many bad ones: `npm run bench curation`.
// Real: NIH, Hannover and COVID frontals (../shared/data); of each set "seen" is the half that the figures and the
// threshold of the frontal check come from, "unseen" the other. Bad: made by curation-pictures.mjs from unseen NIH
// pictures and from nothing, and the 8 real laterals and CT slices. `npm run bench curation -- duplicates [millions]`
// and `-- corrupt [files]` measure the index of hashes, and what corrupt files among good ones cost.
import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { checkGroups, checks, curate, refusals } from '../dist/curation/index.js';
import { decodeGrey } from '../dist/data/index.js';
import { benchCorrupt } from './curation-corrupt.mjs';
import { benchDuplicates } from './curation-duplicates.mjs';
import * as make from './curation-pictures.mjs';

const data = resolve(process.env.SYNRAY_TEST_DATA ?? '../shared/data');

export default async function curation([part, amount] = []) {
  if (part === 'duplicates') return benchDuplicates(Number(amount ?? 1));
  if (part === 'corrupt') return benchCorrupt(Number(amount ?? 10_000));
  const nih = await pictures(join(data, 'nih-cxr14/images'));
  const hannover = await pictures(join(data, 'hannover/images'));
  const covid = await pictures(join(data, 'covid-chestxray/images'));
  const half = (set, which) => set.filter((_, index) => index % 2 === which);
  const some = nih.filter((_, index) => index % 8 === 1);
  const good = {
    'NIH seen': half(nih, 0),
    'NIH unseen': half(nih, 1),
    'Hannover seen': half(hannover, 0),
    'Hannover unseen': half(hannover, 1),
    'COVID seen': half(covid, 0),
    'COVID unseen': half(covid, 1),
  };
  const bad = {
    'lateral and CT (real)': () => pictures(join(data, 'covid-chestxray/nonfrontal')),
    blank: () =>
      make.generated(
        100,
        'blank',
        (random, level = random.integer(256)) =>
          () =>
            level,
      ),
    'faint gradient': () =>
      make.generated(100, 'gradient', random => {
        const [a, b, c] = [random.uniform(-0.05, 0.05), random.uniform(-0.05, 0.05), random.uniform(40, 215)];
        return (x, y) => c + a * x + b * y + random.normal(0, 2);
      }),
    noise: () => make.generated(100, 'noise', random => () => random.integer(256)),
    'noise over a picture': () =>
      some.map(picture =>
        make.mapped(picture, (value, at) => 0.3 * value + 0.7 * ((at * 2_654_435_761) >>> 24)),
      ),
    inverted: () => half(nih, 1).map(picture => make.mapped(picture, value => 255 - value)),
    'natural textures': () => make.naturalTextures(120),
    'half-loaded': () => make.halfLoaded(some),
    overexposed: () => some.map(picture => make.mapped(picture, value => 3 * value)),
    underexposed: () => some.map(picture => make.mapped(picture, value => 0.2 * (value - 128))),
    blurred: () => make.blurred(some, 6),
    'on its side': () => make.turned(some),
    'upside down': () => some.map(picture => ({ ...picture, pixels: picture.pixels.slice().reverse() })),
    strips: () =>
      some.map(({ pixels, width }) => ({ pixels: pixels.subarray(0, width * 100), width, height: 100 })),
    'screen, slanting': () => make.screenPhotographs(some, { slant: true, grid: false }),
    'screen, with its grid': () => make.screenPhotographs(some, { slant: false, grid: true }),
    'screen, both': () => make.screenPhotographs(some, { slant: true, grid: true }),
  };
  const result = { rejectedOfGood: {}, rejectedOfBad: {} };
  for (const [name, set] of Object.entries(good)) result.rejectedOfGood[name] = await rejected(name, set);
  for (const [name, set] of Object.entries(bad))
    result.rejectedOfBad[name] = await rejected(name, await set());
  console.log(JSON.stringify(result));
}

async function rejected(name, set) {
  const all = checkGroups.pixels.map(check => checks.get(check));
  const reasons = {};
  let count = 0;
  for (const [index, picture] of set.entries()) {
    const input = { id: `${name}-${index}`, findings: '', impression: '', mentions: [], ...picture };
    const [verdicts] = await curate([input], all);
    if (refusals(verdicts).length > 0) count++;
    for (const { passed, check } of verdicts) if (!passed) reasons[check] = (reasons[check] ?? 0) + 1;
  }
  const share = ((100 * count) / set.length).toFixed(1);
  console.error(
    `${name.padEnd(24)} ${String(count).padStart(4)} of ${set.length} rejected, ${share} %  ${JSON.stringify(reasons)}`,
  );
  return { share: count / set.length, rejected: count, of: set.length, reasons };
}

async function pictures(folder) {
  const names = (await readdir(folder)).filter(name => /\.(jpg|png)$/.test(name)).sort();
  return Promise.all(
    names.map(async name => decodeGrey(await readFile(join(folder, name)), { source: name })),
  );
}
