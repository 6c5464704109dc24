import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random } from '../../base/index.js';
import { KEYSTONE_SIDE, keystone } from './keystone.js';

const SIDE = KEYSTONE_SIDE;

/** A bright sheet on a dark ground through a pinhole: tilts about both axes, a turn in its plane, light from a side. */
function photograph(seed: number, { up = 0, aside = 0, turn = 0, light = 0 }): Float32Array {
  const random = Random.of(seed, 'photograph');
  const [cosine, sine] = [Math.cos(turn), Math.sin(turn)];
  return Float32Array.from({ length: SIDE * SIDE }, (_, at) => {
    const [x, y] = [2 * ((at % SIDE) / SIDE - 0.5), 2 * (Math.floor(at / SIDE) / SIDE - 0.5)];
    const [a, b] = [cosine * x + sine * y, cosine * y - sine * x];
    const away = 1.25 / (1 + up * b + aside * a);
    const isSheet = Math.abs(a * away) < 1 && Math.abs(b * away) < 1;
    return (isSheet ? 0.6 : 0.15) * (1 + light * x) + random.normal(0, 0.004);
  });
}

describe('keystone', () => {
  it('grows with the slant, to whichever side, in uneven light and when the camera is turned a little', () => {
    for (const sign of [-1, 1]) {
      for (const more of [{}, { light: 0.2 }, { turn: 0.05 }]) {
        const slants = [0.08, 0.15, 0.22].map(slant => [
          keystone(photograph(1, { up: sign * slant, ...more })),
          keystone(photograph(2, { aside: sign * slant, ...more })),
        ]);
        for (const scores of slants) for (const score of scores) expect(score).toBeGreaterThan(0.05);
        for (const axis of [0, 1]) {
          const [least, middle, most] = slants.map(scores => scores[axis]!);
          expect(middle).toBeGreaterThan(least!);
          expect(most).toBeGreaterThan(middle!);
        }
      }
    }
  });

  it('is small for a sheet from the front, also when it is turned, as a collimator is', () => {
    fc.assert(
      fc.property(
        fc.nat(),
        fc.double({ min: -0.15, max: 0.15, noNaN: true }),
        fc.double({ min: -0.2, max: 0.2, noNaN: true }),
        (seed, turn, light) => {
          expect(keystone(photograph(seed, { turn, light }))).toBeLessThan(0.03);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('is 0 where the ground is not even, or no edge is straight', () => {
    const random = Random.of(3, 'rough');
    expect(keystone(photograph(1, { up: 0.2 }).map(value => value + random.normal(0, 0.05)))).toBe(0);
    const disc = Float32Array.from({ length: SIDE * SIDE }, (_, at) =>
      Math.hypot((at % SIDE) - 64, Math.floor(at / SIDE) - 64) < 55 ? 0.7 : 0.1,
    );
    expect(keystone(disc)).toBe(0);
    expect(keystone(new Float32Array(SIDE * SIDE))).toBe(0);
  });
});
