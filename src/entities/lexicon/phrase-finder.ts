import type { Found } from './frames-reader.js';
import type { Lexicon, Phrase } from './lexicon.js';
import type { PolarityReading } from './polarity.js';

/** The phrases of a sentence by the part they may play; one stretch of words may be found in several. */
export interface Phrases {
  readonly nouns: readonly Found[];
  readonly subjects: readonly Found[];
  readonly predicates: readonly Found[];
}

/** Longest matches, left to right; nouns do not overlap, subjects and predicates are found on their own. */
export function findPhrases(words: readonly string[], lexicon: Lexicon, reading: PolarityReading): Phrases {
  const nouns: Found[] = [];
  const subjects: Found[] = [];
  const predicates: Found[] = [];
  const { phrases } = lexicon;
  for (let start = 0; start < words.length; start++) {
    if (phrases.longest(words, start) === undefined) continue;
    const denied = reading.polarity[start] === 'negated';
    if (start >= (nouns.at(-1)?.end ?? 0)) {
      const match = phrases.longest(
        words,
        start,
        phrase => phrase.noun !== undefined || (denied && phrase.denied !== undefined),
      );
      if (match?.value.noun !== undefined) {
        nouns.push({ start, end: match.end, phrase: { noun: match.value.noun } });
      } else if (match !== undefined) {
        nouns.push(withCue(start, match.end, match.value, reading));
      }
    }
    if (start >= (subjects.at(-1)?.end ?? 0)) {
      const match = phrases.longest(words, start, phrase => phrase.subjects !== undefined);
      if (match !== undefined) subjects.push({ start, end: match.end, phrase: match.value });
    }
    if (start >= (predicates.at(-1)?.end ?? 0)) {
      const match = phrases.longest(words, start, phrase => phrase.predicates !== undefined);
      // "Clear of effusion" denies the effusion and says no more.
      if (match !== undefined && !(words[match.end] === 'of' && words[match.end - 1] === 'clear')) {
        predicates.push({ start, end: match.end, phrase: match.value });
      }
    }
  }
  return { nouns, subjects, predicates };
}

/** "No acute disease" as a whole says that the chest is normal: the span takes in the cue. */
function withCue(start: number, end: number, phrase: Phrase, reading: PolarityReading): Found {
  const cue = reading.cue[start]!;
  return { start: cue >= 0 && start - cue <= 4 ? cue : start, end, phrase: { denied: phrase.denied! } };
}
