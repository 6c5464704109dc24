// From the same pictures to ready batches: synray's loader beside a PyTorch DataLoader with Pillow and two workers.
//   npm run bench pretrain -- loader [--pictures 512] [--stored 256] [--size 128] [--epochs 4] [--python PYTHON] [--json]
// Both go through all pictures once an epoch, in turns: PNG files there; here the cache, which is decoded once, when a
// data set is first used (`firstUse`, shown apart and also as if it were part of each epoch). Ready means: a tensor of
// pictures, turned, cropped, varied in grey and normalised, with a sentence each; blur and noise are off on both sides.
import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TrainingData } from '../../dist/pretrain/data/training-data.js';
import { PretrainRecipe } from '../../dist/pretrain/recipe.js';
import { scope } from '../../dist/tensor/index.js';
import { inTurns, median, medians, optionsIn, Peer, printResult, round } from '../peer.mjs';
import { writeSamplePictures } from './sample-pictures.mjs';

const BATCH = 64;

/** @param {string[]} words */
export default async function bench(words) {
  const { option } = optionsIn(words);
  const pictures = Number(option('--pictures', 512));
  const stored = Number(option('--stored', 256));
  const size = Number(option('--size', 128));
  const epochs = Number(option('--epochs', 4));
  const folder = join(tmpdir(), `synray-loader-bench-${process.pid}`);
  try {
    await writeSamplePictures(folder, { pictures, stored });
    const recipe = PretrainRecipe.parse({
      objective: { name: 'convirt' },
      image: { size },
      augmentation: { blur: 0, noise: 0 },
      training: { steps: 1, batch: BATCH },
    });
    const opening = performance.now();
    const data = await TrainingData.open({ data: [join(folder, 'data')], recipe, fallback: folder });
    const firstUse = (performance.now() - opening) / 1000;
    const peer = new Peer(new URL('./loader_peer.py', import.meta.url), option('--python'));
    await peer.start(join(folder, 'png'), size, BATCH);
    const steps = Math.floor(pictures / BATCH);
    const epoch = async first => {
      const started = performance.now();
      for (let step = first; step < first + steps; step++) {
        const assembled = await data.load(step);
        scope(() => data.finish(assembled, [4, 4]).ids.length);
      }
      return { samplesPerSecond: (steps * BATCH) / ((performance.now() - started) / 1000) };
    };
    // One epoch each to start the threads and workers and to warm the disk.
    await epoch(0);
    await peer.ask('epoch');
    const before = process.cpuUsage();
    const rounds = await inTurns(
      epochs,
      number => epoch((number + 1) * steps),
      () => peer.ask('epoch'),
    );
    const { user, system } = process.cpuUsage(before);
    const processor = {
      synray: (user + system) / 1000 / (epochs * steps * BATCH),
      python: (1000 * (await peer.ask('end')).seconds) / ((epochs + 1) * steps * BATCH),
    };
    peer.close();
    await data.close();
    const { synray, python } = medians(rounds, 'samplesPerSecond');
    const result = {
      pictures,
      stored,
      size,
      batch: BATCH,
      samplesPerSecond: { synray: Math.round(synray), python: Math.round(python) },
      ratio: round(median(rounds.map(each => each.synray.samplesPerSecond / each.python.samplesPerSecond))),
      // Other programs on the machine disturb this less.
      processorMilliseconds: { synray: round(processor.synray), python: round(processor.python) },
      processorRatio: round(processor.python / processor.synray),
      firstUse: { seconds: round(firstUse), picturesPerSecond: Math.round(pictures / firstUse) },
      ratioOverTenEpochsWithFirstUse: round((10 * pictures) / python / (firstUse + (10 * pictures) / synray)),
    };
    printResult(result, words);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
