import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { resolveStudy } from './study.js';

const WHOLE = `
title: t
steps: 10
sources:
  hospital: { folder: ../hospital }
  clean: { curate: { of: hospital } }
  pairs: { generate: { pairs: 10 } }
  unused: { folder: ../elsewhere }
arms:
  real: { data: { hospital: 1 } }
  curated: { data: { clean: 1 }, control: true, steps: 5 }
  mixed: { data: { clean: 1, pairs: 2 } }
methods:
  convirt: { objective: { name: convirt } }
  gloria: { objective: { name: gloria }, training: { steps: 20 } }
tasks:
  zero-shot: { task: zero-shot, data: hospital }
ablations:
  small: { question: q, of: mixed, sources: { hospital: { folder: ../other } }, method: { training: { batch: 8 } }, methods: [convirt] }
`;

/** The recipe with a change, as YAML text that replaces another. */
function study(change: readonly [before: string, after: string] = ['', '']) {
  return resolveStudy(parse(WHOLE.replace(...change)), '/x/recipe.yaml');
}

describe('the recipe of a study', () => {
  it('gives every arm every method, the steps of all unless said, and every arm less the first', () => {
    const { arms, differences, sources } = study();
    expect(arms.map(({ name, steps }) => [name, steps])).toEqual([
      ['real', 10],
      ['curated', 5],
      ['mixed', 10],
      ['small', 10],
    ]);
    expect(arms[0]!.methods.convirt!.training.steps).toBe(10);
    expect(differences).toEqual([
      { first: 'curated', second: 'real' },
      { first: 'mixed', second: 'real' },
    ]);
    expect([...sources.keys()]).not.toContain('unused');
  });

  it('changes what an ablation changes, what is made of it, and nothing else', () => {
    const { arms, sources } = study();
    const small = arms.find(({ name }) => name === 'small')!;
    expect(small.data).toEqual({ 'clean.small': 1, pairs: 2 });
    expect(sources.get('clean.small')!.curate!.of).toBe('hospital.small');
    expect(sources.get('hospital.small')!.folder).toBe('../other');
    expect(sources.get('clean')!.curate!.of).toBe('hospital');
    expect(Object.keys(small.methods)).toEqual(['convirt']);
    expect(small.methods.convirt!.training.batch).toBe(8);
    expect(arms[0]!.methods.convirt!.training.batch).toBe(64);
    const order = [...sources.keys()];
    expect(order.indexOf('hospital.small')).toBeLessThan(order.indexOf('clean.small'));
  });

  it.each([
    [['of: hospital }', 'of: hospitl }'], /there is no data set "hospitl" \(use one of: hospital, clean/],
    [
      ['{ folder: ../hospital }', '{ curate: { of: clean } }'],
      /hospital is made of clean is made of hospital/,
    ],
    [['{ folder: ../hospital }', '{ folder: x, generate: { pairs: 1 } }'], /expected exactly one of/],
    [['task: zero-shot,', 'task: zero,'], /there is no task "zero"/],
    [['of: mixed', 'of: mixd'], /there is no arm "mixd"/],
    [['  small:', '  mixed:'], /ablations.mixed has the name of an arm/],
    [['batch: 8', 'batsh: 8'], /ablation small, method convirt.*unknown key "batsh"/],
    [['steps: 10', 'steps: 0'], /steps/],
    [['title: t', 'titel: t'], /unknown key "titel"/],
    [['  real: {', '  ../real: {'], /expected letters, digits/],
  ] as const)('with %j is refused by name', (change, fault) => {
    expect(() => study(change)).toThrow(fault);
  });
});
