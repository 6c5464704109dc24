import { describe, expect, it } from 'vitest';
import { measureCopiedTexts } from './copied-texts.js';
import { distinctOf, measureTexts, type PatientReport } from './texts.js';

const report = (id: number, findings: string, impression = ''): PatientReport => ({
  id: `r${id}`,
  patient: `p${id}`,
  findings,
  impression,
});

const REAL = [
  report(1, 'There is a small left pleural effusion with basal atelectasis.'),
  report(2, 'The heart is enlarged. No pneumothorax is seen on this examination.'),
  report(3, 'A nodule projects over the right upper lobe near the first rib.'),
];
const OPTIONS = { seed: 0, falseAlarms: 0.01 };

describe('reports', () => {
  it('that are the real ones cover all of them, and are copies', async () => {
    const result = (await measureTexts(REAL, REAL, OPTIONS))!;
    expect(result.coverage).toEqual({ words: 1, differentWords: 1 });
    expect(result.entities).toMatchObject({ of: 'real reports', covered: 1, usesCovered: 1 });
    expect(result.lengthDistance).toBe(0);
    expect(result.copies).toMatchObject({
      identical: 1,
      overlap: 1,
      realIdentical: 0,
      realOverlap: 0,
      copied: 1,
    });
    expect(result.real).toEqual(result.synthetic);
  });

  it('of other words cover what they share', async () => {
    const own = [report(9, 'Small left pleural effusion.')];
    const result = (await measureTexts(own, REAL, OPTIONS))!;
    expect(result.coverage!.differentWords).toBeLessThan(0.3);
    expect(result.entities!.covered).toBeGreaterThan(0);
    expect(result.entities!.covered).toBeLessThan(0.5);
    expect(result.copies).toMatchObject({ identical: 0, overlap: 0 });
  });

  it('need no real ones, and give nothing without a text', async () => {
    const result = (await measureTexts(REAL, [report(4, ' ')], OPTIONS))!;
    expect(result.real).toBeUndefined();
    expect(result.synthetic.reports).toBe(3);
    expect(await measureTexts([report(5, '')], REAL, OPTIONS)).toBeUndefined();
  });
});

describe('copied texts', () => {
  it('are told from texts that real reports share anyway', () => {
    const normal = 'The lungs are clear and the heart is of normal size today.';
    const real = [
      report(1, normal),
      report(2, normal),
      ...REAL.map((each, at) => report(at + 3, each.findings)),
    ];
    const found = measureCopiedTexts([report(9, normal), REAL[0]!], real, OPTIONS);
    expect(found).toMatchObject({ identical: 1, overlap: 1, realIdentical: 0.4, realOverlap: 0.4 });
    // Two of five real reports repeat another patient's: a copy proves nothing.
    expect(found).toMatchObject({ threshold: 1, copied: 0 });
  });

  it('do not look at reports of the same patient', () => {
    const twice = [report(1, REAL[0]!.findings), { ...report(2, REAL[0]!.findings), patient: 'p1' }];
    expect(measureCopiedTexts(REAL, twice, OPTIONS)).toMatchObject({ realIdentical: 0, realOverlap: 0 });
  });

  it('count stretches of five words', () => {
    const { overlap } = measureCopiedTexts(
      [report(9, 'The heart is enlarged. No mass at all can be found')],
      REAL,
      OPTIONS,
    );
    // Seven stretches; "the heart is enlarged no" is one of the real report's.
    expect(overlap).toBeCloseTo(1 / 7, 12);
  });
});

describe('distinct words and pairs', () => {
  it('are shares of the first words', () => {
    const texts = [report(1, 'a b a b'), report(2, 'c d')];
    expect(distinctOf(texts, 6)).toEqual({ distinct1: 4 / 6, distinct2: 3 / 4 });
    expect(distinctOf(texts, 4)).toEqual({ distinct1: 2 / 4, distinct2: 2 / 3 });
    expect(distinctOf([], 4)).toEqual({ distinct1: 0, distinct2: 0 });
  });
});
