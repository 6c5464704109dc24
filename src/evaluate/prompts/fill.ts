import { UsageError } from '../../base/index.js';

/** Most prompts that one class may have once its words are filled in. */
const MOST_PROMPTS = 1000;

/** Word → what it may stand for in a sentence. */
export type WordLists = Readonly<Record<string, readonly string[]>>;

/**
 * All sentences with every combination of words, each once, with one space between words.
 * @throws UsageError naming the file for a word without a list, or too many combinations.
 */
export function fillAll(sentences: readonly string[], words: WordLists, path: string): string[] {
  const filled = new Set<string>();
  for (const sentence of sentences) {
    for (const prompt of fill(sentence, words, path)) {
      const tidy = prompt
        .replace(/\s+/g, ' ')
        .replace(/ ([.,;])/g, '$1')
        .trim();
      if (tidy === '') {
        throw new UsageError({
          file: path,
          fault: `"${sentence}" becomes an empty prompt`,
          mend: 'keep a word in it that is always there',
        });
      }
      filled.add(tidy);
      if (filled.size > MOST_PROMPTS) {
        throw new UsageError({
          file: path,
          fault: `"${sentence}" brings a class to more than ${MOST_PROMPTS} prompts`,
          mend: 'use fewer words in one sentence',
        });
      }
    }
  }
  return [...filled];
}

function* fill(sentence: string, words: WordLists, path: string): Generator<string> {
  const place = /\{([^{}]*)\}/.exec(sentence);
  if (place === null) {
    yield sentence;
    return;
  }
  const choices = Object.hasOwn(words, place[1]!) ? words[place[1]!]! : undefined;
  if (choices === undefined) {
    throw new UsageError({
      file: path,
      fault: `"${sentence}" has {${place[1]}}, for which there are no words`,
      mend: `add it under words, or use one of: ${Object.keys(words).join(', ')}`,
    });
  }
  const [before, after] = [sentence.slice(0, place.index), sentence.slice(place.index + place[0].length)];
  // What stands before has no place left, so only the rest is filled on: a word cannot bring in a new place.
  for (const rest of fill(after, words, path)) for (const choice of choices) yield before + choice + rest;
}
