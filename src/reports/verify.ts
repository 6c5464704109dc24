import type { Attributes, Mention, PlannedEntity, PlannedReport } from '../data/index.js';

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
 * - Neither section says anything else. Two things are no addition: anatomy, which places findings, and an
 *   impression of a normal chest where the plan has no finding that is there, since that sums it up.
 * - IMPRESSION may leave out entities and attributes, and contradicts none.
 */
export function verifyReport(planned: PlannedReport, mentions: readonly Mention[]): Verification {
  const missing: PlannedEntity[] = [];
  const wrong: WrongMention[] = [];
  const plannedConcepts = new Set<string>();
  for (const entity of planned.entities) {
    plannedConcepts.add(entity.concept);
    const own = mentions.filter(mention => mention.concept === entity.concept);
    const inFindings = own.filter(mention => mention.section === 'findings');
    if (inFindings.length === 0) {
      missing.push(entity);
      continue;
    }
    if (entity.type === 'ANATOMY') continue;
    for (const mention of own) {
      const fault = faultOf(entity, mention);
      if (fault !== undefined) wrong.push({ planned: entity, mention, fault });
    }
    for (const detail of DETAILS) {
      const value = entity[detail];
      if (value === undefined || inFindings.some(mention => mention[detail] !== undefined)) continue;
      wrong.push({ planned: entity, mention: inFindings[0]!, fault: `${detail} ${value} is not said` });
    }
  }
  const nothingFound = !planned.entities.some(({ type }) => type === 'ABNORMALITY' || type === 'DISEASE');
  const extra = mentions.filter(({ concept, type, polarity, section }) => {
    if (plannedConcepts.has(concept) || type === 'ANATOMY') return false;
    return !(
      nothingFound &&
      section === 'impression' &&
      concept === NOTHING_FOUND &&
      polarity === 'affirmed'
    );
  });
  return {
    accepted: missing.length === 0 && wrong.length === 0 && extra.length === 0,
    missing,
    extra,
    wrong,
  };
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

/** A verification in one line, for logs and for the model that writes again. */
export function describeVerification({ missing, extra, wrong }: Verification): string {
  const parts = [
    ...missing.map(({ concept }) => `missing: ${concept}`),
    ...extra.map(({ concept, text, section }) => `extra in ${section}: ${concept} ("${text}")`),
    ...wrong.map(({ planned, mention, fault }) => `wrong: ${planned.concept} ("${mention.text}"): ${fault}`),
  ];
  return parts.join('; ');
}
