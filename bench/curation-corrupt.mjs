// What corrupt files among good ones cost: a data set of good pictures (NIH pictures that pass, each a little brighter
// or darker than the last time) with corrupt files strewn in. Only those may be lost, each with its reason.
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import sharp from 'sharp';
import { Random } from '../dist/base/index.js';
import {
  checkGroups,
  checks,
  curate,
  curateDataset,
  readRejections,
  refusals,
} from '../dist/curation/index.js';
import { DatasetWriter, decodeGrey } from '../dist/data/index.js';

const SIDE = 160;
const ONE_IN = 100;

const corruptions = {
  empty: () => new Uint8Array(0),
  cut: (bytes, random) => bytes.slice(0, 20 + random.integer(bytes.length - 40)),
  random: (_, random) => Uint8Array.from({ length: 4000 }, () => random.integer(256)),
  page: () => Buffer.from('<html><body>404 Not Found</body></html>'),
  'wrong sum': (bytes, random) => {
    const changed = bytes.slice();
    changed[60 + random.integer(bytes.length - 120)] ^= 0x55;
    return changed;
  },
  'huge head': bytes => {
    const changed = bytes.slice();
    changed.set([0x7f, 0xff, 0xff, 0xff], 16);
    return changed;
  },
};

export async function benchCorrupt(count) {
  const folder = join(resolve(process.env.SYNRAY_TEST_DATA ?? '../shared/data'), 'nih-cxr14/images');
  const good = [];
  for (const name of (await readdir(folder)).sort()) {
    if (good.length >= 100 || !/\.(jpg|png)$/.test(name)) continue;
    const picture = await decodeGrey(await readFile(join(folder, name)), { source: name, size: SIDE });
    if ((await passes(picture, 0.8)) && (await passes(picture, 1.02))) good.push(picture);
  }
  const home = await mkdtemp(join(tmpdir(), 'synray-bench-'));
  try {
    const writer = await DatasetWriter.create(join(home, 'in'), 'c'.repeat(64));
    const expected = [];
    for (let index = 0; index < count; index++) {
      const random = Random.of('corrupt', index);
      const id = `sample-${String(index).padStart(6, '0')}`;
      const factor = 0.8 + 0.2 * (index / count);
      let bytes = await encoded(good[index % good.length], factor);
      if (index % ONE_IN === 7) {
        const kinds = Object.keys(corruptions);
        const kind = kinds[Math.floor(index / ONE_IN) % kinds.length];
        bytes = corruptions[kind](bytes, random);
        expected.push(id);
      }
      await writer.add('train', sampleOf(id, bytes));
    }
    const provenance = { producer: 'bench', version: '0', description: 'Bench.' };
    await writer.finish({ name: 'bench', provenance, settings: {} });
    const started = performance.now();
    const result = await curateDataset(join(home, 'in'), join(home, 'out'), { checks: ['pixels'] });
    const rejections = await readRejections(join(home, 'out'));
    const lost = rejections.map(({ id }) => id);
    const seconds = (performance.now() - started) / 1000;
    const outcome = {
      files: count,
      corrupt: expected.length,
      refused: result.rejected,
      exactlyThose: JSON.stringify(lost) === JSON.stringify(expected),
      withReason: rejections.filter(({ reasons }) => reasons.every(reason => reason.length > 10)).length,
      reasons: result.reasons,
      secondsOfCurate: Math.round(seconds),
      residentMegabytes: Math.round(process.memoryUsage().rss / 2 ** 20),
    };
    console.log(JSON.stringify(outcome));
    return outcome;
  } finally {
    await rm(home, { recursive: true });
  }
}

async function passes(picture, factor) {
  const pixels = picture.pixels.map(value => value * factor);
  const input = { id: 'x', findings: '', impression: '', mentions: [], ...picture, pixels };
  const [verdicts] = await curate(
    [input],
    checkGroups.pixels.map(name => checks.get(name)),
  );
  return refusals(verdicts).length === 0;
}

async function encoded({ pixels, width, height }, factor) {
  const raw = { width, height, channels: 1 };
  return new Uint8Array(
    await sharp(
      pixels.map(value => value * factor),
      { raw },
    )
      .png({ compressionLevel: 1 })
      .toBuffer(),
  );
}

function sampleOf(id, bytes) {
  return {
    ...{ id, image: { bytes, path: `${id}.png` }, findings: '', impression: '', labels: [], patient: id },
    ...{ view: null, sex: null, age: null, mentions: [], regions: [], verdicts: [], source: 'bench' },
  };
}
