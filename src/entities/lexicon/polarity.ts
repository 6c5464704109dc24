import type { Polarity } from '../../data/index.js';
import { PhraseTrie } from './trie.js';
import { phraseWords } from './words.js';

/**
 * Negation and doubt by scope, in the manner of NegEx (Chapman et al., J Biomed Inform 2001): a cue marks
 * the words after or before it, up to where its scope ends.
 *
 * A strong opinion ("likely", "probably", "consistent with") counts as affirmed, since readers use it for
 * what they hold to be there; "possible", "may", "suspicious for", "versus" are uncertain.
 */
interface Cue {
  readonly polarity: 'negated' | 'uncertain' | 'affirmed';
  readonly direction: 'before' | 'after' | 'both';
}

const CUES: Readonly<Record<`${Cue['polarity']} ${Cue['direction']}`, readonly string[]>> = {
  // The cue stands before what it denies.
  'negated before': [
    'no',
    'not',
    'without',
    'without evidence of',
    'no evidence of',
    'no evidence for',
    'no evidence to suggest',
    'negative for',
    'free of',
    'clear of',
    'absence of',
    'absent',
    'lack of',
    'lacks',
    'neither',
    'nor',
    'rather than',
    'no signs of',
    'no sign of',
    'never',
    'w/o',
    'denies',
    'non visualization of',
    'no findings of',
    'resolution of',
    'removal of',
    'interval removal of',
    'no findings to suggest',
    'not identified',
    'none',
    'clearing of',
    'without definite',
    'cleared of',
    'no longer',
    'rule out no',
    'devoid of',
    'free from',
    'unremarkable for',
    'not suggestive of',
    'exclusion of',
  ],
  'negated after': [
    'is absent',
    'are absent',
    'absent',
    'not seen',
    'not identified',
    'not visualized',
    'not evident',
    'not present',
    'not appreciated',
    'not demonstrated',
    'not detected',
    'not found',
    'not noted',
    'not observed',
    'not visible',
    'has resolved',
    'have resolved',
    'resolved',
    'is excluded',
    'are excluded',
    'ruled out',
    'no longer seen',
    'no longer visualized',
    'no longer identified',
    'no longer present',
    'no longer evident',
    'not clearly seen',
    'has cleared',
    'have cleared',
    'none',
    'not definitely seen',
    'not definitively seen',
    'not readily apparent',
    'has been removed',
    'have been removed',
    'been removed',
    'was removed',
  ],
  'uncertain before': [
    'possible',
    'possibly',
    'may',
    'may represent',
    'may reflect',
    'might',
    'could',
    'could represent',
    'questionable',
    'question',
    'question of',
    'suspicious for',
    'suspicious of',
    'suspicion for',
    'suspicion of',
    'concern for',
    'concern of',
    'concerning for',
    'suspect',
    'suspected',
    'suggest',
    'suggests',
    'suggesting',
    'suggestive of',
    'suggestion of',
    'cannot exclude',
    'can not exclude',
    'cannot rule out',
    'not exclude',
    'difficult to exclude',
    'to exclude',
    'to rule out',
    'rule out',
    'r/o',
    'differential',
    'differential includes',
    'consider',
    'considered',
    'equivocal',
    'perhaps',
    'potentially',
    'potential',
    'worrisome for',
    'worrisome of',
    'evaluate for',
    'evaluation for',
    'cannot entirely exclude',
    'cannot completely exclude',
    'does not exclude',
    'exclude',
    'indeterminate for',
    'can be seen with',
    'can be seen in',
    'might represent',
    'raises the question of',
    'raising the question of',
    'raise the possibility of',
    'raises the possibility of',
    'possibility of',
    'to identify',
    'in detecting',
    'detection of',
    'if',
    'less likely',
    'cannot be certain',
    'equivocal for',
    "ca n't exclude",
    'not rule out',
    'conceivably',
  ],
  'uncertain after': [
    'not excluded',
    'cannot be excluded',
    'can not be excluded',
    'cannot be entirely excluded',
    'not be excluded',
    'cannot be completely excluded',
    'not entirely excluded',
    'not completely excluded',
    'is possible',
    'are possible',
    'is suspected',
    'are suspected',
    'is questioned',
    'is considered',
    'should be considered',
    'could be considered',
    'unlikely',
    'is unlikely',
    'less likely',
    'cannot be ruled out',
    'is not excluded',
    'not be entirely excluded',
    'not be completely excluded',
    'could have this appearance',
    'could give this appearance',
  ],
  'uncertain both': ['versus', 'vs', 'v'],
  // Words that look like a cue and are none.
  'affirmed before': [
    'no doubt',
    'not only',
    'not necessarily',
    'with or without',
    'no increase in',
    'without increase in',
    'more likely',
    'no further',
    'no prior',
    'no comparison',
    'no previous',
    'not well seen',
    'not well visualized',
    'not well evaluated',
    'not well defined',
    'not included',
    'no interval improvement',
    'no improvement',
  ],
  'affirmed after': [],
  'affirmed both': [],
  'negated both': [],
};

const cues = new PhraseTrie<Cue[]>();
for (const [key, phrases] of Object.entries(CUES)) {
  const [polarity, direction] = key.split(' ') as [Cue['polarity'], Cue['direction']];
  for (const phrase of phrases) {
    cues.add(phraseWords(phrase), [{ polarity, direction }], (known, added) => [...known, ...added]);
  }
}

/** Words where every scope ends: they start another statement. */
const BREAKS = new Set([
  ';',
  '(',
  ')',
  '.',
  'but',
  'however',
  'although',
  'though',
  'while',
  'whereas',
  'yet',
  'except',
  'aside',
  'apart',
  'which',
  'because',
  'secondary',
  'despite',
  'nevertheless',
  'otherwise',
]);
const COPULAS = new Set([
  'is',
  'are',
  'was',
  'were',
  'appears',
  'appear',
  'remains',
  'remain',
  'has',
  'have',
  'demonstrates',
  'demonstrate',
  'shows',
  'show',
]);
const SEEN = new Set([
  'seen',
  'identified',
  'noted',
  'present',
  'evident',
  'demonstrated',
  'visualized',
  'appreciated',
  'detected',
  'found',
  'observed',
  'visible',
  'suggested',
  'apparent',
  'definitely',
  'clearly',
  'convincingly',
  'otherwise',
  'definitively',
  'definite',
  'displayed',
  'shown',
  'currently',
  'readily',
]);
/** After a comma or "and" in a denied list, these start a new affirmed statement. */
const RESTARTS = new Set([
  'a',
  'an',
  'the',
  'there',
  'stable',
  'mild',
  'mildly',
  'minimal',
  'minimally',
  'moderate',
  'severe',
  'unchanged',
  'heart',
  'lungs',
  'cardiomegaly',
  'chronic',
  'old',
  'this',
  'these',
  'it',
  'tortuous',
  'calcified',
  'degenerative',
  'persistent',
  'status',
  'bilateral',
  'left',
  'right',
  'small',
  'again',
  'low',
  'overall',
  'trace',
  'tiny',
  'slight',
]);
const DEGREES = new Set([
  'significant',
  'interval',
  'appreciable',
  'substantial',
  'definite',
  'major',
  'gross',
  'obvious',
  'acute',
  'marked',
  'other',
  'real',
  'suspicious',
  'great',
  'further',
  'large',
  'radiographic',
]);
const CHANGES = new Set([
  'change',
  'changes',
  'changed',
  'increase',
  'worsening',
  'difference',
  'progression',
]);

/** A phrase such as "no significant change in" that says no denial but that nothing changed. */
export interface Unchanged {
  start: number;
  end: number;
}

/** For each word of a sentence whether what stands there is affirmed, negated or uncertain. */
export interface PolarityReading {
  readonly polarity: Polarity[];
  /** For each word the first word of the cue that denied it, or -1. */
  readonly cue: Int16Array;
  readonly unchanged: Unchanged[];
}

/** Reads the cues of a sentence. Denial outranks doubt ("no evidence to suggest pneumonia" is denied). */
export function readPolarity(words: readonly string[]): PolarityReading {
  const polarity = new Array<Polarity>(words.length).fill('affirmed');
  const cueOf = new Int16Array(words.length).fill(-1);
  const unchanged: Unchanged[] = [];
  for (let start = 0; start < words.length; ) {
    const still = nothingChanged(words, start);
    if (still !== undefined) {
      unchanged.push(still);
      start = still.end;
      continue;
    }
    const match = cues.longest(words, start);
    if (match === undefined) {
      start++;
      continue;
    }
    for (const cue of match.value) {
      if (cue.polarity === 'affirmed') continue;
      // "Absent" and "none" deny what stands before them when they end the statement, else what follows.
      if (match.value.length > 1 && (cue.direction === 'after') !== endsStatement(words, match.end)) continue;
      const forward = cue.direction !== 'after' ? scopeForward(words, start, match.end, cue) : match.end;
      const backward = cue.direction !== 'before' ? scopeBackward(words, start, cue) : start;
      for (let at = backward; at < forward; at++) {
        if (at >= start && at < match.end) continue;
        if (polarity[at] === 'negated') continue;
        polarity[at] = cue.polarity;
        if (cue.polarity === 'negated' && cue.direction === 'before') cueOf[at] = start;
      }
    }
    start = match.end;
  }
  return { polarity, cue: cueOf, unchanged };
}

function nothingChanged(words: readonly string[], start: number): Unchanged | undefined {
  const first = words[start]!;
  if (first !== 'no' && first !== 'without' && first !== 'not') return undefined;
  let at = start + 1;
  while (at < words.length && (DEGREES.has(words[at]!) || words[at]!.endsWith('ly'))) at++;
  if (at >= words.length || !CHANGES.has(words[at]!)) return undefined;
  const next = words[at + 1];
  // "No acute changes" alone denies; "no change in the effusion" does not.
  if (first === 'no' && words[at] === 'changes' && words.slice(start, at).includes('acute')) return undefined;
  return { start, end: next === 'in' || next === 'of' || next === 'from' ? at + 2 : at + 1 };
}

function endsStatement(words: readonly string[], end: number): boolean {
  const next = words[end];
  return next === undefined || next === '.' || next === ',' || next === ';';
}

function scopeForward(words: readonly string[], start: number, from: number, cue: Cue): number {
  const isNot = words[start] === 'not';
  for (let at = from; at < words.length; at++) {
    const word = words[at]!;
    if (BREAKS.has(word)) return at;
    if (word === 'with' && at > from) return at;
    if (word !== ',' && word !== 'and') continue;
    if (isNot) return at;
    if (cue.polarity === 'uncertain' && !continuesWithOr(words, at)) return at;
    if (startsStatement(words, at + 1)) return at;
  }
  return words.length;
}

/** Whether a list of doubts goes on after this comma: "atelectasis, scar, or infiltrate". */
function continuesWithOr(words: readonly string[], at: number): boolean {
  for (let next = at + 1; next < words.length && !BREAKS.has(words[next]!); next++) {
    if (words[next] === 'or' || words[next] === 'versus' || words[next] === 'vs') return true;
    if (COPULAS.has(words[next]!)) return false;
  }
  return false;
}

/** Whether an affirmed statement begins here, after a comma or "and" in a denied list. */
function startsStatement(words: readonly string[], from: number): boolean {
  const skip = words[from] === 'and' || words[from] === ',' ? 1 : 0;
  const first = words[from + skip];
  if (first === undefined) return false;
  if (first === 'or' || first === 'nor' || first === 'no' || first === 'without') return false;
  if (RESTARTS.has(first) && !orFollows(words, from)) return true;
  for (let at = from + skip; at < words.length; at++) {
    const word = words[at]!;
    if (word === ',' || word === 'or' || word === 'nor' || BREAKS.has(word)) return false;
    if (COPULAS.has(word)) return !SEEN.has(words[at + 1] ?? '') && !(words[at + 1] === 'not');
  }
  return false;
}

/** Whether the denied list goes on: "no effusion, left pneumothorax or fracture". */
function orFollows(words: readonly string[], from: number): boolean {
  for (let at = from; at < words.length && !BREAKS.has(words[at]!) && !COPULAS.has(words[at]!); at++) {
    if (words[at] === 'or' || words[at] === 'nor') return true;
  }
  return false;
}

function scopeBackward(words: readonly string[], start: number, cue: Cue): number {
  for (let at = start - 1; at >= 0; at--) {
    const word = words[at]!;
    if (BREAKS.has(word)) return at + 1;
    if (cue.direction === 'both' && (word === ',' || word === 'and')) return at + 1;
    if (cue.polarity === 'uncertain' && word === ',' && !words.slice(at, start).includes('or')) return at + 1;
    if (word === 'with' || word === 'of' || word === 'for') {
      if (cue.polarity === 'uncertain' && cue.direction === 'both') return at + 1;
    }
  }
  return 0;
}
