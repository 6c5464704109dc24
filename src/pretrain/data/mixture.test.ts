import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Mixture } from './mixture.js';

const weights = fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 5 });

describe('Mixture', () => {
  it('gives each data set its turns one after the other, none twice and none left out', () => {
    fc.assert(
      fc.property(weights, fc.nat(), (shares, seed) => {
        const mixture = new Mixture(shares, seed);
        const had = shares.map(() => 0);
        for (let turn = 0; turn < 500; turn++) {
          const { source, position } = mixture.at(turn);
          expect(position).toBe(had[source]!++);
        }
      }),
      { numRuns: 50 },
    );
  });

  it('holds the weights to within a turn for each data set before it, from any turn on', () => {
    fc.assert(
      fc.property(weights, fc.nat(), fc.nat(1e9), (shares, seed, start) => {
        const mixture = new Mixture(shares, seed);
        const turns = 300;
        const had = shares.map(() => 0);
        for (let turn = start; turn < start + turns; turn++) had[mixture.at(turn).source]!++;
        const total = shares.reduce((sum, share) => sum + share, 0);
        had.forEach((count, source) => {
          expect(Math.abs(count - (turns * shares[source]!) / total)).toBeLessThanOrEqual(2 + source);
        });
      }),
      { numRuns: 50 },
    );
  });

  it('begins elsewhere for another seed', () => {
    const firsts = Array.from({ length: 40 }, (_, seed) => new Mixture([1, 1], seed).at(0).source);
    expect(new Set(firsts).size).toBe(2);
  });
});
