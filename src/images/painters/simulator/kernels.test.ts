import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random } from '../../../base/index.js';
import { kernels } from './kernels.js';
import { Brush } from './raster.js';
import { blur, coarsen, spread } from './smoothing.js';

const size = 128;
const filled = (value: number) => new Float32Array(size * size).fill(value);
const sum = (map: Float32Array) => map.reduce((total, value) => total + value, 0);

describe('the loops in C++', () => {
  it('refuse maps that are too short or of another kind, and numbers out of range', () => {
    const loops = kernels();
    expect(() => loops.blur(size, new Float32Array(size), 1)).toThrow(TypeError);
    expect(() => loops.blur(0, filled(0), 1)).toThrow(TypeError);
    expect(() => loops.blur(1.5, filled(0), 1)).toThrow(TypeError);
    expect(() => loops.blur(size, new Uint8Array(size * size) as unknown as Float32Array, 1)).toThrow(
      TypeError,
    );
    expect(() => loops.coarsen(size, size + 1, filled(0), Infinity, filled(0))).toThrow(TypeError);
    expect(() => loops.carve(size, filled(0), filled(0), filled(0), filled(0), new Float32Array(1))).toThrow(
      TypeError,
    );
    expect(() => (loops.fade as (size: number) => void)(size)).toThrow(/argument/);
  });

  it('stay within the picture wherever a shape lies, also at no place at all', () => {
    const anywhere = fc.oneof(
      fc.double({ min: -3, max: 3, noNaN: true }),
      fc.constantFrom(0, 1, -1e300, 1e300, Infinity, -Infinity, Number.NaN),
    );
    fc.assert(
      fc.property(fc.array(anywhere, { minLength: 9, maxLength: 9 }), fc.boolean(), (numbers, isBar) => {
        const brush = new Brush(size);
        const [a, b, c, d, e, f, g, h, i] = numbers as [
          number,
          number,
          number,
          number,
          number,
          number,
          number,
          number,
          number,
        ];
        if (isBar) brush.segment(a, b, c, d, e, f, g, h, i);
        else brush.ellipse(a, b, c, d, e, f, g);
        const around = new Float32Array(size * size + 2 * size);
        const target = around.subarray(size, size + size * size);
        brush.addTo(target);
        expect(around.subarray(0, size).every(value => value === 0)).toBe(true);
        expect(around.subarray(size + size * size).every(value => value === 0)).toBe(true);
      }),
    );
  });
});

describe('Brush', () => {
  it('gives a bar the chord of a round bar, at any size the same', () => {
    for (const side of [128, 256, 500]) {
      const target = new Float32Array(side * side);
      const brush = new Brush(side);
      brush.segment(0.2, 0.5, 0.1, 0.8, 0.5, 0.1, 10);
      brush.addTo(target);
      for (const off of [0, 0.03, 0.08]) {
        const row = Math.floor((0.5 + off) * side);
        const distance = Math.abs((row + 0.5) / side - 0.5);
        const chord = 2 * Math.sqrt(0.01 - distance * distance);
        expect(target[row * side + side / 2]).toBeCloseTo(10 * chord, 4);
      }
      expect(target[Math.floor(0.65 * side) * side + side / 2]).toBe(0);
    }
  });

  it('takes the larger where shapes of one whole overlap, and adds wholes', () => {
    const target = filled(1);
    const brush = new Brush(size);
    brush.ellipse(0.5, 0.5, 0.2, 0.2, 4);
    brush.ellipse(0.5, 0.5, 0.3, 0.3, 3);
    brush.addTo(target);
    const middle = (size / 2) * size + size / 2;
    expect(target[middle]).toBeCloseTo(5, 2);
    brush.ellipse(0.5, 0.5, 0.3, 0.3, 3);
    brush.addTo(target);
    expect(target[middle]).toBeCloseTo(8, 2);
    expect(target[0]).toBe(1);
  });

  it('keeps a whole within its limit', () => {
    const target = filled(0);
    const brush = new Brush(size);
    brush.ellipse(0.5, 0.5, 0.2, 0.2, 4);
    brush.addTo(target, filled(1.5));
    expect(Math.max(...target)).toBe(1.5);
  });
});

describe('smoothing', () => {
  it('keeps a map of one value, and the mean of a spot far from the edges', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.2, max: 12, noNaN: true }), deviation => {
        const even = filled(3);
        blur(even, size, deviation);
        expect(Math.abs(even[5 * size + 7]! - 3)).toBeLessThan(1e-4);
        const spot = filled(0);
        spot[64 * size + 64] = 100;
        blur(spot, size, deviation);
        expect(sum(spot)).toBeCloseTo(100, 1);
        expect(variance(spot)).toBeGreaterThan(0.75 * deviation ** 2 - 0.3);
        expect(variance(spot)).toBeLessThan(1.25 * deviation ** 2 + 0.3);
      }),
      { numRuns: 30 },
    );
  });

  it('gives back what lies on a straight line after means and lines between', () => {
    const slope = Float32Array.from({ length: size * size }, (_, at) => at % size);
    const again = spread(coarsen(slope, size, 32), 32, size, 0.5, filled(0));
    for (const column of [10, 64, 100]) expect(again[40 * size + column]).toBeCloseTo(column, 3);
  });
});

it('a run of words is the stream that bits give one at a time', () => {
  const [one, other] = [Random.of('words'), Random.of('words')];
  expect([...one.words(new Uint32Array(50))]).toEqual(Array.from({ length: 50 }, () => other.bits()));
  expect(one.bits()).toBe(other.bits());
});

function variance(map: Float32Array): number {
  let total = 0;
  let squares = 0;
  map.forEach((value, at) => {
    total += value;
    squares += value * ((at % size) - 64) ** 2;
  });
  return squares / total;
}
