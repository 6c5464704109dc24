import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { tensor } from '../../tensor/index.js';
import { overlapOf } from './overlap.js';
import { outlineLoss } from './train-outlines.js';

const Golden = z.object({
  cases: z.array(
    z.object({
      predicted: z.array(z.number()),
      truth: z.array(z.number()),
      iou: z.number(),
      dice: z.number(),
    }),
  ),
});

describe('overlap of masks', () => {
  it('is as torchmetrics defines it', () => {
    const text = readFileSync(new URL('./__fixtures__/overlap.json', import.meta.url), 'utf8');
    for (const { predicted, truth, iou, dice } of Golden.parse(JSON.parse(text)).cases) {
      const own = overlapOf(predicted, truth);
      // torchmetrics counts in single precision.
      expect(own.iou).toBeCloseTo(iou, 6);
      expect(own.dice).toBeCloseTo(dice, 6);
    }
  });

  it('is whole for empty on empty, nothing for one empty, symmetric, and Dice = 2 IoU / (1 + IoU)', () => {
    expect(overlapOf([0, 0], [0, 0])).toEqual({ dice: 1, iou: 1 });
    expect(overlapOf([255, 0], [0, 0])).toEqual({ dice: 0, iou: 0 });
    const mask = fc.array(fc.boolean(), { minLength: 9, maxLength: 9 });
    fc.assert(
      fc.property(mask, mask, (one, other) => {
        const [a, b] = [one.map(Number), other.map(value => 255 * Number(value))];
        const { dice, iou } = overlapOf(a, b);
        expect(overlapOf(b, a)).toEqual({ dice, iou });
        expect(dice).toBeCloseTo((2 * iou) / (1 + iou), 12);
      }),
    );
    expect(() => overlapOf([0], [0, 0])).toThrow(RangeError);
  });
});

it('the loss is cross entropy plus what is missing of the soft Dice', () => {
  const logits = tensor([0, 0, Math.log(3), -Math.log(3)], { shape: [1, 1, 2, 2] });
  const truth = tensor([1, 0, 1, 0], { shape: [1, 1, 2, 2] });
  const entropy = (2 * Math.log(2) - 2 * Math.log(0.75)) / 4;
  const dice = (2 * (0.5 + 0.75) + 1) / (0.5 + 0.5 + 0.75 + 0.25 + 2 + 1);
  expect(outlineLoss(logits, truth).item()).toBeCloseTo(entropy + 1 - dice, 6);
});
