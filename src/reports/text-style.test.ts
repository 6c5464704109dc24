import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareStyles, StyleCounter, sentencesOf, summariseLengths, wordsOf } from './text-style.js';

function styleOf(...texts: string[]) {
  const counter = new StyleCounter();
  for (const findings of texts) counter.add({ findings, impression: '' });
  return counter.style();
}

describe('words and sentences', () => {
  it('are what a reader would count', () => {
    expect(wordsOf('The heart is XXXX in size; 3.5 cm right-sided nodule.')).toEqual(
      'the heart is in size cm right-sided nodule'.split(' '),
    );
    expect(sentencesOf('Heart 1.5 cm wider. Lungs clear!\nNo effusion')).toEqual([
      'Heart 1.5 cm wider.',
      'Lungs clear!',
      'No effusion',
    ]);
    expect(sentencesOf(' \n ')).toEqual([]);
  });
});

describe('StyleCounter', () => {
  it('counts words, lengths and texts that come again', () => {
    const style = styleOf('Lungs are clear. Heart normal.', 'Lungs are clear. Heart normal.', 'No effusion.');
    expect(style).toMatchObject({ reports: 3, tokens: 12, duplicates: 1 });
    expect(style.words.get('lungs')).toBe(2);
    expect(style.words.size).toBe(7);
    expect(Object.fromEntries(style.sentenceLengths)).toEqual({ 2: 3, 3: 2 });
    expect(Object.fromEntries(style.reportLengths)).toEqual({ 2: 1, 5: 2 });
    expect(style.vocabularyCurve).toEqual([{ tokens: 12, words: 7 }]);
  });

  it('does not take the same words in other sections for a duplicate', () => {
    const counter = new StyleCounter();
    counter.add({ findings: 'Clear.', impression: '' });
    counter.add({ findings: '', impression: 'Clear.' });
    expect(counter.style().duplicates).toBe(0);
  });

  it('has a curve that rises and ends with the whole', () => {
    const word = fc.constantFrom('lung', 'heart', 'clear', 'effusion', 'nodule', 'rib', 'left', 'right');
    fc.assert(
      fc.property(fc.array(fc.array(word, { maxLength: 60 }), { maxLength: 20 }), reports => {
        const { vocabularyCurve, tokens, words } = styleOf(...reports.map(each => each.join(' ')));
        vocabularyCurve.reduce(
          (before, point) => {
            expect(point.tokens).toBeGreaterThan(before.tokens);
            expect(point.words).toBeGreaterThanOrEqual(before.words);
            return point;
          },
          { tokens: 0, words: 0 },
        );
        if (tokens > 0) expect(vocabularyCurve.at(-1)).toEqual({ tokens, words: words.size });
      }),
    );
  });
});

describe('summariseLengths', () => {
  it('finds mean, middle and bounds', () => {
    const lengths = new Map(Array.from({ length: 100 }, (_, index) => [index + 1, 1]));
    expect(summariseLengths(lengths)).toEqual({ mean: 50.5, median: 50, p5: 5, p95: 95 });
    expect(summariseLengths(new Map())).toEqual({ mean: 0, median: 0, p5: 0, p95: 0 });
  });
});

describe('compareStyles', () => {
  it('finds nothing between a collection and itself', () => {
    const style = styleOf('Lungs are clear.', 'Heart size is normal.');
    const comparison = compareStyles(style, style);
    expect(comparison).toMatchObject({
      sharedWords: 7,
      realCovered: 1,
      ownCovered: 1,
      sentenceLengthDistance: 0,
      reportLengthDistance: 0,
      overused: [],
      underused: [],
    });
  });

  it('names what is written more and less, and how much longer', () => {
    const own = styleOf('evident evident evident lungs clear clear');
    const real = styleOf('lungs clear clear', 'seen seen lungs');
    const { overused, underused, ...rest } = compareStyles(own, real);
    expect(overused[0]).toMatchObject({ word: 'evident', own: 500, real: 0 });
    expect(underused.map(({ word }) => word)).toEqual(['seen', 'lungs']);
    // Dunning's G² for 3 of 6 against 0 of 6: 2 · 3 · ln(3 / (6 · 3/12)).
    expect(overused[0]!.surprise).toBeCloseTo(6 * Math.log(2), 6);
    expect(rest.sharedWords).toBe(2);
    expect(rest.realCovered).toBeCloseTo(4 / 6, 6);
    expect(rest.ownCovered).toBeCloseTo(0.5, 6);
    expect(rest.reportLengthDistance).toBeCloseTo(1, 6);
  });

  it('stands an empty collection', () => {
    expect(compareStyles(styleOf(), styleOf('Clear.')).realCovered).toBe(0);
    expect(compareStyles(styleOf('Clear.'), styleOf()).overused[0]).toMatchObject({ word: 'clear', real: 0 });
  });
});
