import type { Change, Extent, Severity, Side, Site } from '../data/index.js';

/** The words that reports use for an attribute value: the writer draws from them, the tagger reads them. */
export type Words<K extends string> = Readonly<Record<K, readonly string[]>>;

/** Adjectives and adverbs of side. "Bibasilar" and "biapical" say side and site at once, see {@link SIDED_SITES}. */
export const SIDE_WORDS: Words<Side> = {
  left: ['left', 'left sided', 'leftward'],
  right: ['right', 'right sided', 'rightward'],
  bilateral: ['bilateral', 'bilaterally', 'both', 'left and right', 'right and left', 'on both sides'],
};

/** Nouns ("in the lower lobe") and adjectives ("basilar opacity") of place. */
export const SITE_WORDS: Words<Site> = {
  apex: ['apex', 'apices', 'apical', 'lung apex', 'lung apices'],
  'upper zone': [
    'upper zone',
    'upper lung',
    'upper lungs',
    'upper lung zone',
    'upper lung field',
    'suprahilar',
  ],
  'mid zone': [
    'mid zone',
    'mid lung',
    'mid lungs',
    'midlung',
    'middle lung',
    'mid lung zone',
    'mid lung field',
  ],
  'lower zone': [
    'lower zone',
    'lower lung',
    'lower lungs',
    'lower lung zone',
    'lower lung field',
    'infrahilar',
  ],
  base: ['base', 'bases', 'basilar', 'basal', 'lung base', 'lung bases', 'subpulmonic'],
  'upper lobe': ['upper lobe', 'upper lobes'],
  'middle lobe': ['middle lobe'],
  'lower lobe': ['lower lobe', 'lower lobes'],
  lingula: ['lingula', 'lingular'],
  perihilar: ['perihilar', 'parahilar', 'perihilar region'],
  retrocardiac: ['retrocardiac', 'retrocardiac region'],
  peripheral: ['peripheral', 'peripherally', 'periphery', 'subpleural'],
  'costophrenic angle': [
    'costophrenic angle',
    'costophrenic angles',
    'costophrenic sulcus',
    'costophrenic sulci',
    'costophrenic recess',
  ],
};

/** Words that say side and site at once. */
export const SIDED_SITES: Readonly<Record<string, { side: Side; site: Site }>> = {
  bibasilar: { side: 'bilateral', site: 'base' },
  bibasal: { side: 'bilateral', site: 'base' },
  biapical: { side: 'bilateral', site: 'apex' },
  bihilar: { side: 'bilateral', site: 'perihilar' },
  rll: { side: 'right', site: 'lower lobe' },
  rml: { side: 'right', site: 'middle lobe' },
  rul: { side: 'right', site: 'upper lobe' },
  lll: { side: 'left', site: 'lower lobe' },
  lul: { side: 'left', site: 'upper lobe' },
};

/** What the tagger also reads as a place, and no writer writes. An empty entry is a phrase that says none. */
export const PLACE_READINGS: Readonly<Record<string, { side?: Side; site?: Site }>> = {
  l: { side: 'left' },
  lt: { side: 'left' },
  r: { side: 'right' },
  rt: { side: 'right' },
  bilat: { side: 'bilateral' },
  'r / o': {},
  'l / s': {},
  'l spine': {},
  ...Object.fromEntries(
    ['left', 'right'].flatMap(side =>
      ['atrium', 'atrial', 'ventricle', 'ventricular', 'heart', 'main'].map(part => [`${side} ${part}`, {}]),
    ),
  ),
  'both sides': { side: 'bilateral' },
  ...comparisons(['left', 'right'], ['l', 'r']),
  dextroscoliosis: { side: 'right' },
  dextrocurvature: { side: 'right' },
  levoscoliosis: { side: 'left' },
  levocurvature: { side: 'left' },
  'upper lobectomy': { site: 'upper lobe' },
  'middle lobectomy': { site: 'middle lobe' },
  'lower lobectomy': { site: 'lower lobe' },
};

/** "Right greater than left" says both sides; "worse on the right" is of a side, and no change in time. */
function comparisons(
  ...pairs: readonly (readonly [Side, Side] | readonly ['l', 'r'])[]
): Record<string, { side: Side }> {
  const readings: Record<string, { side: Side }> = {};
  for (const [left, right] of pairs) {
    for (const [one, other] of [
      [left, right],
      [right, left],
    ]) {
      readings[`${one} > ${other}`] = { side: 'bilateral' };
      for (const more of ['greater', 'larger', 'worse', 'more', 'bigger']) {
        readings[`${one} ${more} than ${other}`] = { side: 'bilateral' };
        readings[`${more} ${one} than ${other}`] = { side: 'bilateral' };
      }
    }
  }
  for (const side of ['left', 'right'] as const) {
    for (const more of ['greater', 'larger', 'worse', 'more']) readings[`${more} on the ${side}`] = { side };
  }
  return readings;
}

/** The first word of each list is an adjective that stands before a noun; adverbs ("mildly enlarged") follow. */
export const SEVERITY_WORDS: Words<Severity> = {
  minimal: [
    'minimal',
    'minimally',
    'tiny',
    'trace',
    'subtle',
    'slight',
    'slightly',
    'minor',
    'borderline',
    'minute',
  ],
  mild: ['mild', 'mildly', 'small', 'mild to moderate'],
  moderate: ['moderate', 'moderately', 'medium sized', 'moderate sized', 'moderate to severe'],
  severe: [
    'severe',
    'severely',
    'large',
    'marked',
    'markedly',
    'massive',
    'gross',
    'grossly',
    'extensive',
    'significant',
  ],
};

export const EXTENT_WORDS: Words<Extent> = {
  focal: ['focal', 'localized', 'circumscribed'],
  patchy: ['patchy', 'heterogeneous'],
  multifocal: ['multifocal', 'scattered', 'multiple', 'numerous'],
  diffuse: ['diffuse', 'diffusely', 'widespread', 'generalized'],
};

export const CHANGE_WORDS: Words<Change> = {
  new: ['new', 'newly', 'interval development of', 'developing', 'interval appearance of'],
  unchanged: [
    'unchanged',
    'stable',
    'similar',
    'persistent',
    'persists',
    'redemonstrated',
    'not significantly changed',
    'not changed',
    'no change in',
    'no significant change in',
    'no interval change in',
    'no significant interval change in',
    'without change',
    'without significant change',
    'not resolved',
    'not cleared',
    'not improved',
    'not increased since',
    'has not increased',
    'have not increased',
    'has not decreased',
    'have not decreased',
    'not larger',
    'not smaller',
    'not worse',
  ],
  increased: [
    'increased',
    'increasing',
    'worsened',
    'worsening',
    'worse',
    'progressed',
    'progressive',
    'enlarging',
    'larger',
    'has grown',
    'interval increase in',
    'interval worsening of',
    'interval enlargement of',
  ],
  decreased: [
    'decreased',
    'decreasing',
    'improved',
    'improving',
    'smaller',
    'resolving',
    'partially resolved',
    'clearing',
    'interval decrease in',
    'interval improvement in',
    'interval improvement of',
    'improvement in',
    'improvement of',
    'partial resolution of',
    'nearly resolved',
    'nearly completely resolved',
    'nearly cleared',
    'almost resolved',
    'almost completely resolved',
    'incompletely resolved',
    'partially cleared',
    'partial clearing of',
    'near resolution of',
    'near complete resolution of',
    'nearly complete resolution of',
    'not completely resolved',
    'not completely cleared',
    'not entirely resolved',
    'not entirely cleared',
    'not fully resolved',
    'not fully cleared',
  ],
  resolved: [
    'resolved',
    'has cleared',
    'have cleared',
    'resolution of',
    'interval resolution of',
    'interval clearing of',
    'completely resolved',
    'no longer seen',
    'no longer visualized',
    'no longer identified',
    'no longer present',
    'no longer evident',
    'no longer visible',
    'no longer apparent',
    'no longer appreciated',
    'no longer demonstrated',
    'no longer persists',
    'complete resolution of',
    'has disappeared',
    'have disappeared',
    'disappearance of',
  ],
};
