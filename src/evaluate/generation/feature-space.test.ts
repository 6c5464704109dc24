import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { hills, SIDE } from './__fixtures__/pictures.js';
import { openFeatureSpace } from './feature-space.js';

const PUBLISHED = fileURLToPath(new URL('../../models/__fixtures__/published-vit', import.meta.url));

describe('feature spaces', () => {
  it('open published weights from a folder: a vector a picture, the same alone and among others', async () => {
    const space = await openFeatureSpace(PUBLISHED);
    expect(space.fingerprint).toMatch(/^[0-9a-f]{64}$/);
    const area = space.size ** 2;
    const pixels = new Uint8Array(3 * area);
    for (let at = 0; at < pixels.length; at++) pixels[at] = (at * 37 + Math.floor(at / area) * 11) % 256;
    const all = await space.embed(pixels, 3);
    const dimension = all.length / 3;
    const alone = await space.embed(pixels.subarray(area, 2 * area), 1);
    expect(alone.length).toBe(dimension);
    for (const [at, value] of alone.entries()) expect(value).toBeCloseTo(all[dimension + at]!, 4);
    expect(all.slice(0, dimension)).not.toEqual(all.slice(dimension, 2 * dimension));
  });

  it('of pixels are even pictures: mean 0, deviation 1', async () => {
    const space = await openFeatureSpace('pixels');
    const vector = await space.embed(hills('even'), 1);
    expect(space.size).toBe(SIDE);
    expect(vector.length).toBe(1024);
    expect(vector.reduce((sum, value) => sum + value, 0) / 1024).toBeCloseTo(0, 4);
    expect(vector.reduce((sum, value) => sum + value * value, 0) / 1024).toBeCloseTo(1, 3);
  });

  it('take pictures of their size only', async () => {
    const space = await openFeatureSpace('pixels');
    await expect(space.embed(new Uint8Array(5), 1)).rejects.toThrow(/expected 1 × 64 × 64 pixels/);
  });
});
