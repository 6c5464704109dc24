// How many real pictures curation refuses, and how many bad ones: `npm run bench curation`.
// Real: NIH and Hannover (../shared/data). Bad: made here from the NIH pictures and from nothing.
import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import sharp from 'sharp';
import { Random } from '../dist/base/index.js';
import { checks, curate, refusals } from '../dist/curation/index.js';
import { decodeGrey } from '../dist/data/index.js';

const data = resolve(process.env.SYNRAY_TEST_DATA ?? '../shared/data');
const SIDE = 320;

export default async function curation() {
  const nih = await pictures(join(data, 'nih-cxr14/images'));
  const some = nih.filter((_, index) => index % 4 === 0);
  const good = {
    nih,
    hannover: await pictures(join(data, 'hannover/images')),
    'covid frontal': await pictures(join(data, 'covid-chestxray/images')),
  };
  const bad = {
    blank: generated(
      100,
      (random, level = random.integer(256)) =>
        () =>
          level,
    ),
    'faint gradient': generated(100, random => {
      const [a, b, c] = [random.uniform(-0.05, 0.05), random.uniform(-0.05, 0.05), random.uniform(40, 215)];
      return (x, y) => c + a * x + b * y + random.normal(0, 2);
    }),
    noise: generated(100, random => () => random.integer(256)),
    'noise over a picture': some.map((picture, index) => {
      const random = Random.of('noise over', index);
      return mapped(picture, value => 0.3 * value + 0.7 * random.integer(256));
    }),
    'soft blobs': await Promise.all(
      generated(100, random => () => random.integer(256)).map(async ({ pixels, width, height }) => {
        const raw = { width, height, channels: 1 };
        const { data: soft } = await sharp(pixels, { raw })
          .blur(12)
          .normalise()
          .extractChannel(0)
          .raw()
          .toBuffer({ resolveWithObject: true });
        return { pixels: new Uint8Array(soft), width, height };
      }),
    ),
    inverted: nih.map(picture => mapped(picture, value => 255 - value)),
    overexposed: some.map(picture => mapped(picture, value => 3 * value)),
    underexposed: some.map(picture => mapped(picture, value => 0.2 * (value - 128))),
    blurred: await blurred(some),
    'half-loaded': some.map(({ pixels, width, height }) => ({
      pixels: pixels.map((value, index) => (index < pixels.length / 2 ? value : 128)),
      width,
      height,
    })),
    'upside down': some.map(({ pixels, width, height }) => ({
      pixels: pixels.slice().reverse(),
      width,
      height,
    })),
    strips: some.map(({ pixels, width }) => ({
      pixels: pixels.subarray(0, width * 100),
      width,
      height: 100,
    })),
    'lateral and CT (8 real)': await pictures(join(data, 'covid-chestxray/nonfrontal')),
  };
  const result = { rejectedOfGood: {}, rejectedOfBad: {} };
  for (const [name, set] of Object.entries(good))
    result.rejectedOfGood[name] = await rejected(name, set, true);
  for (const [name, set] of Object.entries(bad))
    result.rejectedOfBad[name] = await rejected(name, set, false);
  return result;
}

async function rejected(name, set, showReasons) {
  const inputs = set.map((picture, index) => ({
    id: `${name}-${index}`,
    findings: '',
    impression: '',
    mentions: [],
    ...picture,
  }));
  const verdicts = await curate(
    inputs,
    checks.entries().map(([, check]) => check),
  );
  const reasons = {};
  let count = 0;
  for (const list of verdicts) {
    if (refusals(list).length > 0) count++;
    for (const verdict of list)
      if (!verdict.passed) reasons[verdict.check] = (reasons[verdict.check] ?? 0) + 1;
  }
  const share = ((100 * count) / set.length).toFixed(1);
  console.error(
    `${name.padEnd(26)} ${String(count).padStart(4)} of ${set.length} rejected, ${share} %  ${JSON.stringify(reasons)}`,
  );
  return showReasons
    ? { share: count / set.length, of: set.length, reasons }
    : { share: count / set.length, of: set.length };
}

async function pictures(folder) {
  const names = (await readdir(folder)).filter(name => /\.(jpg|png)$/.test(name)).sort();
  return Promise.all(
    names.map(async name => decodeGrey(await readFile(join(folder, name)), { source: name })),
  );
}

function generated(count, maker) {
  return Array.from({ length: count }, (_, index) => {
    const value = maker(Random.of('curation bench', index));
    const pixels = new Uint8ClampedArray(SIDE * SIDE);
    for (let at = 0; at < pixels.length; at++) pixels[at] = value(at % SIDE, Math.floor(at / SIDE));
    return { pixels: new Uint8Array(pixels.buffer), width: SIDE, height: SIDE };
  });
}

function mapped({ pixels, width, height }, change) {
  return { pixels: new Uint8Array(Uint8ClampedArray.from(pixels, change).buffer), width, height };
}

function blurred(set) {
  return Promise.all(
    set.map(async ({ pixels, width, height }) => {
      const raw = { width, height, channels: 1 };
      const soft = await sharp(pixels, { raw }).blur(6).extractChannel(0).raw().toBuffer();
      return { pixels: new Uint8Array(soft), width, height };
    }),
  );
}
