/** Words that turn a concept into its opposite: "increased lung markings" and "decreased lung markings". */
export const OPPOSITES: readonly (readonly [string, string])[] = [
  ['increased', 'decreased'],
  ['increase', 'decrease'],
  ['increasing', 'decreasing'],
  ['enlarged', 'small'],
  ['large', 'small'],
  ['widened', 'narrowed'],
  ['wide', 'narrow'],
  ['dilated', 'collapsed'],
  ['thickened', 'thinned'],
  ['high', 'low'],
  ['higher', 'lower'],
  ['elevated', 'depressed'],
  ['elevation', 'depression'],
  ['raised', 'lowered'],
  ['improved', 'worsened'],
  ['improving', 'worsening'],
  ['improvement', 'worsening'],
  ['better', 'worse'],
  ['new', 'unchanged'],
  ['stable', 'progressive'],
  ['resolved', 'persistent'],
  ['acute', 'chronic'],
  ['unilateral', 'bilateral'],
  ['normal', 'abnormal'],
  ['present', 'absent'],
  ['intact', 'broken'],
  ['well', 'poorly'],
  ['good', 'poor'],
  ['full', 'empty'],
];

/** Beginnings of words that do the same: "hyperinflation" and "hypoinflation". */
export const OPPOSITE_BEGINNINGS: readonly (readonly [string, string])[] = [
  ['hyper', 'hypo'],
  ['over', 'under'],
  ['dextro', 'levo'],
];

/** Words for a side. */
export const SIDE_WORDS: readonly string[] = [
  'left',
  'right',
  'leftward',
  'rightward',
  'left-sided',
  'right-sided',
];

/** What has one side at a time: where a name holds one of these, its left and its right exclude each other. */
export const ONE_AT_A_TIME: readonly string[] = [
  'shift',
  'deviation',
  'displacement',
  'rotation',
  'convexity',
  'scoliosis',
  'aortic arch',
  'situs',
  'pneumonectomy',
];

const OPPOSITE_WORDS = new Set(OPPOSITES.flat());
const BEGINNINGS = OPPOSITE_BEGINNINGS.flat();
/** Phrases of letters and spaces alone, so that they are patterns as they stand. */
const ONE_SIDED = new RegExp(` (?:${ONE_AT_A_TIME.join('|')}) `);
/** Words between an opposite and its subject: "increase in heart size". */
const LINKS = new Set(['in', 'of', 'the', 'to']);
/** What must stay of a word without its beginning, so that "overt" does not become "t". */
const LEAST_REST = 5;

/**
 * What a concept is about: its name without the words that have an opposite, and, where only one side is possible,
 * without the side. A report speaks of each subject once.
 */
export function subjectOf(concept: string): string {
  const oneSided = ONE_SIDED.test(` ${concept} `);
  const words = concept
    .split(' ')
    .filter(word => !OPPOSITE_WORDS.has(word) && !(oneSided && SIDE_WORDS.includes(word)))
    .map(withoutBeginning);
  while (words.length > 0 && LINKS.has(words[0]!)) words.shift();
  while (words.length > 0 && LINKS.has(words.at(-1)!)) words.pop();
  return words.length === 0 ? concept : words.join(' ');
}

function withoutBeginning(word: string): string {
  for (const beginning of BEGINNINGS) {
    if (word.startsWith(beginning) && word.length >= beginning.length + LEAST_REST) {
      return word.slice(beginning.length);
    }
  }
  return word;
}
