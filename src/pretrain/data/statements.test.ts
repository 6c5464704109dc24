import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Mention } from '../../data/index.js';
import { nameOf, sectionsOf, statementsOf } from './statements.js';

/** Text as nobody writes it. */
const odd = fc.string({ unit: fc.constantFrom(...'aeotn .!-\n\t§é漢\u0000\u200b😀\ud800'), maxLength: 100 });

const texts = (findings: string, impression = '', mentions: Mention[] = []) =>
  statementsOf(sectionsOf({ findings, impression, mentions })).map(({ text }) => text);

function mention(findings: string, text: string, rest: Partial<Mention> = {}): Mention {
  const start = findings.indexOf(text);
  return {
    section: 'findings',
    start,
    end: start + text.length,
    text,
    concept: text.toLowerCase(),
    type: 'ABNORMALITY',
    polarity: 'affirmed',
    ...rest,
  };
}

describe('statementsOf', () => {
  it('splits sentences, keeps measures together, and takes each sentence once', () => {
    expect(texts('A 1.5 cm nodule.  Clear lungs?\nHeart is normal', 'Clear lungs? No change!')).toEqual([
      'A 1.5 cm nodule.',
      'Clear lungs?',
      'Heart is normal',
      'No change!',
    ]);
    expect(texts('1. Pneumonia. 2.', ' . ')).toEqual(['Pneumonia.']);
    expect(texts('', '')).toEqual([]);
  });

  it('knows in which sections a sentence stands, and reads it as where it stands first', () => {
    const findings = 'Left effusion. Clear lungs.';
    const sections = sectionsOf({
      findings,
      impression: 'No change. Left effusion.',
      mentions: [mention(findings, 'effusion', { side: 'left' })],
    });
    expect(sections.findings.map(({ text }) => text)).toEqual(['Left effusion.', 'Clear lungs.']);
    expect(sections.impression.map(({ text }) => text)).toEqual(['No change.', 'Left effusion.']);
    expect(sections.impression[1]).toBe(sections.findings[0]);
  });

  it('gives each claim to its sentence, with its state', () => {
    const findings =
      'Left effusion is seen. No pneumothorax. The old nodule is gone. Heart size is normal. Possible edema.';
    const { findings: statements } = sectionsOf({
      findings,
      impression: '',
      mentions: [
        mention(findings, 'effusion', { side: 'left' }),
        mention(findings, 'pneumothorax', { polarity: 'negated', type: 'NON-ABNORMALITY' }),
        mention(findings, 'nodule', { change: 'resolved' }),
        mention(findings, 'Heart size is normal', { concept: 'normal heart size', type: 'NON-ABNORMALITY' }),
        mention(findings, 'Heart', { type: 'ANATOMY' }),
        mention(findings, 'edema', { polarity: 'uncertain' }),
      ],
    });
    expect(statements.map(({ claims }) => claims)).toEqual([
      [{ concept: 'effusion', side: 'left', state: 'present' }],
      [{ concept: 'pneumothorax', state: 'absent' }],
      [{ concept: 'nodule', state: 'absent' }],
      [{ concept: 'normal heart size', state: 'normal' }],
      [{ concept: 'edema', state: 'uncertain' }],
    ]);
    const names = statements.flatMap(({ claims }) => claims.map(claim => nameOf(claim, true)));
    expect(names.slice(0, 4)).toEqual(['left effusion', 'no pneumothorax', 'no nodule', 'normal heart size']);
  });

  it('takes no longer for a row of dots', () => {
    const started = performance.now();
    texts(`${'.'.repeat(200_000)}end`);
    expect(performance.now() - started).toBeLessThan(2000);
  });

  it('loses no word of any text that has words', () => {
    fc.assert(
      fc.property(odd, odd, (first, second) => {
        const found = texts(first, second).join(' ');
        for (const word of `${first} ${second}`.match(/\p{L}{3,}/gu) ?? []) expect(found).toContain(word);
      }),
    );
  });
});
