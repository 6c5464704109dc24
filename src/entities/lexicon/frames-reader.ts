import type { KnownConcept, Lexicon, Phrase } from './lexicon.js';

/** A phrase found at words [start, end). */
export interface Found {
  readonly start: number;
  readonly end: number;
  readonly phrase: Phrase;
}

/** A concept said by subject and predicate. */
export interface FrameMatch {
  readonly concept: KnownConcept;
  readonly subject: Found;
  readonly predicate: Found;
}

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
  'be',
  'demonstrate',
  'demonstrates',
  'show',
  'shows',
  'seems',
]);
/** Words that may stand between a predicate and the subject after it. */
const LINKS = new Set([
  'of',
  'in',
  'within',
  'throughout',
  'involving',
  'at',
  'along',
  'to',
  'the',
  'a',
  'an',
  'both',
  'left',
  'right',
  'bilateral',
  'thoracic',
  'mid',
  'lower',
  'upper',
  'size',
  'sized',
  'and',
  'appearing',
  'xxxx',
  'visualized',
  'changes',
  'change',
  'seen',
  'noted',
  'are',
  'multilevel',
  'mild',
  'moderate',
  'present',
  'posterior',
  'lateral',
  'anterior',
]);
const STOPS = new Set([
  ';',
  'but',
  'however',
  'although',
  'while',
  'whereas',
  'though',
  'yet',
  'except',
  'which',
]);
/** How many words may stand between subject and predicate. */
const REACH = 14;
const REACH_BEFORE = 6;

/** Joins subjects with predicates of one sentence; see `frames.ts`. */
export function readFrames(
  words: readonly string[],
  subjects: readonly Found[],
  predicates: readonly Found[],
  lexicon: Lexicon,
): FrameMatch[] {
  const matches: FrameMatch[] = [];
  for (const subject of subjects) {
    for (const name of subject.phrase.subjects ?? []) {
      const fitting = lexicon.frames.get(name);
      if (fitting === undefined) continue;
      const predicate =
        before(words, subject, predicates, fitting) ?? after(words, subject, subjects, predicates, fitting);
      if (predicate === undefined) continue;
      for (const concept of conceptsOf(predicate, fitting)) {
        if (!matches.some(known => known.concept === concept && known.predicate === predicate)) {
          matches.push({ concept, subject, predicate });
        }
      }
    }
  }
  return matches;
}

type Fitting = ReadonlyMap<string, readonly KnownConcept[]>;

function conceptsOf(predicate: Found, fitting: Fitting): KnownConcept[] {
  return (predicate.phrase.predicates ?? []).flatMap(name => fitting.get(name) ?? []).slice(0, 1);
}

/** "Enlargement of the heart", "clear lungs": the predicate stands first, with nothing but links between. */
function before(
  words: readonly string[],
  subject: Found,
  predicates: readonly Found[],
  fitting: Fitting,
): Found | undefined {
  for (let index = predicates.length - 1; index >= 0; index--) {
    const predicate = predicates[index]!;
    if (predicate.end > subject.start || conceptsOf(predicate, fitting).length === 0) continue;
    const gap = words.slice(predicate.end, subject.start);
    if (gap.length > REACH_BEFORE) return undefined;
    // In "heart is normal lungs are clear" the adjective belongs to what stands before its verb.
    if (predicative(words, predicate) && gap[0] !== 'of') return undefined;
    return gap.every(word => LINKS.has(word)) && !coordinates(gap) ? predicate : undefined;
  }
  return undefined;
}

/** "and" right after the predicate joins another predicate or starts another statement. */
function coordinates(gap: readonly string[]): boolean {
  return gap[0] === 'and' || gap[0] === 'are';
}

function predicative(words: readonly string[], predicate: Found): boolean {
  for (let at = predicate.start - 1; at >= Math.max(0, predicate.start - 3); at--) {
    if (COPULAS.has(words[at]!)) return true;
    if (!words[at]!.endsWith('ly') && words[at] !== 'not') return false;
  }
  return false;
}

/** "The heart is enlarged", "heart size and mediastinal contours are normal". */
function after(
  words: readonly string[],
  subject: Found,
  subjects: readonly Found[],
  predicates: readonly Found[],
  fitting: Fitting,
): Found | undefined {
  const limit = endOfStatement(words, subject, subjects);
  for (const predicate of predicates) {
    if (predicate.start < subject.end || predicate.start >= limit) continue;
    if (conceptsOf(predicate, fitting).length > 0) return predicate;
  }
  return undefined;
}

/** The word before which the statement about a subject ends. */
function endOfStatement(words: readonly string[], subject: Found, subjects: readonly Found[]): number {
  const reach = Math.min(words.length, subject.end + REACH);
  let verb = false;
  for (let at = subject.end; at < reach; at++) {
    const word = words[at]!;
    if (STOPS.has(word)) return at;
    if (COPULAS.has(word)) verb = true;
    // A new subject after the verb of this one starts another statement.
    if (
      verb &&
      subjects.some(
        other => other.start === at && other.start >= subject.end && !followsPreposition(words, at),
      )
    ) {
      return at;
    }
  }
  return reach;
}

function followsPreposition(words: readonly string[], at: number): boolean {
  const last = words[at - 1] === 'the' ? words[at - 2] : words[at - 1];
  return last === 'of' || last === 'in' || last === 'for' || last === 'within' || last === 'on';
}
