import type { Polarity } from '../../data/index.js';
import { type Cue, cues, SEEN } from './cues.js';
import { type Unchanged, unchangedAt } from './unchanged.js';

/*
 * Negation and doubt by scope, in the manner of NegEx (Chapman et al., J Biomed Inform 2001): a cue marks
 * the words after or before it, up to where its scope ends.
 *
 * A strong opinion ("likely", "probably", "consistent with") counts as affirmed, since readers use it for
 * what they hold to be there; "possible", "may", "suspicious for", "versus" are uncertain. So is what a report
 * only recalls or asks ("history of", "indication:").
 */

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
  'besides',
  'aside',
  'apart',
  'which',
  'because',
  'despite',
  'nevertheless',
  'otherwise',
  'status',
]);
/** A denial does not reach what follows these; a doubt does ("may be secondary to edema"). */
const DENIAL_BREAKS = new Set(['secondary', 'after', 'following']);
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
  'bibasilar',
  'bibasal',
  'biapical',
  'borderline',
  'prominent',
  'scattered',
  'multiple',
  'multilevel',
]);

/** For each word of a sentence whether what stands there is affirmed, negated or uncertain. */
export interface PolarityReading {
  readonly polarity: Polarity[];
  /** For each word the first word of the cue before it that denied or doubted it, or -1. */
  readonly cue: Int16Array;
  readonly unchanged: Unchanged[];
  /** Where "other than", "except for" … stand: what is said before does not hold for what follows. */
  readonly exceptions: number[];
}

/** Reads the cues of a sentence. Denial outranks doubt ("no evidence to suggest pneumonia" is denied). */
export function readPolarity(words: readonly string[]): PolarityReading {
  const polarity = new Array<Polarity>(words.length).fill('affirmed');
  const cueOf = new Int16Array(words.length).fill(-1);
  const unchanged: Unchanged[] = [];
  const exceptions: number[] = [];
  for (let start = 0; start < words.length; ) {
    if (isException(words, start)) exceptions.push(start);
    const still = unchangedAt(words, start);
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
      if (match.value.length > 1 && points(cue, 'back') !== endsStatement(words, match.end)) continue;
      const forward = points(cue, 'forward') ? scopeForward(words, start, match.end, cue) : match.end;
      const backward = points(cue, 'back') ? scopeBackward(words, start, cue) : start;
      for (let at = backward; at < forward; at++) {
        if (at >= start && at < match.end) continue;
        if (polarity[at] === 'negated') continue;
        polarity[at] = cue.polarity;
        if (cue.direction === 'before') cueOf[at] = start;
      }
    }
    start = match.end;
  }
  return { polarity, cue: cueOf, unchanged, exceptions };
}

function points({ direction }: Cue, to: 'forward' | 'back'): boolean {
  if (direction === 'both') return true;
  return to === 'forward' ? direction === 'before' : direction !== 'before';
}

/** "Other than", "except for", "aside from", "with the exception of". */
function isException(words: readonly string[], at: number): boolean {
  const next = words[at + 1];
  switch (words[at]) {
    case 'other':
      return next === 'than';
    case 'aside':
    case 'apart':
      return next === 'from';
    case 'with':
      return next === 'the' && words[at + 2] === 'exception';
    case 'except':
    case 'besides':
      return true;
    default:
      return false;
  }
}

function isBreak(words: readonly string[], at: number): boolean {
  return BREAKS.has(words[at]!) || isException(words, at);
}

function endsStatement(words: readonly string[], end: number): boolean {
  const next = words[end];
  return next === undefined || next === '.' || next === ',' || next === ';' || next === 'but';
}

/** First words of the cues for what was: "history of". */
export const PAST: ReadonlySet<string> = new Set(['history', 'h', 'hx']);
const WITH = new Set(['compatible', 'consistent', 'associated', 'keeping', 'seen']);

function scopeForward(words: readonly string[], start: number, from: number, cue: Cue): number {
  const isNot = words[start] === 'not';
  // "Indication: cough, fever, pneumonia".
  const isHeading = words[from - 1] === ':';
  for (let at = from; at < words.length; at++) {
    const word = words[at]!;
    if (isBreak(words, at)) return at;
    if (cue.polarity === 'negated' && DENIAL_BREAKS.has(word)) return at;
    if (word === 'with' && at > from && !WITH.has(words[at - 1]!)) return at;
    if ((word !== ',' && word !== 'and') || isHeading) continue;
    if (isNot) return at;
    const goesOn = words[start] === 'differential' || (PAST.has(words[start]!) && word === 'and');
    if (cue.polarity === 'uncertain' && !goesOn && !continuesWithOr(words, at)) return at;
    if (startsStatement(words, at + 1)) return at;
  }
  return words.length;
}

/** Whether a list of doubts goes on after this comma: "atelectasis, scar, or infiltrate". */
function continuesWithOr(words: readonly string[], at: number): boolean {
  if (words[at] === 'and' && words[at + 1] === '/' && words[at + 2] === 'or') return true;
  for (let next = at + 1; next < words.length && !isBreak(words, next); next++) {
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
    if (word === ',' || word === 'or' || word === 'nor' || isBreak(words, at)) return false;
    if (COPULAS.has(word)) return !SEEN.has(words[at + 1] ?? '') && words[at + 1] !== 'not';
  }
  return false;
}

/** Whether the denied list goes on: "no effusion, left pneumothorax or fracture". */
function orFollows(words: readonly string[], from: number): boolean {
  for (let at = from; at < words.length && !isBreak(words, at) && !COPULAS.has(words[at]!); at++) {
    if (words[at] === 'or' || words[at] === 'nor') return true;
  }
  return false;
}

/** The first word of the statement that ends with a cue: "the heart is large and [effusion is] not seen". */
function scopeBackward(words: readonly string[], start: number, cue: Cue): number {
  let joint = -1;
  let listed = false;
  for (let at = start - 1; at >= 0; at--) {
    // What stands in brackets is said by the way.
    if (words[at] === ')') {
      const opening = words.lastIndexOf('(', at);
      if (opening > 0) at = opening - 1;
    }
    const word = words[at]!;
    if (isBreak(words, at)) return at + 1;
    const isJoint = word === ',' || word === 'and';
    if (cue.direction === 'near' && (start - at > NEAR || COPULAS.has(word))) return at + 1;
    // "Opacities may represent atelectasis versus scar": what is weighed begins after the verb.
    if (cue.direction === 'both' && (COPULAS.has(word) || WEIGHING.has(word))) return at + 1;
    if (isJoint && (cue.direction === 'both' || cue.direction === 'near')) return at + 1;
    if (cue.polarity === 'uncertain' && word === ',' && !listed) return at + 1;
    if (cue.polarity === 'uncertain' && cue.direction === 'both' && OF.has(word)) return at + 1;
    if (word === 'or') listed = true;
    // An earlier verb has a statement of its own.
    if (joint >= 0 && COPULAS.has(word)) return joint + 1;
    if (isJoint) joint = at;
  }
  return joint > 0 && !listed && words[joint] === ',' && RESTARTS.has(words[0]!) ? joint + 1 : 0;
}

const OF = new Set(['with', 'of', 'for']);
const WEIGHING = new Set([
  'may',
  'might',
  'could',
  'represent',
  'represents',
  'representing',
  'reflect',
  'suggests',
  'suggest',
  'suggesting',
  ':',
]);
/** How many words a cue that stands near reaches back. */
const NEAR = 4;
