import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random } from '../../base/index.js';
import { misspelt } from './errors.js';

const text = 'There is a small left pleural effusion. The heart is normal in size. No pneumothorax.';

describe('misspelt', () => {
  it('makes one small error that leaves the rest as it was', () => {
    fc.assert(
      fc.property(fc.nat(), seed => {
        const wrong = misspelt(text, Random.of(seed), false);
        expect(wrong).not.toBe(text);
        expect(Math.abs(wrong.length - text.length)).toBeLessThan(8);
        const words = new Set(text.split(' '));
        expect(wrong.split(' ').filter(word => !words.has(word)).length).toBeLessThanOrEqual(2);
        expect(wrong[0]).toMatch(/[A-Z]/);
      }),
    );
  });

  it('turns a side round or loses a "no" where the meaning is to change, and leaves what has neither', () => {
    const found = new Set(Array.from({ length: 50 }, (_, seed) => misspelt(text, Random.of(seed), true)));
    expect(found).toEqual(
      new Set([text.replace('left', 'right'), text.replace('No pneumothorax', 'pneumothorax')]),
    );
    expect(misspelt('Normal chest.', Random.of(1), true)).toBe('Normal chest.');
  });

  it('takes any text', () => {
    fc.assert(
      fc.property(fc.string(), fc.nat(), fc.boolean(), (any, seed, material) => {
        expect(typeof misspelt(any, Random.of(seed), material)).toBe('string');
      }),
    );
  });
});
