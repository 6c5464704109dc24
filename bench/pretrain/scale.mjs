// What a cache of a million samples costs: disk beside its pixels, resident memory, the time to begin an epoch.
//   npm run bench pretrain -- scale [--samples 1000000] [--size 64] [--folder /tmp/synray-scale] [--json]
// The samples are made by repeating: 64 patterns of pixels, reports of four sentences of which one in two is written
// anew for its sample, and up to three change maps. Nothing of it is sparse. The files are removed at the end.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CacheWriter, PixelCache } from '../../dist/pretrain/data/cache-files.js';
import { CHANGE_CELLS, packChangeMap } from '../../dist/pretrain/data/change-map.js';
import { TrainingData } from '../../dist/pretrain/data/training-data.js';
import { PretrainRecipe } from '../../dist/pretrain/recipe.js';
import { scope } from '../../dist/tensor/index.js';
import { optionsIn, printResult, round } from '../peer.mjs';

/** @param {string[]} words */
export default async function bench(words) {
  const { option } = optionsIn(words);
  const samples = Number(option('--samples', 1_000_000));
  const size = Number(option('--size', 64));
  const folder = option('--folder', join(tmpdir(), `synray-scale-${process.pid}`));
  mkdirSync(folder, { recursive: true });
  try {
    const started = performance.now();
    await build(folder, { samples, size });
    const seconds = (performance.now() - started) / 1000;
    const builderMemory = process.resourceUsage().maxRSS / 1024;
    const disk = readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
    // Training reads the cache in a process of its own, so that its memory is its own.
    const child = spawnSync(process.execPath, [fileURLToPath(import.meta.url), folder, String(size)], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const result = {
      samples,
      size,
      diskGigabytes: round3(disk / 1e9),
      diskOverPixels: round3(disk / (samples * size * size)),
      writing: { seconds: round3(seconds), residentMegabytes: Math.round(builderMemory) },
      training: JSON.parse(child.stdout),
    };
    printResult(result, words);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function build(folder, { samples, size }) {
  const patterns = Array.from({ length: 64 }, (_, seed) =>
    Uint8Array.from({ length: size * size }, (_, at) => (at * (seed + 1) * 2654435761) >>> 24),
  );
  const maps = Array.from({ length: 8 }, (_, seed) => {
    const map = new Uint8Array(CHANGE_CELLS * CHANGE_CELLS);
    // Ellipse-like changes of 6 to 13 cells across, as most findings are.
    for (let row = 4; row < 10 + seed; row++)
      map.fill(40 + seed, row * CHANGE_CELLS + 5, row * CHANGE_CELLS + 11 + seed);
    return packChangeMap(map);
  });
  const say = (text, concept, state) => ({ text, claims: [{ concept, state }] });
  const writer = new CacheWriter(folder);
  for (let number = 0; number < samples; number++) {
    const regions = Array.from({ length: number % 4 }, () => ({ concept: 'pleural effusion', side: 'left' }));
    writer.add({
      id: `sample-${String(number).padStart(8, '0')}`,
      sections: {
        findings: [
          say(`There is a small pleural effusion, ${number} of its kind.`, 'pleural effusion', 'present'),
          say('The heart size is normal.', 'normal heart size', 'normal'),
          say(`No pneumothorax is seen on picture ${number}.`, 'pneumothorax', 'absent'),
        ],
        impression: [say(`Small effusion ${number % 1000}.`, 'pleural effusion', 'present')],
      },
      pixels: patterns[number % patterns.length],
      regions,
      changes: regions.map((_, at) => maps[(number + at) % maps.length]),
      twins: [],
      stored: size,
    });
  }
  await writer.finish({ fingerprint: 'scale', size, skipped: { samples: 0, names: [] } });
  writer.close();
}

/** Opens the cache, begins two epochs and takes steps here and there. Prints what it took. */
async function train(folder, size) {
  const started = performance.now();
  const recipe = PretrainRecipe.parse({
    objective: { name: 'convirt' },
    sharedTextPositive: true,
    grounding: { weight: 1 },
    image: { size },
    training: { steps: 1, batch: 64 },
  });
  const data = new TrainingData([{ cache: new PixelCache(folder) }], recipe);
  const step = async number => {
    const assembled = await data.load(number);
    scope(() => data.finish(assembled, [4, 4]).ids.length);
  };
  await step(0);
  const opened = (performance.now() - started) / 1000;
  const epoch = Math.floor(data.count / 64);
  const before = performance.now();
  await step(epoch + 1);
  const epochSeconds = (performance.now() - before) / 1000;
  const steps = 500;
  const walked = performance.now();
  for (let number = 0; number < steps; number++) await step(2 * epoch + number);
  const perSecond = (steps * 64) / ((performance.now() - walked) / 1000);
  await data.close();
  process.stdout.write(
    JSON.stringify({
      secondsToFirstBatch: round3(opened),
      secondsToNextEpoch: round3(epochSeconds),
      samplesPerSecond: Math.round(perSecond),
      residentMegabytes: Math.round(process.resourceUsage().maxRSS / 1024),
    }),
  );
}

function round3(value) {
  return round(value, 3);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [folder, size] = process.argv.slice(2);
  await train(folder, Number(size));
}
