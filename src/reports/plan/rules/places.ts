import type { Attributes, Site } from '../../../data/index.js';

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
  'lung resection',
  'pacemaker',
  'ventriculoperitoneal shunt',
  'foreign body',
];

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
