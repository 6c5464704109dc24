import { Extent, Severity, Side, Site } from '../../data/index.js';
import { COUNTS } from './counts.js';
import type { BankEntity, EntityKind } from './schema.js';

/** How a concept is written in the data files of the default bank; {@link entitiesOf} unfolds it. */
export interface Concept {
  concept: string;
  /** Besides the concept's own name. */
  synonyms?: readonly string[];
  readings?: readonly string[];
  denied?: readonly string[];
  /** Pairs of subject and predicate. */
  frames?: readonly (readonly [subject: string, predicate: string])[];
  /** Has a left and a right. */
  sided?: boolean;
  sites?: readonly Site[];
  /** Comes in degrees. */
  graded?: boolean;
  /** May be focal, patchy …: all of them, or those that make sense. */
  spread?: true | readonly Extent[];
  nih?: NonNullable<BankEntity['labels']['nih']>;
  chexpert?: NonNullable<BankEntity['labels']['chexpert']>;
  excludes?: readonly string[];
  /** Reports say that it is absent ("no pneumothorax"). Default true for abnormalities and diseases. */
  deniable?: boolean;
}

/** Places where lung tissue can show something. */
export const LUNG_SITES: readonly Site[] = Site.options.filter(site => site !== 'costophrenic angle');

/** Places of what the whole of a lobe or zone shows: not so near the hilum or behind the heart as to be told apart. */
export const WIDE_SITES: readonly Site[] = LUNG_SITES.filter(
  site => site !== 'perihilar' && site !== 'retrocardiac' && site !== 'peripheral',
);

/** One entity per type that the concept may have: present, and absent where reports say so. */
export function entitiesOf(kind: EntityKind, concepts: readonly Concept[]): BankEntity[] {
  return concepts.flatMap(entry => typesOf(kind, entry).map(type => entityOf(kind, entry, type)));
}

function typesOf(kind: EntityKind, entry: Concept): BankEntity['type'][] {
  if (kind === 'anatomy') return ['ANATOMY'];
  if (kind === 'normal') return ['NON-ABNORMALITY'];
  const present = kind === 'disease' ? 'DISEASE' : 'ABNORMALITY';
  return entry.deniable === false ? [present] : [present, `NON-${present}`];
}

function entityOf(kind: EntityKind, entry: Concept, type: BankEntity['type']): BankEntity {
  return {
    concept: entry.concept,
    type,
    kind,
    synonyms: [entry.concept, ...(entry.synonyms ?? [])],
    readings: [...(entry.readings ?? [])],
    denied: [...(entry.denied ?? [])],
    frames: (entry.frames ?? []).map(([subject, predicate]) => ({ subject, predicate })),
    sides: entry.sided ? [...Side.options] : [],
    sites: [...(entry.sites ?? [])],
    severities: entry.graded ? [...Severity.options] : [],
    extents: entry.spread === true ? [...Extent.options] : [...(entry.spread ?? [])],
    labels: {
      ...(entry.nih === undefined ? {} : { nih: entry.nih }),
      ...(entry.chexpert === undefined ? {} : { chexpert: entry.chexpert }),
    },
    excludes: [...(entry.excludes ?? [])],
    variants: [],
    count: COUNTS[type][entry.concept] ?? 0,
  };
}
