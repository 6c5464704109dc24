import { beforeAll, describe, expect, it } from 'vitest';
import { Random } from '../base/index.js';
import {
  type Mention,
  type PlannedEntity,
  type PlannedReport,
  Severity,
  Side,
  type Site,
} from '../data/index.js';
import { type Bank, defaultBank, LexiconTagger } from '../entities/index.js';
import { GrammarWriter, Planner, verifyReport } from './index.js';

const REPORTS = 800;
const bank = defaultBank();
const tagger = new LexiconTagger(bank);
const grammar = new GrammarWriter(bank);
const planner = new Planner(bank, { pairs: REPORTS, cap: 'least', seed: 5 });

type Mutation = (plan: PlannedReport, random: Random) => PlannedReport | undefined;

/** Changes one entity that may be chosen; undefined where none may be. */
function changing(
  may: (entity: PlannedEntity, known: Bank['entities'][number]) => boolean,
  to: (entity: PlannedEntity, random: Random, known: Bank['entities'][number]) => PlannedEntity[],
): Mutation {
  return ({ id, entities }, random) => {
    const knownOf = ({ concept, type }: PlannedEntity) =>
      bank.entities.find(known => known.concept === concept && known.type === type)!;
    const candidates = entities.filter(entity => may(entity, knownOf(entity)));
    if (candidates.length === 0) return undefined;
    const one = random.pick(candidates);
    const mutated = to(one, random, knownOf(one));
    return { id, entities: entities.flatMap(entity => (entity === one ? mutated : [entity])) };
  };
}

const isPresent = ({ type }: PlannedEntity) => type === 'ABNORMALITY' || type === 'DISEASE';
const other = <T>(values: readonly T[], value: T, random: Random) =>
  random.pick(values.filter(each => each !== value));

const MUTATIONS: Readonly<Record<string, Mutation>> = {
  dropped: changing(
    ({ type }) => type !== 'ANATOMY',
    () => [],
  ),
  added: ({ id, entities }, random) => {
    const concepts = new Set(entities.map(({ concept }) => concept));
    const fresh = bank.entities.filter(({ concept, type }) => type !== 'ANATOMY' && !concepts.has(concept));
    const { concept, type } = random.pick(fresh);
    return { id, entities: [...entities, { concept, type }] };
  },
  'of the other polarity': changing(isPresent, ({ concept, type }) => [
    { concept, type: type === 'DISEASE' ? 'NON-DISEASE' : 'NON-ABNORMALITY' },
  ]),
  'on another side': changing(
    ({ side, site }) => side !== undefined && site === undefined,
    (entity, random) => [{ ...entity, side: other(Side.options, entity.side, random) }],
  ),
  'without its side': changing(
    ({ side, site }) => side !== undefined && site === undefined,
    ({ side: _, ...entity }) => [entity],
  ),
  'at another site': changing(
    ({ site }) => site === 'base' || site === 'upper zone' || site === 'lower zone',
    (entity, random) => [
      { ...entity, site: other<Site>(['base', 'upper zone', 'lower zone'], entity.site!, random) },
    ],
  ),
  'of another severity': changing(
    ({ severity }) => severity !== undefined,
    (entity, random) => [{ ...entity, severity: other(Severity.options, entity.severity, random) }],
  ),
  'of a severity that was not planned': changing(
    (entity, known) => isPresent(entity) && entity.severity === undefined && known.severities.length > 0,
    (entity, random, known) => [{ ...entity, severity: random.pick(known.severities) }],
  ),
};

/** Reports that say their plan, with what was read in them: only of such is it known what they say. */
let faithful: { plan: PlannedReport; read: Mention[] }[];
beforeAll(async () => {
  const plans = [...planner.reports(0, REPORTS)];
  const read = await tagger.tag(await grammar.write(plans, 0, 0));
  faithful = plans
    .map((plan, index) => ({ plan, read: read[index]! }))
    .filter(({ plan, read }) => verifyReport(plan, read).accepted);
  expect(faithful.length).toBeGreaterThan(REPORTS * 0.95);
});

describe('verifyReport, of reports that say something else than their plan', () => {
  it.each(Object.entries(MUTATIONS))('catches every entity that is %s', (name, mutate) => {
    let mutated = 0;
    let caught = 0;
    const missed: string[] = [];
    const compare = (plan: PlannedReport, read: readonly Mention[]) => {
      mutated++;
      if (verifyReport(plan, read).accepted) missed.push(plan.id);
      else caught++;
    };
    for (const { plan, read } of faithful) {
      const changed = mutate(plan, Random.of(7, plan.id, name));
      if (changed === undefined) continue;
      compare(changed, read);
      // And the other way round: the text says the mutated plan, and is compared with the plan.
      const mentions = tagger.read(grammar.report(changed, 0, 0));
      if (verifyReport(changed, mentions).accepted) compare(plan, mentions);
    }
    process.stdout.write(`${name}: ${caught} of ${mutated} caught\n`);
    expect(missed).toEqual([]);
    expect(mutated).toBeGreaterThan(100);
  });

  it('catches every part of the body that is planned and not named', () => {
    for (const { plan, read } of faithful) {
      for (const entity of plan.entities.filter(({ type }) => type === 'ANATOMY')) {
        const unnamed = read.filter(({ type, concept }) => type !== 'ANATOMY' || concept !== entity.concept);
        expect(verifyReport(plan, unnamed).missing).toEqual([entity]);
      }
    }
  });
});
