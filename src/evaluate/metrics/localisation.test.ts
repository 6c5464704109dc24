import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bestThreshold, contrastToNoise, OverlapCurve, pointsInside, upsample } from './index.js';

describe('upsampling', () => {
  it('is PyTorch’s bilinear interpolation with align_corners=False', () => {
    // torch.nn.functional.interpolate(torch.tensor([[[[0., 4.], [8., 16.]]]]), size=4, mode='bilinear')
    expect([...upsample([0, 4, 8, 16], [2, 2], 4)]).toEqual([
      0, 1, 3, 4, 2, 3.25, 5.75, 7, 6, 7.75, 11.25, 13, 8, 10, 14, 16,
    ]);
  });

  it('keeps a flat map flat and stays between the least and the greatest cell', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 6, maxLength: 6 }), cells => {
        const up = upsample(cells, [2, 3], 7);
        expect(Math.min(...up)).toBeGreaterThanOrEqual(Math.min(...cells));
        expect(Math.max(...up)).toBeLessThanOrEqual(Math.max(...cells));
      }),
    );
    expect(new Set(upsample([2, 2, 2, 2, 2, 2], [3, 2], 5))).toEqual(new Set([2]));
  });
});

const TRUTH = [1, 1, 0, 0];

describe('a map against the truth', () => {
  it('points inside where its greatest value is', () => {
    expect(pointsInside([0.1, 0.9, 0.3, 0.2], TRUTH)).toBe(true);
    expect(pointsInside([0.1, 0.9, 1.3, 0.2], TRUTH)).toBe(false);
  });

  it('has the contrast-to-noise ratio of the definition, with its sign', () => {
    // Inside 3 and 5 (mean 4, variance 1), outside 0 and 2 (mean 1, variance 1).
    expect(contrastToNoise([3, 5, 0, 2], TRUTH)).toBeCloseTo(3 / Math.SQRT2, 12);
    expect(contrastToNoise([-3, -5, 0, -2], TRUTH)).toBeCloseTo(-3 / Math.SQRT2, 12);
    expect(contrastToNoise([7, 7, 7, 7], TRUTH)).toBe(0);
  });

  it('overlaps at each threshold as counted pixel by pixel', () => {
    const thresholds = Float64Array.from({ length: 21 }, (_, index) => (index - 10) / 10);
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: -12, max: 12 }), fc.boolean()), { maxLength: 30 }),
        pixels => {
          // Between the thresholds, so that rounding cannot matter.
          const map = [0.33, ...pixels.map(([value]) => value / 10 + 0.05)];
          const truth = [1, ...pixels.map(([, inside]) => Number(inside))];
          const curve = OverlapCurve.of(map, truth, thresholds);
          thresholds.forEach((threshold, index) => {
            const predicted = map.map(value => Number(value >= threshold));
            const both = predicted.filter((value, pixel) => value === 1 && truth[pixel] === 1).length;
            const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);
            const { iou, dice } = curve.at(index);
            expect(iou).toBe(both / (sum(predicted) + sum(truth) - both));
            expect(dice).toBe((2 * both) / (sum(predicted) + sum(truth)));
          });
        },
      ),
    );
  });

  it('is cut best where the mean Dice is greatest', () => {
    const thresholds = Float64Array.from([0, 0.25, 0.5, 0.75, 1]);
    const curve = OverlapCurve.of([0.6, 0.6, 0.3, 0.1], TRUTH, thresholds);
    expect(bestThreshold([curve], thresholds)).toBe(2);
    expect(curve.at(2)).toEqual({ iou: 1, dice: 1, precision: 1, recall: 1 });
  });
});

describe('a mask against the truth, as torchmetrics in float64', () => {
  interface Golden {
    map: number[];
    truth: number[];
    threshold: number;
    dice: number;
    iou: number;
    precision: number;
    recall: number;
  }
  const goldens: Golden[] = JSON.parse(
    readFileSync(new URL('./__fixtures__/overlap.json', import.meta.url), 'utf8'),
  );

  it.each(goldens)('at $threshold', ({ map, truth, threshold, ...expected }) => {
    const overlap = OverlapCurve.of(map, truth, Float64Array.from([threshold, threshold + 100])).at(0);
    for (const name of ['dice', 'iou', 'precision', 'recall'] as const) {
      expect(Math.abs(overlap[name] - expected[name])).toBeLessThanOrEqual(1e-12);
    }
  });
});
