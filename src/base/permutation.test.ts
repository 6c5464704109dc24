import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keyedPermutation } from './permutation.js';
import { Random } from './random.js';

describe('keyedPermutation', () => {
  it('puts every thing in exactly one place', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3000 }), fc.integer(), (size, seed) => {
        const order = keyedPermutation(size, Random.of(seed));
        const things = Array.from({ length: size }, (_, place) => order.at(place));
        expect(things.toSorted((one, other) => one - other)).toEqual([...Array(size).keys()]);
      }),
      { numRuns: 60 },
    );
  });

  it('gives another order for another key', () => {
    const orderOf = (seed: number) => {
      const order = keyedPermutation(50, Random.of(seed));
      return Array.from({ length: 50 }, (_, place) => order.at(place));
    };
    expect(orderOf(1)).toEqual(orderOf(1));
    expect(orderOf(1)).not.toEqual(orderOf(2));
  });

  it('puts a thing in each place about equally often', () => {
    const size = 10;
    const keys = 4000;
    const counts = new Array<number>(size).fill(0);
    for (let seed = 0; seed < keys; seed++) counts[keyedPermutation(size, Random.of(seed)).at(3)]!++;
    // Five deviations of a binomial with 4000 draws of probability 1/10.
    for (const count of counts) expect(Math.abs(count - keys / size)).toBeLessThan(5 * 19);
  });

  it('works where the whole order would not fit in memory', () => {
    const order = keyedPermutation(1_000_000_000, Random.of('large'));
    const things = new Set(Array.from({ length: 1000 }, (_, place) => order.at(place * 999_999)));
    expect(things.size).toBe(1000);
    for (const thing of things) expect(thing).toBeLessThan(1_000_000_000);
  });
});
