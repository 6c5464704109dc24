import { describe, expect, it } from 'vitest';
import type { Mention } from '../../../data/index.js';
import { paintOne } from './paint.js';
import { polygonMask } from './structures.js';

const SIZE = 128;

const mention = (concept: string, more: Partial<Mention> = {}) =>
  ({ concept, polarity: 'affirmed', type: 'ABNORMALITY', ...more }) as Mention;

function masks(seed: number, mentions: Mention[] = []): Map<string, Uint8Array> {
  const request = { id: 'a', findings: '', impression: '', size: SIZE, seed, attempt: 0 };
  const { structures = [] } = paintOne({ ...request, mentions, structures: true });
  return new Map(structures.map(({ name, mask }) => [name, mask]));
}

const area = (mask: Uint8Array) => mask.reduce((sum, value) => sum + Number(value === 255), 0) / mask.length;

/** Mean x of a mask, as a fraction of the side. */
function middle(mask: Uint8Array): number {
  let sum = 0;
  let count = 0;
  for (const [at, value] of mask.entries()) {
    if (value === 0) continue;
    sum += ((at % SIZE) + 0.5) / SIZE;
    count++;
  }
  return sum / count;
}

describe('outlines of organs', () => {
  it('are there when asked for, change no pixel, and are the same again', () => {
    const request = { id: 'a', findings: '', impression: '', mentions: [], size: SIZE, seed: 1, attempt: 0 };
    const without = paintOne(request);
    const one = paintOne({ ...request, structures: true });
    expect(without.structures).toBeUndefined();
    expect(one.pixels).toEqual(without.pixels);
    expect(paintOne({ ...request, structures: true }).structures).toEqual(one.structures);
  });

  it('lie where organs lie, in the size of organs', () => {
    for (let seed = 0; seed < 8; seed++) {
      const all = masks(seed);
      const [lungs, right, left, fields, heart] = [
        'lungs',
        'right lung',
        'left lung',
        'lung fields',
        'heart',
      ].map(name => all.get(name)!) as [Uint8Array, Uint8Array, Uint8Array, Uint8Array, Uint8Array];
      // The patient's right lies on the left of the picture.
      expect(middle(right)).toBeLessThan(middle(left) - 0.2);
      expect(middle(heart)).toBeGreaterThan(middle(right));
      expect(middle(heart)).toBeLessThan(middle(left));
      expect(area(lungs)).toBeGreaterThan(0.12);
      expect(area(lungs)).toBeLessThan(0.6);
      expect(area(heart)).toBeGreaterThan(0.02);
      expect(area(heart)).toBeLessThan(area(lungs));
      // One lung is the other's size but for the heart's share, and they do not meet.
      expect(area(right) / area(left)).toBeGreaterThan(0.6);
      expect(area(right) / area(left)).toBeLessThan(1.9);
      const fits = (_: number, at: number) =>
        lungs[at] === (right[at]! | left[at]!) &&
        (right[at]! & left[at]!) === 0 &&
        (fields[at]! & heart[at]!) === 0 &&
        (fields[at]! & ~lungs[at]!) === 0;
      expect(Array.from(lungs).every(fits)).toBe(true);
    }
  });

  it('cover what is dark: aerated lung is darker than the rest of the body at its height', () => {
    const request = { id: 'a', findings: '', impression: '', mentions: [], size: SIZE, seed: 5, attempt: 0 };
    const { pixels, structures = [] } = paintOne({ ...request, structures: true });
    const fields = structures.find(({ name }) => name === 'lung fields')!.mask;
    const heart = structures.find(({ name }) => name === 'heart')!.mask;
    const mean = (mask: Uint8Array) =>
      pixels.reduce((sum, value, at) => sum + (mask[at] === 255 ? value : 0), 0) / (area(mask) * mask.length);
    expect(mean(fields)).toBeLessThan(mean(heart) - 25);
  });

  it('follow what a finding reshapes and not what it fills', () => {
    const plain = masks(3);
    expect(masks(3, [mention('pleural effusion', { side: 'left' })]).get('lungs')).toEqual(
      plain.get('lungs'),
    );
    const raised = masks(3, [mention('elevated diaphragm', { side: 'right', severity: 'severe' })]);
    expect(area(raised.get('right lung')!)).toBeLessThan(0.97 * area(plain.get('right lung')!));
    const large = masks(3, [mention('cardiomegaly', { severity: 'severe' })]);
    expect(area(large.get('heart')!)).toBeGreaterThan(1.1 * area(plain.get('heart')!));
    expect(area(large.get('lung fields')!)).toBeLessThan(area(plain.get('lung fields')!));
  });

  it('fill a polygon by its pixel centres', () => {
    const square = polygonMask([0.25, 0.25, 0.75, 0.25, 0.75, 0.75, 0.25, 0.75], 8);
    expect(square.reduce((sum, value) => sum + Number(value === 255), 0)).toBe(16);
    expect(square[2 * 8 + 2]).toBe(255);
    expect(square[1 * 8 + 2]).toBe(0);
    expect(area(polygonMask([-1, -1, 2, -1, 2, 2, -1, 2], 8))).toBe(1);
  });
});
