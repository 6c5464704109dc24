import type { Change, Extent, Severity, Side, Site } from '../../../data/index.js';

type WordsOf<K extends string> = Readonly<Record<K, readonly string[]>>;

/** Adjectives of size, for things that can be measured. All words here are read by the tagger, see `entities/attributes.ts`. */
export const SIZES: WordsOf<Severity> = {
  minimal: ['tiny', 'minute'],
  mild: ['small'],
  moderate: ['moderate sized', 'medium sized'],
  severe: ['large'],
};

/** Adjectives of amount, for fluid and air where there should be none. */
export const AMOUNTS: WordsOf<Severity> = {
  minimal: ['tiny', 'minimal', 'trace'],
  mild: ['small', 'mild'],
  moderate: ['moderate', 'moderate sized'],
  severe: ['large', 'large', 'massive'],
};

/** Adjectives of degree, for findings that come in degrees. */
export const DEGREES: WordsOf<Severity> = {
  minimal: ['minimal', 'slight', 'subtle', 'minor'],
  mild: ['mild'],
  moderate: ['moderate'],
  severe: ['severe', 'marked'],
};

/** The same for findings that can be spread through the lung. */
export const SPREAD_DEGREES: WordsOf<Severity> = { ...DEGREES, severe: [...DEGREES.severe, 'extensive'] };

/** Degrees of what may stand out of its place. */
export const DISPLACEMENTS: WordsOf<Severity> = {
  minimal: ['minimally displaced', 'slightly displaced'],
  mild: ['mildly displaced'],
  moderate: ['moderately displaced'],
  severe: ['severely displaced', 'markedly displaced'],
};

/** Adverbs of degree: "the heart is mildly enlarged". */
export const DEGREE_ADVERBS: WordsOf<Severity> = {
  minimal: ['minimally', 'slightly'],
  mild: ['mildly'],
  moderate: ['moderately'],
  severe: ['severely', 'markedly'],
};

/** Adjectives of change since an earlier picture. What has resolved is denied and has a sentence of its own. */
export const CHANGES: WordsOf<Exclude<Change, 'resolved'>> = {
  new: ['new'],
  unchanged: ['stable', 'stable', 'unchanged'],
  increased: ['increased', 'worsening', 'increasing'],
  decreased: ['decreased', 'improving', 'decreasing'],
};

export const EXTENTS: WordsOf<Extent> = {
  focal: ['focal', 'localized'],
  patchy: ['patchy'],
  multifocal: ['multifocal', 'scattered'],
  diffuse: ['diffuse', 'widespread'],
};

/** Side before a noun. */
export const SIDE_ADJECTIVES: WordsOf<Side> = {
  left: ['left', 'left', 'left sided'],
  right: ['right', 'right', 'right sided'],
  bilateral: ['bilateral'],
};

/** The side to which a curve of the spine is convex. */
export const SIDES_OF_CURVES: WordsOf<Side> = {
  left: ['left convex'],
  right: ['right convex'],
  bilateral: ['bilateral'],
};

/** Side after a noun, where no site is said. */
export const SIDE_PLACES: WordsOf<Side> = {
  left: ['on the left', 'in the left lung', 'on the left side'],
  right: ['on the right', 'in the right lung', 'on the right side'],
  bilateral: ['bilaterally', 'in both lungs', 'on both sides'],
};

/** Site before a noun; none where a site is only said after it. */
export const SITE_ADJECTIVES: WordsOf<Site> = {
  apex: ['apical'],
  'upper zone': ['upper zone', 'upper lung zone'],
  'mid zone': ['mid zone', 'mid lung zone'],
  'lower zone': ['lower zone', 'lower lung zone'],
  base: ['basilar', 'basal'],
  'upper lobe': ['upper lobe'],
  'middle lobe': ['middle lobe'],
  'lower lobe': ['lower lobe'],
  lingula: ['lingular'],
  perihilar: ['perihilar'],
  retrocardiac: ['retrocardiac'],
  peripheral: ['peripheral'],
  'costophrenic angle': [],
};

/** Both sides of a site in one word. */
export const BOTH_SIDES: Readonly<Partial<Record<Site, readonly string[]>>> = {
  base: ['bibasilar', 'bibasilar', 'bibasal'],
  apex: ['biapical'],
};

/** Site after a noun with one side in it (`{side}`), and its plural for both sides. */
export const SITE_NOUNS: Readonly<Record<Site, { one: readonly string[]; both: readonly string[] }>> = {
  apex: {
    one: ['at the {side} apex', 'at the {side} lung apex', 'in the {side} apex'],
    both: ['at both apices', 'at both lung apices'],
  },
  'upper zone': {
    one: ['in the {side} upper zone', 'in the {side} upper lung zone', 'in the {side} upper lung'],
    both: ['in both upper lung zones', 'in both upper lungs'],
  },
  'mid zone': {
    one: ['in the {side} mid zone', 'in the {side} mid lung zone', 'in the {side} mid lung'],
    both: ['in both mid lung zones'],
  },
  'lower zone': {
    one: ['in the {side} lower zone', 'in the {side} lower lung zone', 'in the {side} lower lung'],
    both: ['in both lower lung zones'],
  },
  base: {
    one: ['at the {side} base', 'at the {side} lung base', 'in the {side} lung base'],
    both: ['at both bases', 'at both lung bases', 'at the lung bases bilaterally'],
  },
  'upper lobe': {
    one: ['in the {side} upper lobe', 'within the {side} upper lobe'],
    both: ['in both upper lobes', 'in the upper lobes bilaterally'],
  },
  'middle lobe': {
    one: ['in the {side} middle lobe', 'within the {side} middle lobe'],
    both: ['in both middle lobes'],
  },
  'lower lobe': {
    one: ['in the {side} lower lobe', 'within the {side} lower lobe'],
    both: ['in both lower lobes', 'in the lower lobes bilaterally'],
  },
  lingula: { one: ['in the {side} lingula'], both: ['in both lingulas'] },
  perihilar: { one: ['in the {side} perihilar region'], both: ['in both perihilar regions'] },
  retrocardiac: { one: ['in the {side} retrocardiac region'], both: ['in both retrocardiac regions'] },
  peripheral: {
    one: ['in the {side} lung periphery', 'in the periphery of the {side} lung'],
    both: ['in the periphery of both lungs'],
  },
  'costophrenic angle': { one: ['at the {side} costophrenic angle'], both: ['at both costophrenic angles'] },
};
