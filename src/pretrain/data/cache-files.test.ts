import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PretrainRecipe } from '../recipe.js';
import { BatchAssembler } from './batch-assembler.js';
import { CacheWriter, PixelCache } from './cache-files.js';
import { CHANGE_CELLS, packChangeMap } from './change-map.js';

// A small version of `bench/pretrain/scale.mjs`, which measures a million samples.
const SAMPLES = 6000;
const SIZE = 64;

const folder = mkdtempSync(join(tmpdir(), 'synray-scale-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
beforeAll(async () => {
  const map = new Uint8Array(CHANGE_CELLS * CHANGE_CELLS).fill(90, 100, 400);
  const change = packChangeMap(map);
  const say = (text: string) => ({ text, claims: [{ concept: 'nodule', state: 'present' as const }] });
  const writer = new CacheWriter(folder);
  for (let number = 0; number < SAMPLES; number++) {
    writer.add({
      id: `sample-${number}`,
      sections: { findings: [say(`Nodule ${number}.`), say('A nodule.')], impression: [say('Nodule.')] },
      pixels: new Uint8Array(SIZE * SIZE).fill(number % 251),
      regions: [{ concept: 'nodule' }],
      changes: [change],
      twins: [],
      stored: SIZE,
    });
  }
  await writer.finish({ fingerprint: 'scale', size: SIZE, skipped: { samples: 0, names: [] } });
  writer.close();
});

describe('a cache of many samples', () => {
  it('takes hardly more disk than its pixels', () => {
    const disk = readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
    expect(disk / (SAMPLES * SIZE * SIZE)).toBeLessThan(1.2);
  });

  it('takes no memory for the samples that are not asked for, and no time to begin an epoch', () => {
    const recipe = PretrainRecipe.parse({
      objective: { name: 'convirt' },
      image: { size: SIZE },
      training: { steps: 1, batch: 16 },
    });
    const before = process.memoryUsage();
    const started = performance.now();
    const cache = new PixelCache(folder);
    const assembler = new BatchAssembler([{ cache }], recipe);
    for (const step of [0, 1000, 100_000, 10_000_000]) {
      const { ids, pixels } = assembler.assemble(step);
      expect(new Set(ids).size).toBe(16);
      ids.forEach((id, row) => {
        expect(pixels[row * SIZE * SIZE]).toBe(Number(id.slice('sample-'.length)) % 251);
      });
    }
    expect(performance.now() - started).toBeLessThan(2000);
    const after = process.memoryUsage();
    // All pixels are 25 MB.
    expect(after.arrayBuffers - before.arrayBuffers).toBeLessThan(5e6);
    expect(after.heapUsed - before.heapUsed).toBeLessThan(50e6);
    cache.close();
  });
});
