import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random } from './random.js';

const draws = (random: Random, count: number) => Array.from({ length: count }, () => random.next());

describe('Random', () => {
  it('gives the same stream for the same keys, and another for any other', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.integer(), fc.string()), { minLength: 1 }), keys => {
        expect(draws(Random.of(...keys), 5)).toEqual(draws(Random.of(...keys), 5));
        expect(draws(Random.of(...keys), 5)).not.toEqual(draws(Random.of(...keys, 'more'), 5));
      }),
    );
    expect(Random.of(7, 'a').next()).not.toBe(Random.of('7', 'a').next());
  });

  it('forks without moving the stream it came from', () => {
    const plain = Random.of('x');
    const forked = Random.of('x');
    forked.fork('part').next();
    expect(forked.next()).toBe(plain.next());
  });

  it('is the stream it has always been, so that old samples can be made again', () => {
    expect(draws(Random.of(1, 'sample-1'), 3)).toMatchInlineSnapshot(`
      [
        0.3143817861374898,
        0.9569540567199907,
        0.583160149023379,
      ]
    `);
  });

  it('draws uniforms, normals and weights with the moments they should have', () => {
    const random = Random.of('moments');
    const count = 40_000;
    const uniforms = draws(random, count);
    expect(mean(uniforms)).toBeCloseTo(0.5, 2);
    expect(uniforms.every(value => value >= 0 && value < 1)).toBe(true);
    const normals = Array.from({ length: count }, () => random.normal(3, 2));
    expect(mean(normals)).toBeCloseTo(3, 1);
    expect(Math.sqrt(mean(normals.map(value => (value - 3) ** 2)))).toBeCloseTo(2, 1);
    const heads = Array.from({ length: count }, () => random.weighted({ heads: 3, tails: 1 }));
    expect(heads.filter(side => side === 'heads').length / count).toBeCloseTo(0.75, 1);
  });

  it('shuffles into a permutation', () => {
    fc.assert(
      fc.property(fc.array(fc.integer()), fc.integer(), (items, seed) => {
        const shuffled = Random.of(seed).shuffle(items);
        expect([...shuffled].sort((a, b) => a - b)).toEqual([...items].sort((a, b) => a - b));
      }),
    );
  });
});

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
