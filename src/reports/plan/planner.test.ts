import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UsageError } from '../../base/index.js';
import type { EntityType, PlannedReport } from '../../data/index.js';
import { type Bank, BankEntity, defaultBank } from '../../entities/index.js';
import { GROUPS, PlanCounter, Planner, planReport, planReports, planStatistics, RULES } from './index.js';
import { NEVER_BILATERAL, USUAL_SIDES } from './rules/index.js';

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

/** Pairs of findings that contradict each other by their words alone. */
const OPPOSITE_PAIRS = [
  ['increased hilar markings', 'decreased hilar markings'],
  ['hyperexpanded lung', 'hypoexpanded lung'],
  ['left mediastinal deviation', 'right mediastinal deviation'],
  ['acute rib fracture', 'chronic rib fracture'],
] as const;

/** A bank of concepts that the rules do not name, with some that they go by the words of. */
function bankOfWords(): Bank {
  const findings = [
    ...OPPOSITE_PAIRS.flat(),
    ...Array.from({ length: 20 }, (_, index) => `unheard of sign ${index}`),
  ];
  const denied = [
    'rib fracture',
    'fracture',
    'markings',
    ...Array.from({ length: 20 }, (_, index) => `absence ${index}`),
  ];
  const entity = (concept: string, type: EntityType, kind: BankEntity['kind']) =>
    BankEntity.parse({ concept, type, kind, synonyms: [], count: 1 });
  return {
    version: 1,
    source: 'test',
    reports: 1,
    entities: [
      ...findings.map(concept => entity(concept, 'ABNORMALITY', 'abnormality')),
      ...denied.map(concept => entity(concept, 'NON-ABNORMALITY', 'abnormality')),
      ...['normal hila', 'clear lungs', 'intact bones'].map(concept =>
        entity(concept, 'NON-ABNORMALITY', 'normal'),
      ),
    ],
  };
}

/**
 * A check of the rules written apart from the planner's and the auditor's: statements as texts, pair by pair. A pair of
 * entities always gives the same, so it is kept.
 */
function ruleChecker(bank: Bank): (report: PlannedReport) => string[] {
  const unfold = (statement: string): string[] =>
    statement[1] === '@'
      ? GROUPS[statement.slice(2)]!.flatMap(member => unfold(`${statement[0]}${member}`))
      : [statement];
  const rules = RULES.map(({ one, other }) => ({
    one: new Set(one.flatMap(unfold)),
    other: new Set(other.flatMap(unfold)),
  }));
  const named = new Set(rules.flatMap(({ one, other }) => [...one, ...other]).map(each => each.slice(1)));
  const known = new Map(bank.entities.map(entity => [`${entity.type} ${entity.concept}`, entity]));
  const sayings = new Map<string, { statements: string[]; excludes: string[]; denied: boolean }>();
  function saying({ concept, type }: PlannedReport['entities'][number]) {
    const key = `${type} ${concept}`;
    let found = sayings.get(key);
    if (found === undefined) {
      const { kind, excludes } = known.get(key)!;
      const denied = kind !== 'normal' && type.startsWith('NON-');
      const isFinding = type === 'ABNORMALITY' || type === 'DISEASE';
      const words = concept.split(' ');
      const byWords = words.flatMap((_, from) =>
        words.slice(from).map((__, more) => `~${words.slice(from, from + more + 1).join(' ')}`),
      );
      found = {
        denied,
        excludes: denied ? [] : excludes,
        statements:
          type === 'ANATOMY'
            ? []
            : [
                `${denied ? '-' : '+'}${concept}`,
                ...(isFinding ? ['+*'] : []),
                ...(isFinding && !named.has(concept) ? byWords : []),
              ],
      };
      sayings.set(key, found);
    }
    return found;
  }
  const numbers = new Map(Array.from(known.keys(), (key, number) => [key, number]));
  const breaks: (string[] | undefined)[] = [];
  function breaksOf(
    one: PlannedReport['entities'][number],
    other: typeof one,
    place: number,
  ): readonly string[] {
    const kept = breaks[place];
    if (kept !== undefined) return kept;
    const key = `${one.type} ${one.concept} and ${other.type} ${other.concept}`;
    const mine = saying(one);
    const its = saying(other);
    const found = rules
      .filter(
        rule =>
          mine.statements.some(statement => rule.one.has(statement)) &&
          its.statements.some(statement => rule.other.has(statement)),
      )
      .map(() => `a rule between ${key}`);
    if (one.type !== 'ANATOMY' && other.type !== 'ANATOMY') {
      if (one.concept === other.concept) found.push(`twice ${key}`);
      if (!its.denied && mine.excludes.includes(other.concept)) found.push(`excluded ${key}`);
      if (
        mine.denied &&
        /^(ABNORMALITY|DISEASE)$/.test(other.type) &&
        ` ${other.concept} `.includes(` ${one.concept} `)
      )
        found.push(`denied and said ${key}`);
    }
    breaks[place] = found;
    return found;
  }
  const lungs = new Set(GROUPS.lungs!.flatMap(member => unfold(`+${member}`)).map(each => each.slice(1)));
  return ({ entities }) => {
    const broken: string[] = [];
    const places = entities.map(({ concept, type }) => numbers.get(`${type} ${concept}`)!);
    for (const [slot, one] of entities.entries()) {
      for (const [next, other] of entities.entries()) {
        if (next === slot) continue;
        const found = breaksOf(one, other, places[slot]! * known.size + places[next]!);
        if (found.length > 0) broken.push(...found);
      }
      if (one.concept !== 'lung resection' || one.type !== 'DISEASE' || one.side === undefined) continue;
      for (const other of entities) {
        if (other === one || other.type.startsWith('NON-') || !lungs.has(other.concept)) continue;
        const onThatSide = other.side === one.side || other.side === 'bilateral';
        if (onThatSide && (one.site === undefined || one.site === other.site))
          broken.push(`${other.concept} where the lung was taken out`);
      }
    }
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

  it('breaks no rule in 100,000 reports of the shipped bank, and leaves nothing out', () => {
    const planner = new Planner(defaultBank(), { pairs: 100_000, cap: 'least', seed: 3 });
    const brokenRules = ruleChecker(defaultBank());
    const counter = new PlanCounter(planner);
    const broken: string[] = [];
    for (let index = 0; index < 100_000; index++) {
      const report = planner.report(index);
      broken.push(...brokenRules(report));
      counter.add(planner.numbers(index), report.entities);
    }
    expect(broken).toEqual([]);
    expect(counter.statistics()).toMatchObject({ violations: 0, leftOut: 0 });
  }, 120_000);

  it('draws what contradicts itself where that is allowed, no entity twice in a report, uses as equal as ever', () => {
    const planner = new Planner(defaultBank(), { pairs: 3000, cap: 'least', contradictions: 'allow' });
    const statistics = planStatistics(planner);
    expect(statistics.violations).toBeGreaterThan(1000);
    expect(statistics.leftOut).toBe(0);
    for (const { entities } of planner.reports(0, 500)) {
      const named = entities.map(({ concept, type }) => `${concept} ${type}`);
      expect(new Set(named).size).toBe(named.length);
    }
  });

  it('breaks no rule with a bank that no rule was written for', () => {
    const bank = bankOfWords();
    const planner = new Planner(bank, {
      pairs: 3000,
      cap: 'least',
      k: 6,
      m: 0,
      findingsPerReport: [1, 1, 2, 2],
    });
    const brokenRules = ruleChecker(bank);
    expect([...planner.reports()].flatMap(brokenRules)).toEqual([]);
    for (const { entities } of planner.reports()) {
      const said = new Set(
        entities.filter(({ type }) => !type.startsWith('NON-')).map(({ concept }) => concept),
      );
      for (const [one, other] of OPPOSITE_PAIRS) expect(said.has(one) && said.has(other)).toBe(false);
    }
    expect(planStatistics(planner).violations).toBe(0);
  });

  it('makes the last of a hundred million samples alone, at once', () => {
    const planner = new Planner(defaultBank(), { pairs: 100_000_000, cap: 'least' });
    const started = performance.now();
    const report = planner.report(99_999_999);
    expect(performance.now() - started).toBeLessThan(1000);
    expect(report.id).toBe('synray-0-99999999');
    expect(report.entities).toHaveLength(12);
    expect(planReport(defaultBank(), { pairs: 100_000_000, cap: 'least' }, 99_999_999)).toEqual(report);
  });

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

  it('refuses shares that ask for a thing twice in a report', () => {
    const bank = bankOf({
      ABNORMALITY: 30,
      DISEASE: 30,
      'NON-ABNORMALITY': 30,
      'NON-DISEASE': 1,
      ANATOMY: 9,
    });
    const shares = { ABNORMALITY: 1, DISEASE: 1, 'NON-ABNORMALITY': 1, 'NON-DISEASE': 1 };
    expect(() => new Planner(bank, { pairs: 100, cap: 'least', shares })).toThrow(
      'asks for 2.3 entities of the type NON-DISEASE a report, and there are 1',
    );
  });

  it('draws the types as the shares ask', () => {
    const shares = { ABNORMALITY: 3, DISEASE: 1, 'NON-ABNORMALITY': 4, 'NON-DISEASE': 0 };
    const planner = new Planner(defaultBank(), { pairs: 640, cap: 'least', k: 8, m: 1, shares });
    const { uses, leftOut } = planStatistics(planner);
    const of = (type: EntityType) =>
      uses.filter(use => use.type === type).reduce((sum, { count }) => sum + count, 0);
    expect([
      of('ABNORMALITY'),
      of('DISEASE'),
      of('NON-ABNORMALITY'),
      of('NON-DISEASE'),
      of('ANATOMY'),
    ]).toEqual([1920, 640, 2560, 0, 640]);
    expect(leftOut).toBe(0);
  });

  it('takes the usual cap of 15 where none is asked for, and the least where the bank is too small for 15', () => {
    expect(new Planner(defaultBank(), { pairs: 20 }).cap).toBe(15);
    const many = new Planner(defaultBank(), { pairs: 2000 });
    expect(many.cap).toBe(many.leastCap);
    expect(many.leastCap).toBeGreaterThan(15);
    expect(new Planner(defaultBank(), { pairs: 2000, mode: 'natural' }).cap).toBeNull();
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
      .filter(statement => !/^[@*~]/.test(statement));
    expect(named.filter(concept => !known.has(concept))).toEqual([]);
  });
});

describe('the sides of findings', () => {
  const bank = defaultBank();
  const planner = new Planner(bank, { pairs: 6000, cap: 'least' });
  const said = [...planner.reports()].flatMap(({ entities }) => entities);
  const shareOf = (concept: string) => {
    const sided = said.filter(entity => entity.concept === concept && entity.side !== undefined);
    return sided.filter(({ side }) => side === 'bilateral').length / sided.length;
  };

  it('are never both where a thing has one side: no bilateral goiter, scoliosis or pacemaker', () => {
    for (const concept of NEVER_BILATERAL) expect(shareOf(concept) || 0, concept).toBe(0);
  });

  it('are mostly both in what mostly is on both sides', () => {
    expect(shareOf('covid pneumonia')).toBeGreaterThan(0.5);
    expect(shareOf('pulmonary edema')).toBeGreaterThan(0.6);
    expect(shareOf('lung nodule')).toBeLessThan(0.35);
  });

  it('have usual shares that sum to one, of concepts of the bank that have sides', () => {
    for (const [concept, { left, right, bilateral }] of Object.entries(USUAL_SIDES)) {
      expect(left + right + bilateral, concept).toBeCloseTo(1, 12);
      expect(bank.entities.some(entity => entity.concept === concept && entity.sides.length === 3)).toBe(
        true,
      );
      expect(NEVER_BILATERAL, concept).not.toContain(concept);
    }
  });
});
