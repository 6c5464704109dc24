import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UsageError } from '../../base/index.js';
import type { EntityType, PlannedReport } from '../../data/index.js';
import { type Bank, BankEntity, defaultBank } from '../../entities/index.js';
import { GROUPS, Planner, planReport, planReports, planStatistics, RULES } from './index.js';

const kindOf = { ABNORMALITY: 'abnormality', DISEASE: 'disease', ANATOMY: 'anatomy' } as const;

/** A bank of so many entities a type; NON- types deny the concepts of the others. */
function bankOf(sizes: Record<EntityType, number>): Bank {
  const entities = Object.entries(sizes).flatMap(([type, size]) =>
    Array.from({ length: size }, (_, index) => {
      const plain = type.replace('NON-', '') as keyof typeof kindOf;
      return BankEntity.parse({
        concept: `${plain.toLowerCase()} ${index}`,
        type,
        kind: kindOf[plain],
        synonyms: [],
        count: index + 1,
      });
    }),
  );
  return { version: 1, source: 'test', reports: 1, entities };
}

const size = fc.integer({ min: 30, max: 90 });
const sizes = fc.record({
  ABNORMALITY: size,
  DISEASE: size,
  'NON-ABNORMALITY': size,
  'NON-DISEASE': size,
  ANATOMY: size,
});
const settings = fc.record({
  pairs: fc.integer({ min: 1, max: 400 }),
  seed: fc.nat(),
  k: fc.integer({ min: 4, max: 9 }),
  m: fc.integer({ min: 0, max: 4 }),
  cap: fc.constant('least' as const),
  findingsPerReport: fc.constantFrom<number[] | null>(null, [1], [1, 2, 1], [0, 0, 0, 1]),
});

/** A check of the rules written apart from the planner's own. */
function ruleChecker(bank: Bank): (report: PlannedReport) => string[] {
  const unfold = (statement: string): string[] =>
    statement[1] === '@'
      ? GROUPS[statement.slice(2)]!.flatMap(member => unfold(`${statement[0]}${member}`))
      : [statement];
  const rules = RULES.map(({ one, other }) => ({
    one: one.flatMap(unfold),
    other: new Set(other.flatMap(unfold)),
  }));
  const known = new Map(bank.entities.map(entity => [`${entity.type} ${entity.concept}`, entity]));
  return ({ entities }) => {
    const said = entities.map(({ concept, type }) => {
      const { kind, excludes } = known.get(`${type} ${concept}`)!;
      const affirmed = kind === 'normal' || !type.startsWith('NON-');
      return { statement: `${affirmed ? '+' : '-'}${concept}`, type, excludes: affirmed ? excludes : [] };
    });
    const statements = new Set(said.map(({ statement }) => statement));
    if (said.some(({ type }) => type === 'ABNORMALITY' || type === 'DISEASE')) statements.add('+*');
    const broken = rules
      .filter(({ one, other }) =>
        one.some(mine => statements.has(mine) && [...statements].some(its => its !== mine && other.has(its))),
      )
      .map(({ one }) => `a rule of ${one.join(', ')}`);
    for (const { statement, excludes } of said) {
      for (const excluded of excludes)
        if (statements.has(`+${excluded}`)) broken.push(`${statement} × ${excluded}`);
    }
    const subjects = entities.filter(({ type }) => type !== 'ANATOMY').map(({ concept }) => concept);
    if (new Set(subjects).size < subjects.length) broken.push('a concept twice');
    return broken;
  };
}

describe('Planner', () => {
  it('uses no entity of a type twice more than another, and none above the least cap', () => {
    fc.assert(
      fc.property(sizes, settings, (bankSizes, plan) => {
        const planner = new Planner(bankOf(bankSizes), plan);
        const { uses, leftOut, maxCount, violations } = planStatistics(planner);
        expect(maxCount).toBeLessThanOrEqual(planner.leastCap);
        expect(violations).toBe(0);
        expect(leftOut).toBe(0);
        for (const type of Object.keys(bankSizes)) {
          const counts = uses.filter(use => use.type === type).map(({ count }) => count);
          expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('gives each report k entities and m of anatomy, each subject once', () => {
    fc.assert(
      fc.property(sizes, settings, (bankSizes, plan) => {
        for (const { entities } of planReports(bankOf(bankSizes), plan, 0, Math.min(plan.pairs, 20))) {
          expect(entities.filter(({ type }) => type === 'ANATOMY')).toHaveLength(plan.m);
          expect(entities).toHaveLength(plan.k + plan.m);
          expect(new Set(entities.map(({ concept }) => concept)).size).toBe(plan.k + plan.m);
        }
      }),
      { numRuns: 30 },
    );
  });

  it('makes any sample alone, and the whole as the parts in a row', () => {
    fc.assert(
      fc.property(settings, fc.nat(), fc.nat(), (plan, first, second) => {
        const whole = [...planReports(defaultBank(), plan)];
        const [from, to] = [first % plan.pairs, second % plan.pairs].sort((one, other) => one - other);
        expect([
          ...planReports(defaultBank(), plan, 0, from),
          ...planReports(defaultBank(), plan, from, to),
          ...planReports(defaultBank(), plan, to),
        ]).toEqual(whole);
        expect(planReport(defaultBank(), plan, to!)).toEqual(whole[to!]);
      }),
      { numRuns: 20 },
    );
  });

  it('breaks no rule in 20,000 reports of the shipped bank, and leaves nothing out', () => {
    const planner = new Planner(defaultBank(), { pairs: 20_000, cap: 'least', seed: 3 });
    const brokenRules = ruleChecker(defaultBank());
    const broken: string[] = [];
    for (const report of planner.reports()) broken.push(...brokenRules(report));
    expect(broken).toEqual([]);
    expect(planStatistics(planner)).toMatchObject({ violations: 0, leftOut: 0 });
  }, 60_000);

  it('finds the broken rule in a report that has one', () => {
    const entities = [
      { concept: 'cardiomegaly', type: 'ABNORMALITY' as const },
      { concept: 'normal heart size', type: 'NON-ABNORMALITY' as const },
    ];
    const brokenRules = ruleChecker(defaultBank());
    expect(brokenRules({ id: 'x', entities })).not.toEqual([]);
    expect(brokenRules({ id: 'x', entities: entities.slice(1) })).toEqual([]);
  });

  it('leaves out what no exchange can place, and counts it', () => {
    const planner = new Planner(defaultBank(), { pairs: 256, cap: 'least', findingsPerReport: [0, 1] });
    const { uses, leftOut, violations } = planStatistics(planner);
    expect(uses.find(({ concept }) => concept === 'normal chest')?.count).toBe(0);
    expect(leftOut).toBeGreaterThan(0);
    expect(violations).toBe(0);
  });

  it('keeps to the asked number of findings', () => {
    const plan = { pairs: 640, cap: 'least' as const, findingsPerReport: [1, 2, 1] };
    const counts = [0, 0, 0];
    for (const { entities } of planReports(defaultBank(), plan)) {
      counts[entities.filter(({ type }) => type === 'ABNORMALITY' || type === 'DISEASE').length]!++;
    }
    expect(counts).toEqual([160, 320, 160]);
  });

  it('names the least cap where the asked one is too low', () => {
    const plan = { pairs: 500, cap: 15 };
    expect(() => new Planner(defaultBank(), plan)).toThrow(UsageError);
    const { leastCap } = new Planner(defaultBank(), { ...plan, cap: 'least' });
    expect(() => new Planner(defaultBank(), plan)).toThrow(`raise the cap to ${leastCap}`);
    expect(() => new Planner(defaultBank(), { ...plan, cap: leastCap })).not.toThrow();
    expect(() => new Planner(defaultBank(), { ...plan, cap: leastCap - 1 })).toThrow(UsageError);
  });

  it('does not depend on the order of the bank', () => {
    const bank = defaultBank();
    const turned = { ...bank, entities: bank.entities.toReversed() };
    const plan = { pairs: 100, cap: 'least' as const };
    expect([...planReports(turned, plan)]).toEqual([...planReports(bank, plan)]);
  });

  it('draws as often as the source says in natural mode', () => {
    const bank = bankOf({
      ABNORMALITY: 30,
      DISEASE: 30,
      'NON-ABNORMALITY': 30,
      'NON-DISEASE': 30,
      ANATOMY: 30,
    });
    const planner = new Planner(bank, { pairs: 3000, mode: 'natural', findingsPerReport: null, k: 4, m: 1 });
    const anatomy = planStatistics(planner).uses.filter(({ type }) => type === 'ANATOMY');
    // Entity n has the count n + 1 of 465.
    for (const { concept, count } of anatomy) {
      const expected = (3000 * (Number(concept.split(' ')[1]) + 1)) / 465;
      expect(Math.abs(count - expected)).toBeLessThan(5 * Math.sqrt(expected) + 1);
    }
  });

  it('draws only the concepts it is given', () => {
    const concepts = ['pneumothorax', 'pleural effusion', 'lung nodule', 'clear lungs', 'normal chest'];
    const plan = {
      pairs: 50,
      cap: 'least' as const,
      k: 2,
      m: 0,
      findingsPerReport: [1, 1],
      concepts: concepts as [string, ...string[]],
    };
    const drawn = [...planReports(defaultBank(), plan)].flatMap(({ entities }) => entities);
    expect(new Set(drawn.map(({ concept }) => concept))).toEqual(new Set(concepts));
    expect(() => planReport(defaultBank(), { ...plan, concepts: ['no such thing'] }, 0)).toThrow(
      'no concept "no such thing"',
    );
  });

  it('refuses settings that make no plan', () => {
    expect(() => planReport(defaultBank(), { pairs: 0 }, 0)).toThrow(UsageError);
    expect(() => planReport(defaultBank(), { pairs: 10, cap: 'least' }, 10)).toThrow('no sample 10');
    expect(() => planReport(defaultBank(), { pairs: 10, k: 2, findingsPerReport: [1, 1, 1, 1] }, 0)).toThrow(
      'raise k',
    );
    const unknown = { pairs: 10, kk: 3 };
    expect(() => planReport(defaultBank(), unknown, 0)).toThrow('unknown key "kk"');
  });

  it('says of a finding only what the bank allows, and no lobe on the wrong side', () => {
    const planner = new Planner(defaultBank(), { pairs: 3000, cap: 'least' });
    for (const { entities } of planner.reports()) {
      for (const { concept, type, side, site, severity, extent } of entities) {
        const allowed = planner.entities.find(entity => entity.concept === concept && entity.type === type)!;
        if (side !== undefined) expect(allowed.sides).toContain(side);
        if (site !== undefined) expect(allowed.sites).toContain(site);
        if (severity !== undefined) expect(allowed.severities).toContain(severity);
        if (extent !== undefined) expect(allowed.extents).toContain(extent);
        if (site === 'middle lobe') expect(side).toBe('right');
        if (site === 'lingula') expect(side).toBe('left');
        if (type.startsWith('NON-') || type === 'ANATOMY')
          expect({ side, site, severity, extent }).toEqual({});
      }
    }
  });
});

describe('RULES', () => {
  it('name concepts of the shipped bank, so that no rule is dead', () => {
    const known = new Set(defaultBank().entities.map(({ concept }) => concept));
    const named = [...Object.values(GROUPS), ...RULES.flatMap(({ one, other }) => [one, other])]
      .flat()
      .map(statement => statement.replace(/^[+-]/, ''))
      .filter(statement => !/^[@*]/.test(statement));
    expect(named.filter(concept => !known.has(concept))).toEqual([]);
  });
});
