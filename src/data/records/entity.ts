import { z } from 'zod';

/**
 * The five entity types of RaTEScore (Zhao et al., 2024, arXiv 2406.16845). The NON- types are what a report
 * says is not there or is normal: in "no pleural effusion" the effusion is NON-ABNORMALITY.
 */
export const EntityType = z.enum(['ABNORMALITY', 'NON-ABNORMALITY', 'DISEASE', 'NON-DISEASE', 'ANATOMY']);
export type EntityType = z.infer<typeof EntityType>;

/** Whether the text says that the thing is there. */
export const Polarity = z.enum(['affirmed', 'negated', 'uncertain']);
export type Polarity = z.infer<typeof Polarity>;

/** The patient's side (the patient's right lung is on the left of the picture). */
export const Side = z.enum(['left', 'right', 'bilateral']);
export type Side = z.infer<typeof Side>;

/** Where in the chest, besides the side. */
export const Site = z.enum([
  'apex',
  'upper zone',
  'mid zone',
  'lower zone',
  'base',
  'upper lobe',
  'middle lobe',
  'lower lobe',
  'lingula',
  'perihilar',
  'retrocardiac',
  'peripheral',
  'costophrenic angle',
]);
export type Site = z.infer<typeof Site>;

export const Severity = z.enum(['minimal', 'mild', 'moderate', 'severe']);
export type Severity = z.infer<typeof Severity>;

/** How much of the place is taken. */
export const Extent = z.enum(['focal', 'patchy', 'multifocal', 'diffuse']);
export type Extent = z.infer<typeof Extent>;

/** Against an earlier picture. */
export const Change = z.enum(['new', 'unchanged', 'increased', 'decreased', 'resolved']);
export type Change = z.infer<typeof Change>;

/** What a report may say about a finding besides its name. */
export const Attributes = z.object({
  side: Side.optional(),
  site: Site.optional(),
  severity: Severity.optional(),
  extent: Extent.optional(),
  change: Change.optional(),
});
export type Attributes = z.infer<typeof Attributes>;

/** An entity that a tagger read in a report. */
export const Mention = Attributes.extend({
  section: z.enum(['findings', 'impression']),
  /** First character in the section's text. */
  start: z.int().nonnegative(),
  /** One past the last character. */
  end: z.int().positive(),
  /** The words as written. */
  text: z.string(),
  /** The normal name, as in the bank: `pleural effusion` for "effusions". Lower case. */
  concept: z.string(),
  type: EntityType,
  polarity: Polarity,
});
export type Mention = z.infer<typeof Mention>;

/** Something to be shown in a picture: what a text says is there, with its attributes. */
export const Finding = Attributes.omit({ change: true }).extend({ concept: z.string() });
export type Finding = z.infer<typeof Finding>;

/**
 * What a text says is there: affirmed mentions that are not anatomy, each place once. Two mentions of a
 * concept are one finding unless they name different sides or sites; attributes fill each other in.
 */
export function findingsOf(mentions: readonly Mention[]): Finding[] {
  const found: Finding[] = [];
  for (const mention of mentions) {
    if (mention.polarity !== 'affirmed' || mention.type === 'ANATOMY') continue;
    if (mention.type === 'NON-ABNORMALITY' || mention.type === 'NON-DISEASE') continue;
    if (mention.change === 'resolved') continue;
    const { concept, side, site, severity, extent } = mention;
    const known = found.find(
      other =>
        other.concept === concept &&
        (side === undefined || other.side === undefined || side === other.side) &&
        (site === undefined || other.site === undefined || site === other.site),
    );
    if (known === undefined) found.push(withoutUndefined({ concept, side, site, severity, extent }));
    else Object.assign(known, withoutUndefined({ side, site, severity, extent, ...known }));
  }
  return found;
}

function withoutUndefined<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, entry]) => entry !== undefined)) as T;
}
