import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { longTail } from './statistics.js';

const counts = fc
  .array(fc.nat(1000), { minLength: 1, maxLength: 200 })
  .filter(list => list.some(count => count > 0));

describe('the long tail', () => {
  it('is measured as by hand', () => {
    // Gini of 1, 2, 3: sum of |differences| 8 over 2 · 3² · mean 2; entropy of 1/6, 2/6, 3/6 over log 3.
    const { entities, uses, top50, gini, entropy } = longTail([1, 2, 3]);
    expect({ entities, uses, top50 }).toEqual({ entities: 3, uses: 6, top50: 1 });
    expect(gini).toBeCloseTo(8 / 36, 12);
    expect(entropy).toBeCloseTo((Math.log(6) - (2 * Math.log(2) + 3 * Math.log(3)) / 6) / Math.log(3), 12);
  });

  it('is even when all counts are equal', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: 50 }), (entities, count) => {
        const even = longTail(new Array<number>(entities).fill(count));
        expect(even.gini).toBeCloseTo(0, 10);
        expect(even.entropy).toBeCloseTo(1, 10);
        expect(even.top50).toBeCloseTo(Math.min(1, 50 / entities), 10);
      }),
    );
  });

  it('stays in [0, 1], whatever the order and the scale', () => {
    fc.assert(
      fc.property(counts, fc.integer({ min: 2, max: 9 }), (list, scale) => {
        const tail = longTail(list);
        for (const value of [tail.top50, tail.gini, tail.entropy]) {
          expect(value).toBeGreaterThanOrEqual(0);
          expect(value).toBeLessThanOrEqual(1 + 1e-12);
        }
        const other = longTail(list.map(count => count * scale).reverse());
        expect(other.gini).toBeCloseTo(tail.gini, 10);
        expect(other.entropy).toBeCloseTo(tail.entropy, 10);
      }),
    );
  });

  it('grows less even when the most frequent entity grows', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 99 }), { minLength: 2, maxLength: 60 }), list => {
        const richer = [...list].sort((a, b) => b - a);
        richer[0]! += 100;
        expect(longTail(richer).gini).toBeGreaterThan(longTail(list).gini);
      }),
    );
  });

  it('of nothing is even', () => {
    expect(longTail([])).toEqual({ entities: 0, uses: 0, top50: 0, gini: 0, entropy: 1 });
  });
});
