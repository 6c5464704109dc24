import { describe, expect, it } from 'vitest';
import { Random } from '../../base/index.js';
import { drawn, type PictureFaultName, pictureFaultNames, pictureFaults } from './index.js';
import { blurred, valueAt } from './picture.js';

const side = 128;
/** Bars and a slope: what each fault changes in another way. */
const good = drawn((x, y) => 60 + 40 * Math.sin(x / 5) + y / 2, side);
const make = (name: PictureFaultName, seed: number) =>
  pictureFaults[name].make(good, side, Random.of('fault', name, seed));

const mean = (pixels: Uint8Array) => pixels.reduce((sum, value) => sum + value, 0) / pixels.length;
const spread = (pixels: Uint8Array) => {
  const middle = mean(pixels);
  return Math.sqrt(mean(pixels.map(value => Math.min(255, (value - middle) ** 2 / 40)))) * Math.sqrt(40);
};

describe('pictureFaults', () => {
  it.each(pictureFaultNames)(
    '%s: a picture of the same size, of its seed alone, unlike the good one',
    name => {
      const found = new Set<string>();
      for (let seed = 0; seed < 4; seed++) {
        const { pixels, width, height } = make(name, seed);
        expect([width, height, pixels.length]).toEqual([side, side, side * side]);
        expect(pixels).toEqual(make(name, seed).pixels);
        expect(pixels).not.toEqual(good.pixels);
        found.add(Buffer.from(pixels).toString('base64'));
      }
      expect(found.size).toBeGreaterThan(1);
    },
  );

  it('blur takes detail and keeps the mean', () => {
    const { pixels } = make('blur', 1);
    expect(Math.abs(mean(pixels) - mean(good.pixels))).toBeLessThan(2);
    expect(spread(pixels)).toBeLessThan(spread(good.pixels));
  });

  it('turns by whole quarters keep every grey', () => {
    const sorted = (pixels: Uint8Array) => [...pixels].sort((one, other) => one - other).join();
    const kept = Array.from({ length: 12 }, (_, seed) => sorted(make('rotated', seed).pixels)).filter(
      greys => greys === sorted(good.pixels),
    );
    expect(kept.length).toBeGreaterThan(2);
    expect(kept.length).toBeLessThan(12);
  });
});

describe('blurred', () => {
  it('leaves what is even as it is, to the edges', () => {
    const even = drawn(() => 77, 32);
    expect(blurred(even, 3).pixels).toEqual(even.pixels);
  });
});

describe('valueAt', () => {
  it('is linear between pixels and undefined outside', () => {
    const slope = drawn(x => 10 * x, 8);
    expect(valueAt(slope, 2.5, 3)).toBeCloseTo(25);
    expect(valueAt(slope, -1, 3)).toBeUndefined();
    expect(valueAt(slope, 7.4, 7)).toBe(70);
  });
});
