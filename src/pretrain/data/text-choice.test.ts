import { describe, expect, it } from 'vitest';
import { Random } from '../../base/index.js';
import { PretrainRecipe } from '../recipe.js';
import { statementsOf } from './statements.js';
import { chooseText } from './text-choice.js';

const say = (text: string, concept: string) => ({ text, claims: [{ concept, state: 'present' as const }] });
const [a, b, c] = [say('A.', 'a'), say('B.', 'b'), say('C.', 'c')];
const report = (findings: (typeof a)[], impression: (typeof a)[]) => {
  const sections = { findings, impression };
  return { sections, statements: statementsOf(sections) };
};

type TextSettings = Partial<PretrainRecipe['text']>;
const settingsOf = (text: TextSettings) =>
  PretrainRecipe.parse({ objective: { name: 'convirt' }, text, training: { steps: 1 } }).text;
const chosen = (sample: ReturnType<typeof report>, text: TextSettings) =>
  new Set(
    Array.from({ length: 40 }, (_, seed) => chooseText(sample, settingsOf(text), Random.of(seed)).text),
  );

describe('chooseText', () => {
  const sample = report([a, b], [c, a]);

  it('takes any one sentence unless told otherwise', () => {
    expect(chosen(sample, {})).toEqual(new Set(['A.', 'B.', 'C.']));
    expect(chosen(sample, { sections: ['impression'] })).toEqual(new Set(['C.', 'A.']));
  });

  it('takes the first section that has text', () => {
    expect(chosen(sample, { sample: 'section' })).toEqual(new Set(['A. B.']));
    expect(chosen(sample, { sample: 'section', sections: ['impression', 'findings'] })).toEqual(
      new Set(['C. A.']),
    );
    expect(chosen(report([a], []), { sample: 'section', sections: ['impression', 'findings'] })).toEqual(
      new Set(['A.']),
    );
    expect(chosen(report([a], []), { sample: 'section', sections: ['impression'] })).toEqual(new Set(['A.']));
  });

  it('takes a whole report in the order asked for, each sentence once, up to a number of them', () => {
    expect(chosen(sample, { sample: 'report' })).toEqual(new Set(['A. B. C.']));
    expect(chosen(sample, { sample: 'report', sections: ['impression', 'findings'] })).toEqual(
      new Set(['C. A. B.']),
    );
    expect(chosen(sample, { sample: 'report', sentences: 2 })).toEqual(new Set(['A. B.']));
    const { claims } = chooseText(sample, settingsOf({ sample: 'report' }), Random.of(1));
    expect(claims.map(({ concept }) => concept)).toEqual(['a', 'b', 'c']);
  });

  it('takes bare names as often as asked for', () => {
    expect(chosen(sample, { sample: 'report', phraseShare: 1 })).toEqual(new Set(['a', 'b', 'c']));
  });
});
