import { describe, expect, it } from 'vitest';
import type { PaintRequest } from '../../painter.js';
import { decodeReading, encodeReading, paintOne, readingSteps, redraw } from './index.js';

const request: PaintRequest = {
  id: 'reading',
  findings: '',
  impression: '',
  mentions: [],
  size: 128,
  seed: 3,
  attempt: 0,
};

describe('encodeReading', () => {
  it('keeps a reading within half a step and holds what lies outside at the ends', () => {
    const reading = Float32Array.from([-0.9, -0.1, 0, 1.23456, 5, 11.9]);
    decodeReading(encodeReading(reading)).forEach((value, at) => {
      expect(Math.abs(value - reading[at]!)).toBeLessThan(0.51 / readingSteps);
    });
    expect([...encodeReading(Float32Array.from([-3, 40]))]).toEqual([0, 65_535]);
  });
});

describe('attenuation', () => {
  it('is given when asked for and leaves the picture as it is', () => {
    const plain = paintOne(request);
    const both = paintOne({ ...request, attenuation: true });
    expect(plain.attenuation).toBeUndefined();
    expect(both.attenuation).toHaveLength(128 * 128);
    expect(both.pixels).toEqual(plain.pixels);
  });

  it('is redrawn the same by the same seed and otherwise by another, dense still light', () => {
    const { attenuation, view } = paintOne({ ...request, attenuation: true });
    const first = redraw(attenuation!, 128, view, 'a', 1);
    expect(redraw(attenuation!, 128, view, 'a', 1)).toEqual(first);
    const second = redraw(attenuation!, 128, view, 'a', 2);
    expect(second).not.toEqual(first);
    expect(correlation(first, attenuation!)).toBeGreaterThan(0.85);
    expect(correlation(first, second)).toBeGreaterThan(0.9);
    expect(() => redraw(attenuation!, 64, view, 1)).toThrow(RangeError);
  });
});

describe('redraw', () => {
  it.each([16, 32, 64, 100])('shows a reading of %i pixels, smaller than any painting', size => {
    const stored = Uint16Array.from(
      { length: size * size },
      (_, at) => 5000 + 200 * ((at % size) + (at & 7)),
    );
    const shown = redraw(stored, size, 'PA', 'small');
    expect(new Set(shown).size).toBeGreaterThan(8);
    expect(correlation(shown, stored)).toBeGreaterThan(0.8);
  });
});

describe('deep pictures', () => {
  it('are the 8-bit picture with finer steps', () => {
    const { pixels, deepPixels } = paintOne({ ...request, bits: 16 });
    expect(pixels).toEqual(paintOne(request).pixels);
    let worst = 0;
    deepPixels!.forEach((value, at) => {
      worst = Math.max(worst, Math.abs(value / 257 - pixels[at]!));
    });
    expect(worst).toBeLessThanOrEqual(0.51);
    expect(new Set(deepPixels!).size).toBeGreaterThan(1000);
  });
});

describe('sizes', () => {
  it.each([200, 512, 1024])('shows at %i pixels the same patient as at 128', size => {
    const small = paintOne(request).pixels;
    const { pixels } = paintOne({ ...request, size });
    const sums = new Float64Array(128 * 128);
    const counts = new Float64Array(128 * 128);
    for (let row = 0, at = 0; row < size; row++)
      for (let column = 0; column < size; column++, at++) {
        const cell = Math.floor((row * 128) / size) * 128 + Math.floor((column * 128) / size);
        sums[cell]! += pixels[at]!;
        counts[cell]!++;
      }
    const shrunk = sums.map((sum, cell) => sum / counts[cell]!);
    expect(correlation(shrunk, small)).toBeGreaterThan(0.97);
    let off = 0;
    for (let at = 0; at < small.length; at++) off += Math.abs(shrunk[at]! - small[at]!) / small.length;
    expect(off).toBeLessThan(10);
  });
});

function correlation(one: ArrayLike<number>, other: ArrayLike<number>): number {
  let [a, b, aa, bb, ab] = [0, 0, 0, 0, 0];
  for (let at = 0; at < one.length; at++) {
    const x = one[at]!;
    const y = other[at]!;
    a += x;
    b += y;
    aa += x * x;
    bb += y * y;
    ab += x * y;
  }
  const n = one.length;
  return (ab - (a * b) / n) / Math.sqrt((aa - (a * a) / n) * (bb - (b * b) / n));
}
