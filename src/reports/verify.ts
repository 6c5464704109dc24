import type { Attributes, EntityType, Mention, PlannedEntity, PlannedReport } from '../data/index.js';
import type { ReportPart } from './writer.js';

/** A planned entity that the report says otherwise. */
export interface WrongMention {
  readonly planned: PlannedEntity;
  readonly mention: Mention;
  /** For people and for the model that is asked to write again: `side is left, planned right`. */
  readonly fault: string;
}

/** How a report differs from its plan. */
export interface Verification {
  readonly accepted: boolean;
  /** Planned, and not in FINDINGS. */
  readonly missing: readonly PlannedEntity[];
  /** In the report, and not planned. */
  readonly extra: readonly Mention[];
  readonly wrong: readonly WrongMention[];
  /** Findings that are there, of which IMPRESSION was to name at least one and names none. */
  readonly unsummed: readonly PlannedEntity[];
}

/** What an impression may say, unplanned, of a report in which nothing is found. */
const NOTHING_FOUND = 'normal chest';

const DETAILS = [
  'side',
  'site',
  'severity',
  'extent',
  'change',
] as const satisfies readonly (keyof Attributes)[];

/**
 * Compares what a tagger read in a report with what was planned:
 * - FINDINGS say each planned entity, with its presence and its attributes.
 * - Neither section says anything else, nor anything in doubt. Two things are no addition: anatomy, which places
 *   findings, and an impression of a normal chest where the plan has no finding that is there, since that sums it up.
 * - IMPRESSION may leave out entities and attributes, and contradicts none.
 *
 * A concept that is planned more than once (an effusion on each side, of other size) must be said once for each, and
 * each time that it is said must fit one of them.
 *
 * @param part - `findings`: the mentions are of FINDINGS alone. `impression`: as for the whole report, and IMPRESSION
 *   names at least one finding that is there, where one is planned.
 */
export function verifyReport(
  planned: PlannedReport,
  mentions: readonly Mention[],
  part: ReportPart = 'report',
): Verification {
  const missing: PlannedEntity[] = [];
  const wrong: WrongMention[] = [];
  const extra: Mention[] = [];
  const mentionsOf = grouped(mentions);
  const plannedOf = grouped(planned.entities);
  for (const [key, entities] of plannedOf) {
    const own = mentionsOf.get(key) ?? [];
    const compared = entities[0]!.type === 'ANATOMY' ? compareAnatomy : compareFindings;
    compared(entities, own, missing, wrong);
  }
  const present = planned.entities.filter(isPresent);
  for (const mention of mentions) {
    if (mention.type === 'ANATOMY' || plannedOf.has(keyOf(mention))) continue;
    if (present.length === 0 && sumsUpNothing(mention)) continue;
    extra.push(mention);
  }
  const unsummed = part === 'impression' && !namesOneOf(present, mentions) ? present : [];
  return {
    accepted: missing.length === 0 && wrong.length === 0 && extra.length === 0 && unsummed.length === 0,
    missing,
    extra,
    wrong,
    unsummed,
  };
}

interface Named {
  readonly concept: string;
  readonly type: EntityType;
}

function grouped<T extends Named>(items: readonly T[]): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}

/** Anatomy is a thing of its own: a bank may have a finding of the same name. */
function keyOf({ concept, type }: Named): string {
  return type === 'ANATOMY' ? `anatomy ${concept}` : `finding ${concept}`;
}

function isPresent({ type }: PlannedEntity): boolean {
  return type === 'ABNORMALITY' || type === 'DISEASE';
}

function sumsUpNothing({ section, concept, polarity }: Mention): boolean {
  return section === 'impression' && concept === NOTHING_FOUND && polarity === 'affirmed';
}

function namesOneOf(present: readonly PlannedEntity[], mentions: readonly Mention[]): boolean {
  if (present.length === 0) return true;
  const concepts = new Set(present.map(({ concept }) => concept));
  return mentions.some(
    ({ section, concept, type }) => section === 'impression' && type !== 'ANATOMY' && concepts.has(concept),
  );
}

/** Planned anatomy has to be named; how else it is named is free, since it places findings. */
function compareAnatomy(
  entities: readonly PlannedEntity[],
  own: readonly Mention[],
  missing: PlannedEntity[],
): void {
  const inFindings = own.filter(({ section }) => section === 'findings');
  for (const entity of entities) {
    if (
      !inFindings.some(mention =>
        DETAILS.every(detail => (entity[detail] ?? mention[detail]) === mention[detail]),
      )
    ) {
      missing.push(entity);
    }
  }
}

/** Finds a planned entity for each mention, and mentions for each planned entity of one concept. */
function compareFindings(
  entities: readonly PlannedEntity[],
  own: readonly Mention[],
  missing: PlannedEntity[],
  wrong: WrongMention[],
): void {
  const saying = new Map<PlannedEntity, Mention[]>(entities.map(entity => [entity, []]));
  let inFindings = 0;
  for (const mention of own) {
    if (mention.section === 'findings') inFindings++;
    const fitting = entities.filter(entity => faultOf(entity, mention) === undefined);
    if (fitting.length === 0) {
      const planned = nearest(entities, mention);
      wrong.push({ planned, mention, fault: faultOf(planned, mention)! });
    } else if (mention.section === 'findings') {
      saying.get(mostAlike(fitting, mention))!.push(mention);
    }
  }
  for (const [entity, said] of saying) {
    if (said.length === 0) {
      // What is said of it but wrongly has been told already.
      if (inFindings === 0 || entities.length > 1) missing.push(entity);
      continue;
    }
    for (const detail of DETAILS) {
      const value = entity[detail];
      if (value === undefined || said.some(mention => mention[detail] !== undefined)) continue;
      wrong.push({ planned: entity, mention: said[0]!, fault: `${detail} ${value} is not said` });
    }
  }
}

/** Of some entities of one concept the one that a mention was most likely meant to be. */
function nearest(entities: readonly PlannedEntity[], mention: Mention): PlannedEntity {
  return entities.find(({ side }) => side === mention.side) ?? entities[0]!;
}

/** Of the entities that a mention fits the one that shares most details with it. */
function mostAlike(entities: readonly PlannedEntity[], mention: Mention): PlannedEntity {
  const alike = (entity: PlannedEntity) =>
    DETAILS.filter(detail => mention[detail] !== undefined && mention[detail] === entity[detail]).length;
  return entities.reduce((best, entity) => (alike(entity) > alike(best) ? entity : best));
}

/** What a mention says against its plan, if anything. */
function faultOf(entity: PlannedEntity, mention: Mention): string | undefined {
  if (mention.polarity === 'uncertain') return `said as uncertain, planned as ${entity.type}`;
  if (mention.type !== entity.type) return `said as ${mention.type}, planned as ${entity.type}`;
  for (const detail of DETAILS) {
    if (mention[detail] !== undefined && mention[detail] !== entity[detail]) {
      return `${detail} is ${mention[detail]}, planned ${entity[detail] ?? 'without'}`;
    }
  }
  return undefined;
}

/** A verification in one line, for logs and lists of what was set aside. */
export function describeVerification({ missing, extra, wrong, unsummed }: Verification): string {
  const parts = [
    ...missing.map(({ concept }) => `missing: ${concept}`),
    ...extra.map(({ concept, text, section }) => `extra in ${section}: ${concept} ("${text}")`),
    ...wrong.map(({ planned, mention, fault }) => `wrong: ${planned.concept} ("${mention.text}"): ${fault}`),
  ];
  if (unsummed.length > 0) {
    parts.push(`impression names none of: ${unsummed.map(({ concept }) => concept).join(', ')}`);
  }
  return parts.join('; ');
}
