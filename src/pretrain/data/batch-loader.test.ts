import { existsSync } from 'node:fs';
import { mkdtemp, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeSquares } from '../__fixtures__/squares.js';
import { PretrainRecipe } from '../recipe.js';
import { BatchAssembler, WHOLE } from './batch-assembler.js';
import { BatchLoader, workerFile } from './batch-loader.js';
import type { PixelCache } from './cache-files.js';
import { openPixelCache } from './pixel-cache.js';

const recipe = PretrainRecipe.parse({
  objective: { name: 'convirt' },
  sharedTextPositive: true,
  grounding: { weight: 1 },
  twins: { weight: 1 },
  image: { size: 32 },
  augmentation: { redraw: true },
  training: { steps: 1, batch: 8 },
});

let home: string;
let cache: PixelCache;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'synray-loader-'));
  await writeSquares(join(home, 'squares'), 20, 1, true, true);
  const options = { split: 'train', size: 32, fallback: home, readings: true, twins: true };
  cache = await openPixelCache(join(home, 'squares'), options);
});
afterAll(() => rm(home, { recursive: true, force: true }));

const open = () => {
  const assembler = new BatchAssembler([{ cache }], recipe);
  return { assembler, loader: new BatchLoader([{ cache }], recipe, assembler) };
};
// Without a build there is no thread to test.
describe.skipIf(!existsSync(workerFile()))('BatchLoader', () => {
  it('gives the same batches as without a thread, in any order of steps and parts', async () => {
    const { assembler, loader } = open();
    const second = { rank: 1, worldSize: 2 };
    for (const [step, part] of [
      [0, WHOLE],
      [1, WHOLE],
      [2, WHOLE],
      [7, WHOLE],
      [3, WHOLE],
      [4, second],
      [5, second],
      [5, second],
    ] as const) {
      expect(await loader.load(step, part)).toEqual(assembler.assemble(step, part));
    }
    await loader.close();
  });

  it('says that its thread died, to whom waits and to whom asks later', async () => {
    const { loader } = open();
    await loader.load(0, WHOLE);
    const waiting = expect(loader.load(5, WHOLE)).rejects.toThrow(/thread.*died/);
    await loader.stopThread();
    await waiting;
    await expect(loader.load(5, WHOLE)).rejects.toThrow(/thread.*died.*--resume/);
    await expect(loader.load(6, WHOLE)).rejects.toThrow(/thread.*died.*--resume/);
  });

  it('leaves nobody waiting when it is closed', async () => {
    const { loader } = open();
    const waiting = loader.load(0, WHOLE);
    const outcome = expect(waiting).rejects.toThrow(/closed/);
    await loader.close();
    await outcome;
    await expect(loader.load(1, WHOLE)).rejects.toThrow(/closed/);
  });

  it('names a cache that is damaged under its feet', async () => {
    const folder = join(home, 'other');
    await writeSquares(folder, 20);
    const other = await openPixelCache(folder, { split: 'train', size: 32, fallback: home });
    const plain = PretrainRecipe.parse({
      objective: { name: 'convirt' },
      image: { size: 32 },
      training: { steps: 1, batch: 20 },
    });
    const loader = new BatchLoader([{ cache: other }], plain, new BatchAssembler([{ cache: other }], plain));
    await loader.load(0, WHOLE);
    await truncate(join(other.folder, 'pixels.u8'), 5000);
    await expect(loader.load(8, WHOLE)).rejects.toThrow(/train-32px.*damaged.*delete this folder/);
    await loader.close();
  });
});
