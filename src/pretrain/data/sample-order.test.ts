import fc from 'fast-check';
import { expect, it } from 'vitest';
import { SampleOrder } from './sample-order.js';

it('deals every sample once an epoch, anew shuffled, from any position on', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 50 }), fc.nat(), fc.nat(200), (count, seed, start) => {
      const draws = Array.from({ length: 3 * count }, (_, position) =>
        new SampleOrder(count, seed).at(position),
      );
      for (let epoch = 0; epoch < 3; epoch++) {
        const part = draws.slice(epoch * count, (epoch + 1) * count);
        expect(part.every(draw => draw.epoch === epoch)).toBe(true);
        expect(part.map(draw => draw.index).sort((a, b) => a - b)).toEqual([...Array(count).keys()]);
      }
      const order = new SampleOrder(count, seed);
      expect(order.at(start)).toEqual(new SampleOrder(count, seed).at(start));
      if (start < draws.length) expect(order.at(start)).toEqual(draws[start]);
    }),
    { numRuns: 30 },
  );
  const index = (seed: number, position: number) => new SampleOrder(1000, seed).at(position).index;
  expect(index(1, 0)).not.toBe(index(2, 0));
  expect(index(1, 0)).not.toBe(index(1, 1000));
});
