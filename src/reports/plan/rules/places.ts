import type { Attributes, Side, Site } from '../../../data/index.js';

/** Findings that cannot share a place: where the first lies, the others do not. Concepts; `@name` is a group. */
export interface PlaceRule {
  readonly one: string;
  readonly other: readonly string[];
  /**
   * `side`: not on the same side. `resected`: not in the lobe that was taken out, and on neither place of that side
   * where no lobe is named, since that may be written as a pneumonectomy.
   */
  readonly by: 'side' | 'resected';
}

export const PLACE_RULES: readonly PlaceRule[] = [
  { one: 'lung resection', other: ['@lungs'], by: 'resected' },
  { one: 'absent breast', other: ['breast shadow', 'nipple shadow'], by: 'side' },
  { one: 'shoulder prosthesis', other: ['shoulder degeneration'], by: 'side' },
  { one: 'fibrothorax', other: ['pneumothorax'], by: 'side' },
  {
    one: 'lung transplant',
    other: ['emphysema', 'bulla', 'pulmonary fibrosis', 'interstitial lung disease', 'bronchiectasis'],
    by: 'side',
  },
];

/** What is on one side or the other and never on both at once. */
export const NEVER_BILATERAL: readonly string[] = [
  'mediastinal shift',
  'scoliosis',
  'goiter',
  'lung resection',
  'pacemaker',
  'ventriculoperitoneal shunt',
  'stent',
  'foreign body',
];

/**
 * How often a finding that is mostly on both sides, or mostly on one, is so when its side is said: shares that sum to
 * 1. All others are on the left or right in two of five cases each and on both in one. COVID-19 lay on both sides in
 * 67.5 % of abnormal pictures (Yasin and Gouda, 2020, doi:10.1186/s43055-020-00296-x); the rest is by judgement.
 */
export const USUAL_SIDES: Readonly<Record<string, Readonly<Record<Side, number>>>> = {
  ...shares(0.8, ['pulmonary edema', 'emphysema', 'interstitial thickening', 'interstitial lung disease']),
  ...shares(0.65, ['covid pneumonia', 'pulmonary fibrosis', 'lung transplant', 'breast shadow']),
  ...shares(0.6, ['pneumonitis', 'pleural plaque', 'flattened diaphragm', 'prominent pulmonary arteries']),
  ...shares(0.05, ['absent breast', 'mediastinal mass', 'elevated diaphragm', 'shoulder dislocation']),
};

/** These concepts are on both sides in this share of cases, and on each side alike in the rest. */
function shares(bilateral: number, concepts: readonly string[]): Record<string, Record<Side, number>> {
  const oneSide = (1 - bilateral) / 2;
  return Object.fromEntries(concepts.map(concept => [concept, { left: oneSide, right: oneSide, bilateral }]));
}

/** Sites that lie in a lobe. The lingula is a part of the left upper lobe. */
const LOBE_OF: Partial<Record<Site, Site>> = {
  'upper lobe': 'upper lobe',
  lingula: 'upper lobe',
  'middle lobe': 'middle lobe',
  'lower lobe': 'lower lobe',
};

/** Whether two findings that a rule names lie where they exclude each other. What has no side and no lobe said is nowhere in particular. */
export function placesExclude(by: PlaceRule['by'], one: Attributes, other: Attributes): boolean {
  if (by === 'side' || one.site === undefined) return sidesMeet(one, other);
  if (other.site === undefined || LOBE_OF[one.site] !== LOBE_OF[other.site]) return false;
  return one.side === undefined || other.side === undefined || sidesMeet(one, other);
}

function sidesMeet(one: Attributes, other: Attributes): boolean {
  if (one.side === undefined) return false;
  return one.side === 'bilateral' || other.side === one.side || other.side === 'bilateral';
}
