import { describe, expect, it } from 'vitest';
import type { Mention, PlannedEntity } from '../data/index.js';
import { describeVerification, verifyReport } from './verify.js';

const effusion: PlannedEntity = {
  concept: 'pleural effusion',
  type: 'ABNORMALITY',
  side: 'left',
  severity: 'mild',
};
const noEdema: PlannedEntity = { concept: 'pulmonary edema', type: 'NON-DISEASE' };
const plan = { id: 'a', entities: [effusion, noEdema] };

function mention(details: Partial<Mention> & Pick<Mention, 'concept' | 'type'>): Mention {
  const polarity = details.type.startsWith('NON-') ? 'negated' : 'affirmed';
  return { section: 'findings', start: 0, end: 1, text: details.concept, polarity, ...details };
}
const saidEffusion = mention({
  concept: 'pleural effusion',
  type: 'ABNORMALITY',
  side: 'left',
  severity: 'mild',
});
const saidNoEdema = mention({ concept: 'pulmonary edema', type: 'NON-DISEASE' });
const said = [saidEffusion, saidNoEdema];

describe('verifyReport', () => {
  it('accepts a report that says the plan', () => {
    expect(verifyReport(plan, said)).toEqual({
      accepted: true,
      missing: [],
      extra: [],
      wrong: [],
      unsummed: [],
    });
  });

  it('misses what FINDINGS leave out, also where IMPRESSION says it', () => {
    expect(verifyReport(plan, [saidNoEdema]).missing).toEqual([effusion]);
    expect(verifyReport(plan, [{ ...saidEffusion, section: 'impression' }, saidNoEdema]).missing).toEqual([
      effusion,
    ]);
  });

  it('finds what was not planned, in both sections', () => {
    const nodule = mention({ concept: 'lung nodule', type: 'ABNORMALITY' });
    for (const section of ['findings', 'impression'] as const) {
      expect(verifyReport(plan, [...said, { ...nodule, section }]).extra).toEqual([{ ...nodule, section }]);
    }
  });

  it.each([
    ['the other side', { side: 'right' as const }, 'side is right, planned left'],
    ['another degree', { severity: 'severe' as const }, 'severity is severe, planned mild'],
    ['a site nobody planned', { site: 'base' as const }, 'site is base, planned without'],
    ['a change nobody planned', { change: 'new' as const }, 'change is new, planned without'],
    [
      'a denial',
      { type: 'NON-ABNORMALITY' as const, polarity: 'negated' as const },
      'said as NON-ABNORMALITY',
    ],
    ['a doubt', { polarity: 'uncertain' as const }, 'said as uncertain'],
    ['no side', { side: undefined }, 'side left is not said'],
  ])('refuses %s', (_, details, fault) => {
    const verification = verifyReport(plan, [{ ...saidEffusion, ...details }, saidNoEdema]);
    expect(verification.accepted).toBe(false);
    expect(describeVerification(verification)).toContain(fault);
  });

  it('lets an impression say less, but nothing else', () => {
    const brief = mention({ concept: 'pleural effusion', type: 'ABNORMALITY', section: 'impression' });
    expect(verifyReport(plan, [...said, brief]).accepted).toBe(true);
    expect(verifyReport(plan, [...said, { ...brief, side: 'right' }]).accepted).toBe(false);
  });

  it('takes a normal chest in the impression as the sum of a report without findings, and only there', () => {
    const normal = mention({
      concept: 'normal chest',
      type: 'NON-ABNORMALITY',
      polarity: 'affirmed',
      section: 'impression',
    });
    const nothing = { id: 'a', entities: [noEdema] };
    expect(verifyReport(nothing, [saidNoEdema, normal]).accepted).toBe(true);
    expect(verifyReport(nothing, [saidNoEdema, { ...normal, section: 'findings' }]).accepted).toBe(false);
    expect(verifyReport(plan, [...said, normal]).accepted).toBe(false);
  });

  it('asks for planned anatomy and allows other anatomy', () => {
    const carina = { concept: 'carina', type: 'ANATOMY' as const };
    expect(verifyReport({ ...plan, entities: [...plan.entities, carina] }, said).missing).toEqual([carina]);
    expect(verifyReport(plan, [...said, mention(carina)]).accepted).toBe(true);
  });
});

describe('verifyReport, of a concept that is planned on both sides apart', () => {
  const left = { ...effusion, side: 'left', severity: 'mild' } as const;
  const right = { ...effusion, side: 'right', severity: 'severe' } as const;
  const both = { id: 'a', entities: [left, right] };
  const saidLeft = mention({ ...left });
  const saidRight = mention({ ...right });

  it('wants each of them said, and each time that it is said to fit one of them', () => {
    expect(verifyReport(both, [saidLeft, saidRight]).accepted).toBe(true);
    expect(verifyReport(both, [saidLeft]).missing).toEqual([right]);
    const swapped = verifyReport(both, [
      { ...saidLeft, severity: 'severe' },
      { ...saidRight, severity: 'mild' },
    ]);
    expect(swapped.wrong.map(({ fault }) => fault)).toEqual([
      'severity is severe, planned mild',
      'severity is mild, planned severe',
    ]);
    expect(verifyReport(both, [saidLeft, saidRight, mention({ ...left, side: 'bilateral' })]).accepted).toBe(
      false,
    );
  });

  it('refuses a concept that is said on the planned side and once more on the other', () => {
    const twice = { ...saidEffusion, side: 'right' as const };
    expect(verifyReport(plan, [...said, twice]).wrong.map(({ fault }) => fault)).toEqual([
      'side is right, planned left',
    ]);
    for (const section of ['findings', 'impression'] as const) {
      expect(verifyReport(plan, [...said, { ...twice, section }]).accepted).toBe(false);
    }
  });
});

describe('verifyReport, of what is said in doubt or beside the plan', () => {
  it('refuses a hedged impression, also of a normal chest', () => {
    const hedged = { ...saidEffusion, section: 'impression' as const, polarity: 'uncertain' as const };
    expect(verifyReport(plan, [...said, hedged]).accepted).toBe(false);
    const normal = mention({
      concept: 'normal chest',
      type: 'NON-ABNORMALITY',
      polarity: 'uncertain',
      section: 'impression',
    });
    expect(verifyReport({ id: 'a', entities: [noEdema] }, [saidNoEdema, normal]).extra).toEqual([normal]);
  });

  it('refuses what a planned finding implies, and names that the bank does not know', () => {
    for (const concept of ['lung opacity', 'pectus carinatum']) {
      const implied = mention({ concept, type: 'ABNORMALITY' });
      expect(verifyReport(plan, [...said, implied]).extra).toEqual([implied]);
    }
  });

  it('does not take a finding for the anatomy of the same name', () => {
    const hilum = { concept: 'hilum', type: 'ANATOMY' as const };
    const planned = { id: 'a', entities: [hilum] };
    const finding = mention({ concept: 'hilum', type: 'ABNORMALITY' });
    expect(verifyReport(planned, [finding])).toMatchObject({ missing: [hilum], extra: [finding] });
  });

  it('wants of an impression that it names a finding, where it is asked for one', () => {
    const silent = [...said, mention({ ...noEdema, section: 'impression' })];
    expect(verifyReport(plan, silent).accepted).toBe(true);
    expect(verifyReport(plan, silent, 'impression').unsummed).toEqual([effusion]);
    expect(
      verifyReport(plan, [...silent, { ...saidEffusion, section: 'impression' }], 'impression').accepted,
    ).toBe(true);
    expect(verifyReport({ id: 'a', entities: [noEdema] }, [saidNoEdema], 'impression').accepted).toBe(true);
  });
});
