import { z } from 'zod';
import { CHEXPERT_LABELS, EntityType, Extent, NIH_LABELS, Severity, Side, Site } from '../../data/index.js';

/** What an entity is, apart from whether a report affirms or denies it. */
export const EntityKind = z.enum(['abnormality', 'disease', 'anatomy', 'normal']);
export type EntityKind = z.infer<typeof EntityKind>;

export { CHEXPERT_LABELS, NIH_LABELS };

/** A way to say the entity as a sentence: a named subject with a named predicate, see `lexicon/frames.ts`. */
export const Frame = z.strictObject({ subject: z.string(), predicate: z.string() });
export type Frame = z.infer<typeof Frame>;

/** One entity as one type: `pleural effusion` is there twice, as ABNORMALITY and as NON-ABNORMALITY (denied). */
export const BankEntity = z.strictObject({
  /** The normal name, lower case. */
  concept: z.string().min(1),
  type: EntityType,
  kind: EntityKind,
  /** Noun phrases that say it, lower case, singular; the tagger adds the regular plurals. Writers use them too. */
  synonyms: z.array(z.string().min(1)),
  /** What the tagger reads as it and no writer writes: adjectives, words with a part taken out ("XXXX"). */
  readings: z.array(z.string().min(1)).default([]),
  /** Noun phrases that say it when they are denied: "no [acute cardiopulmonary abnormality]". */
  denied: z.array(z.string().min(1)).default([]),
  frames: z.array(Frame).default([]),
  /** Attribute values that make sense for it; none where the list is empty. */
  sides: z.array(Side).default([]),
  sites: z.array(Site).default([]),
  severities: z.array(Severity).default([]),
  extents: z.array(Extent).default([]),
  /** The labels of public data sets that an affirmed mention implies. */
  labels: z
    .strictObject({ nih: z.enum(NIH_LABELS).optional(), chexpert: z.enum(CHEXPERT_LABELS).optional() })
    .default({}),
  /** Concepts that cannot be said of the same picture when this one is affirmed. */
  excludes: z.array(z.string()).default([]),
  /** Ways in which the source writes it, most frequent first. */
  variants: z.array(z.strictObject({ text: z.string(), count: z.int().positive() })).default([]),
  /** Reports of the source in which it is said as this type. */
  count: z.int().nonnegative(),
});
export type BankEntity = z.infer<typeof BankEntity>;

/** The entities that plans draw from and the tagger knows. */
export const Bank = z.strictObject({
  version: z.literal(1),
  /** Where the counts come from. */
  source: z.string(),
  /** How many reports were read. */
  reports: z.int().nonnegative(),
  entities: z.array(BankEntity),
});
export type Bank = z.infer<typeof Bank>;
