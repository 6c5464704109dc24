import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { normalisePictures } from '../../models/index.js';
import { manualSeed, scope, type Tensor, tensor } from '../../tensor/index.js';
import { writeSquares } from '../__fixtures__/squares.js';
import { noAugmentation, PretrainRecipe } from '../recipe.js';
import type { PixelCache } from './cache-files.js';
import { openPixelCache } from './pixel-cache.js';
import type { TrainingBatch } from './training-batch.js';
import { TrainingData } from './training-data.js';

const COUNT = 20;
const SIZE = 32;
const AREA = SIZE * SIZE;
const CELLS = [2, 2] as const;

const recipeOf = (rest: object = {}, batch = COUNT) =>
  PretrainRecipe.parse({
    objective: { name: 'convirt' },
    image: { size: SIZE },
    training: { steps: 1, batch, seed: 5 },
    augmentation: noAugmentation,
    ...rest,
  });

let home: string;
let read: PixelCache;
let paired: PixelCache;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'synray-batch-'));
  await writeSquares(join(home, 'read'), COUNT, 1, true);
  await writeSquares(join(home, 'paired'), COUNT, 2, false, true);
  const options = { split: 'train', size: SIZE, fallback: join(home, 'fallback') };
  read = await openPixelCache(join(home, 'read'), { ...options, readings: true });
  paired = await openPixelCache(join(home, 'paired'), { ...options, twins: true });
});
afterAll(() => rm(home, { recursive: true, force: true }));

const dataOf = (caches: readonly PixelCache[], recipe: PretrainRecipe) =>
  new TrainingData(
    caches.map(cache => ({ cache })),
    recipe,
  );

/** A picture of a cache, normalised. */
function storedPicture(cache: PixelCache, row: number): Float32Array {
  const pixels = new Uint8Array(AREA);
  cache.readPixels(row, pixels);
  return scope(() => {
    const grey = tensor(pixels, { shape: [1, 1, SIZE, SIZE] })
      .to({ dtype: 'f32' })
      .div_(255);
    return normalisePictures(grey).toFloat32();
  });
}

const rowOf = (pictures: Float32Array, row: number) => pictures.slice(row * AREA, (row + 1) * AREA);

/** Pictures of an epoch by sample. */
function picturesOf(data: TrainingData, epoch: number): Map<string, Float32Array> {
  return scope(() => {
    const { ids, pictures } = data.batch(epoch, CELLS);
    const values = pictures.toFloat32();
    return new Map(ids.map((id, place) => [id, rowOf(values, place)]));
  });
}

function meanDifference(one: Float32Array, other: Float32Array): number {
  return one.reduce((sum, value, at) => sum + Math.abs(value - other[at]!), 0) / one.length;
}

/** A batch as plain numbers and words. */
function plain(batch: TrainingBatch): Record<string, unknown> {
  const values = (each: Tensor | undefined) => each && { shape: each.shape, values: [...each.toFloat32()] };
  const { ids, texts, pictures, matches, grounding, twins } = batch;
  return {
    ids,
    texts,
    pictures: values(pictures),
    matches: values(matches),
    phrases: grounding?.phrases,
    target: values(grounding?.target),
    known: values(grounding?.known),
    twins: twins && { ...twins, pictures: values(twins.pictures) },
  };
}

describe('redrawn displays', () => {
  const data = () => dataOf([read], recipeOf({ augmentation: { ...noAugmentation, redraw: true } }));

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
    let [redrawn, withReading] = [0, 0];
    for (let epoch = 0; epoch < 20; epoch++) {
      const shown = picturesOf(data(), epoch);
      for (let row = 0; row < read.count; row++) {
        const { id, redrawnAs } = read.sample(row);
        const isStored = meanDifference(shown.get(id)!, storedPicture(read, row)) < 1e-3;
        if (redrawnAs === undefined) expect(isStored).toBe(true);
        else [redrawn, withReading] = [redrawn + Number(!isStored), withReading + 1];
      }
    }
    expect(redrawn / withReading).toBeGreaterThan(0.4);
    expect(redrawn / withReading).toBeLessThan(0.6);
  });

  it('need a reading', () => {
    const recipe = recipeOf({ augmentation: { ...noAugmentation, redraw: true } });
    expect(() => dataOf([paired], recipe)).toThrow(/attenuation: true/);
    expect(() => dataOf([paired, read], recipe)).not.toThrow();
  });
});

describe('twins', () => {
  const recipe = recipeOf({
    twins: { weight: 1, share: 1 },
    augmentation: { ...noAugmentation, noise: 0.3 },
  });

  it('are their owners’ pictures but for the finding, varied alike down to the noise', () => {
    const rows = new Map(Array.from({ length: COUNT }, (_, row) => [paired.sample(row).id, row]));
    scope(() => {
      const { ids, pictures, twins } = dataOf([paired], recipe).batch(0, CELLS);
      const shown = pictures.toFloat32();
      const without = twins!.pictures.toFloat32();
      expect(twins!.owners.length).toBeGreaterThan(5);
      expect(without).toHaveLength(twins!.owners.length * AREA);
      twins!.owners.forEach((owner, twin) => {
        const [own, other] = [rowOf(shown, owner), rowOf(without, twin)];
        // Findings are nearly white squares. Each picture is normalised by itself, which keeps correlations.
        const stored = storedPicture(paired, rows.get(ids[owner]!)!);
        const white = Math.max(...stored);
        const near = [-2, -1, 0, 1, 2].flatMap(y => [-2, -1, 0, 1, 2].map(x => y * SIZE + x));
        const isFar = (at: number) => near.every(step => !(stored[at + step]! > white / 3));
        const outside = [...own.keys()].filter(isFar);
        expect(outside.length).toBeGreaterThan(AREA / 3);
        const alike = correlation(
          outside.map(at => own[at]!),
          outside.map(at => other[at]!),
        );
        expect(alike).toBeGreaterThan(0.995);
        expect(correlation([...own], [...other])).toBeLessThan(0.98);
      });
      expect(new Set(twins!.owners).size).toBe(twins!.owners.length);
      expect(twins!.texts[0]).toMatch(/effusion|nodule/);
      expect(twins!.denials[0]).toMatch(/^no (left|right) /);
    });
  });

  it('are never beside a display that was drawn anew', async () => {
    const folder = join(home, 'both');
    await writeSquares(folder, COUNT, 3, true, true);
    const options = { split: 'train', size: SIZE, fallback: home, readings: true, twins: true };
    const cache = await openPixelCache(folder, options);
    const redrawing = recipeOf({ ...recipe, augmentation: { ...noAugmentation, redraw: true } });
    const rows = new Map(Array.from({ length: COUNT }, (_, row) => [cache.sample(row).id, row]));
    scope(() => {
      const { ids, pictures, twins } = dataOf([cache], redrawing).batch(0, CELLS);
      const shown = pictures.toFloat32();
      for (const owner of twins!.owners) {
        const stored = storedPicture(cache, rows.get(ids[owner]!)!);
        expect(meanDifference(rowOf(shown, owner), stored)).toBeLessThan(1e-3);
      }
    });
  });

  it('need data that have them', () => {
    expect(() => dataOf([read], recipe)).toThrow(/twins: true/);
  });
});

describe('parts of a batch', () => {
  it('are together the batch of one process, whatever is chosen', () => {
    const rest = {
      sharedTextPositive: true,
      grounding: { weight: 1 },
      twins: { weight: 1 },
      augmentation: { noise: 0.1, flip: 0.5 },
    };
    const run = (batch: number, part?: { rank: number; worldSize: number }) =>
      scope(() => {
        manualSeed(3);
        return plain(dataOf([read, paired], recipeOf(rest, batch)).batch(2, CELLS, part));
      });
    const whole = run(8);
    const parts = [0, 1].map(rank => run(4, { rank, worldSize: 2 }));
    for (const [rank, part] of parts.entries()) {
      expect(part.ids).toEqual((whole.ids as string[]).slice(rank * 4, rank * 4 + 4));
      expect(part.texts).toEqual((whole.texts as string[]).slice(rank * 4, rank * 4 + 4));
      expect(part.matches).toEqual(whole.matches);
      expect(part.phrases).toEqual(whole.phrases);
    }
    for (const name of ['pictures', 'target', 'known']) {
      const of = (batch: Record<string, unknown>) => (batch[name] as { values: number[] }).values;
      const joined = parts.flatMap(of);
      expect(joined).toHaveLength(of(whole).length);
      // Vectors of another length end in another remainder: the last bit may differ.
      joined.forEach((value, at) => {
        expect(Math.abs(value - of(whole)[at]!)).toBeLessThan(1e-5);
      });
    }
  });
});

describe('data sets with weights', () => {
  const dataWith = (...weights: (number | undefined)[]) =>
    new TrainingData(
      [read, paired].map((cache, at) => ({ cache, weight: weights[at] })),
      recipeOf({}, 12),
    );

  it('come up by their weights, or by their samples where none has one', () => {
    const texts = new Set([...dataOf([read], recipeOf()).texts()]);
    expect(texts.size).toBeGreaterThan(4);
    const pictures = Array.from({ length: COUNT }, (_, row) => storedPicture(read, row));
    const firsts = (data: TrainingData) =>
      scope(() => {
        const shown = data.batch(1, CELLS).pictures.toFloat32();
        const isFirst = (row: number) =>
          pictures.some(picture => meanDifference(picture, rowOf(shown, row)) < 1e-3);
        return Array.from({ length: 12 }, (_, row) => isFirst(row)).filter(Boolean).length;
      });
    expect(firsts(dataWith(1, 2))).toBe(4);
    expect(firsts(dataWith(3, undefined))).toBe(9);
    expect(firsts(dataWith(undefined, undefined))).toBe(6);
  });

  it('are named by their weights too: a run goes on with the same only', () => {
    expect(dataWith(1, 2).fingerprint).not.toBe(dataWith(1, 1).fingerprint);
    expect(dataWith(1, 2).count).toBe(2 * COUNT);
  });
});

it('mirrors pictures only where no word of their report names a side', () => {
  const recipe = recipeOf({ augmentation: { ...noAugmentation, flip: 1 } });
  const shown = picturesOf(dataOf([read], recipe), 0);
  let mirrored = 0;
  for (let row = 0; row < COUNT; row++) {
    const { id, statements } = read.sample(row);
    const stored = storedPicture(read, row);
    const isMirrored = meanDifference(shown.get(id)!, mirror(stored)) < 1e-3;
    expect(isMirrored).toBe(!statements.some(({ text }) => /left|right/.test(text)));
    if (isMirrored) mirrored++;
  }
  expect(mirrored).toBeGreaterThan(0);
});

function mirror(picture: Float32Array): Float32Array {
  return picture.map((_, at) => picture[at - (at % SIZE) + SIZE - 1 - (at % SIZE)]!);
}

function spread(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
}

function correlation(one: readonly number[], other: readonly number[]): number {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [a, b] = [mean(one), mean(other)];
  const product = one.reduce((sum, value, at) => sum + (value - a) * (other[at]! - b), 0) / one.length;
  return product / (spread(one) * spread(other));
}
