import { Random, sha256 } from '../../base/index.js';
import type { ChatReplier } from '../../chat/testing/hostile-endpoint.js';
import { type PlannedEntity, PlannedEntity as PlannedEntitySchema } from '../../data/index.js';
import { defaultBank } from '../../entities/index.js';
import { GrammarWriter } from '../writers/grammar/index.js';

/** How often the model gets each thing wrong, in [0, 1]. */
export interface ModelFaults {
  /** Leaves an entity out. */
  readonly drop: number;
  /** Says something that is not in the list. */
  readonly add: number;
  /** Says another side. */
  readonly side: number;
  /** Says another severity. */
  readonly severity: number;
  /** Denies what is there, or the other way round. */
  readonly polarity: number;
  /** Doubts what is there. */
  readonly hedge: number;
  /** Declines. */
  readonly refuse: number;
  /** Gives something else than was asked for. */
  readonly babble: number;
}

/** A quarter of all texts is wrong in some way. */
export const USUAL_FAULTS: ModelFaults = {
  drop: 0.05,
  add: 0.05,
  side: 0.03,
  severity: 0.03,
  polarity: 0.03,
  hedge: 0.03,
  refuse: 0.02,
  babble: 0.01,
};

/** No faults at all. */
export const NO_FAULTS: ModelFaults = {
  drop: 0,
  add: 0,
  side: 0,
  severity: 0,
  polarity: 0,
  hedge: 0,
  refuse: 0,
  babble: 0,
};

/**
 * Stands in for a language model: reads the list of statements out of the prompt as it ships and has the grammar
 * write them, with faults at set rates; half as many when it is told what was wrong. The same request gets the
 * same answer.
 */
export function promptedModel(faults: ModelFaults = USUAL_FAULTS): ChatReplier {
  const grammar = new GrammarWriter();
  return (messages, wire) => {
    const random = Random.of(sha256(JSON.stringify([messages, wire.seed])), 'model');
    const question = String(messages[1]?.content ?? '');
    const section = question.includes('IMPRESSION section') ? 'impression' : 'findings';
    const told = messages.length > 2;
    const happens = (rate: number) => random.chance(told ? rate / 2 : rate);
    if (happens(faults.refuse)) return "I'm sorry, but I can't help with writing medical reports.";
    if (happens(faults.babble)) return 'Sure! What kind of report would you like?';
    const { entities, doubted } = derange(entitiesIn(question), faults, happens, random);
    const report = grammar.report({ id: String(random.bits()), entities }, 0, 0);
    const text = `${report[section]}${doubted.map(concept => ` Possible ${concept}.`).join('')}`;
    const isJson = wire.response_format !== undefined;
    return isJson ? JSON.stringify({ [section]: text }) : text;
  };
}

const TYPES = {
  PRESENT: ['ABNORMALITY', 'DISEASE'],
  ABSENT: ['NON-ABNORMALITY', 'NON-DISEASE'],
  NORMAL: ['NON-ABNORMALITY', 'NON-DISEASE'],
  MENTION: ['ANATOMY', 'ANATOMY'],
} as const;

/** The entities of the list in a prompt. */
export function entitiesIn(prompt: string): PlannedEntity[] {
  const diseases = new Set(
    defaultBank()
      .entities.filter(({ kind }) => kind === 'disease')
      .map(({ concept }) => concept),
  );
  const lines = prompt.matchAll(/^- (PRESENT|ABSENT|NORMAL|MENTION): ([^|\n]+?)((?: \| [^|\n]+)*)$/gm);
  return [...lines].map(([, status, concept, details]) => {
    const types = TYPES[status as keyof typeof TYPES];
    const pairs = details!.split(' | ').map(detail => detail.split(': ', 2));
    const attributes = Object.fromEntries(pairs.filter(([name]) => name !== '' && name !== 'wording'));
    return PlannedEntitySchema.parse({
      concept,
      type: types[diseases.has(concept!) ? 1 : 0],
      ...attributes,
    });
  });
}

function derange(
  planned: readonly PlannedEntity[],
  faults: ModelFaults,
  happens: (rate: number) => boolean,
  random: Random,
): { entities: PlannedEntity[]; doubted: string[] } {
  let entities = [...planned];
  const doubted: string[] = [];
  const change = (
    chosen: (entity: PlannedEntity) => boolean,
    to: (entity: PlannedEntity) => PlannedEntity[],
  ) => {
    const candidates = entities.filter(chosen);
    if (candidates.length === 0) return;
    const one = random.pick(candidates);
    entities = entities.flatMap(entity => (entity === one ? to(entity) : [entity]));
  };
  if (happens(faults.drop))
    change(
      ({ type }) => type !== 'ANATOMY',
      () => [],
    );
  if (happens(faults.add)) {
    const known = new Set(planned.map(({ concept }) => concept));
    const others = defaultBank().entities.filter(
      ({ concept, type }) => type === 'ABNORMALITY' && !known.has(concept),
    );
    entities.push({ concept: random.pick(others).concept, type: 'ABNORMALITY' });
  }
  if (happens(faults.side)) {
    change(
      ({ side, site }) => side !== undefined && site === undefined,
      entity => [{ ...entity, side: entity.side === 'left' ? 'right' : 'left' }],
    );
  }
  if (happens(faults.severity)) {
    change(
      ({ severity }) => severity !== undefined,
      entity => [{ ...entity, severity: entity.severity === 'severe' ? 'mild' : 'severe' }],
    );
  }
  if (happens(faults.polarity)) {
    change(
      ({ type }) => type === 'ABNORMALITY',
      ({ concept }) => [{ concept, type: 'NON-ABNORMALITY' }],
    );
  }
  if (happens(faults.hedge)) {
    change(
      ({ type }) => type === 'ABNORMALITY',
      ({ concept }) => {
        doubted.push(concept);
        return [];
      },
    );
  }
  return { entities, doubted };
}

/** For `chat/testing/endpoint-process`. */
export default promptedModel();
