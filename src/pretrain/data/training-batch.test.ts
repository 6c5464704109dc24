import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { normalisePictures } from '../../models/index.js';
import { scope } from '../../tensor/index.js';
import { writeSquares } from '../__fixtures__/squares.js';
import { PretrainRecipe } from '../recipe.js';
import { openPixelCache, type PixelCache } from './pixel-cache.js';
import { TrainingData } from './training-batch.js';

const COUNT = 20;
const SIZE = 32;

/** No augmentation but the display, so that what is left is the picture itself. */
const still = { zoom: [1, 1], aspect: [1, 1], rotation: 0, shift: 0, gamma: [1, 1], contrast: [1, 1] };
const recipe = PretrainRecipe.parse({
  objective: { name: 'convirt' },
  image: { size: SIZE },
  augmentation: { ...still, brightness: 0, blur: 0, noise: 0, redraw: true },
  training: { steps: 1, batch: COUNT, seed: 5 },
});

let home: string;
let cache: PixelCache;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'synray-batch-'));
  await writeSquares(join(home, 'read'), COUNT, 1, true);
  const options = { split: 'train', size: SIZE, readings: true, fallback: join(home, 'fallback') };
  cache = await openPixelCache(join(home, 'read'), options);
});
afterAll(() => rm(home, { recursive: true, force: true }));

/** Pictures of an epoch by sample. */
function picturesOf(data: TrainingData, epoch: number): Map<string, Float32Array> {
  return scope(() => {
    const { ids, pictures } = data.batch(epoch, [2, 2]);
    const values = pictures.toFloat32();
    const length = SIZE * SIZE;
    return new Map(ids.map((id, place) => [id, values.slice(place * length, (place + 1) * length)]));
  });
}

function meanDifference(one: Float32Array, other: Float32Array): number {
  return one.reduce((sum, value, at) => sum + Math.abs(value - other[at]!), 0) / one.length;
}

describe('redrawn displays', () => {
  const data = () => new TrainingData([cache], recipe);

  it('are the same for the same step and others in the next epoch', () => {
    const first = picturesOf(data(), 0);
    const again = picturesOf(data(), 0);
    const next = picturesOf(data(), 1);
    let changed = 0;
    for (const [id, picture] of first) {
      expect(meanDifference(picture, again.get(id)!)).toBe(0);
      if (meanDifference(picture, next.get(id)!) > 0.01) changed++;
    }
    expect(changed).toBeGreaterThan(COUNT / 4);
  });

  it('are of every second picture with a reading; the others are as stored', () => {
    const stored = scope(() => {
      const grey = cache.pixels.unsqueeze(1).to({ dtype: 'f32' }).div_(255);
      return normalisePictures(grey).toFloat32();
    });
    let [redrawn, withReading] = [0, 0];
    for (let epoch = 0; epoch < 20; epoch++) {
      const shown = picturesOf(data(), epoch);
      cache.samples.forEach(({ id, redrawnAs }, row) => {
        const own = stored.slice(row * SIZE * SIZE, (row + 1) * SIZE * SIZE);
        const isStored = meanDifference(shown.get(id)!, own) < 1e-3;
        if (redrawnAs === undefined) expect(isStored).toBe(true);
        else [redrawn, withReading] = [redrawn + Number(!isStored), withReading + 1];
      });
    }
    expect(redrawn / withReading).toBeGreaterThan(0.4);
    expect(redrawn / withReading).toBeLessThan(0.6);
  });

  it('need a reading', () => {
    const bare = { ...cache, readings: undefined };
    expect(() => new TrainingData([bare], recipe)).toThrow(/attenuation: true/);
    expect(() => new TrainingData([bare, cache], recipe)).not.toThrow();
  });
});
