/** Shorter words are too near to each other to be mended. */
const SHORTEST = 8;
/** Words that are right, one letter away from a word of the bank. */
const OTHER_WORDS = new Set(
  'interval intervals lobulated injection injections inflection confusion confusions derivation radiology'.split(
    ' ',
  ),
);
/** How many words are remembered, so that memory stays bounded on any text. */
const REMEMBERED = 20_000;

/**
 * Mends one slip of the pen in a long word: a letter left out, put in, changed, or swapped with its
 * neighbour ("pnuemothorax", "cardiomegally"). The first letter holds, and the word must have one reading.
 */
export class Spelling {
  readonly #known: ReadonlySet<string>;
  /** Words by themselves with one letter left out. */
  readonly #shortened = new Map<string, string[]>();
  readonly #answers = new Map<string, string>();

  /**
   * @param known - All words that are right.
   * @param mended - Those among them that a misspelt word is mended to.
   */
  constructor(known: ReadonlySet<string>, mended: Iterable<string>) {
    this.#known = known;
    for (const word of new Set(mended)) {
      if (word.length < SHORTEST || !/^[a-z]+$/.test(word)) continue;
      for (const shorter of shortened(word)) {
        const words = this.#shortened.get(shorter);
        if (words === undefined) this.#shortened.set(shorter, [word]);
        else if (!words.includes(word)) words.push(word);
      }
    }
  }

  /** The word as it is, or as it was meant. */
  mend(word: string): string {
    if (word.length < SHORTEST - 1 || this.#known.has(word) || OTHER_WORDS.has(word)) return word;
    const answered = this.#answers.get(word);
    if (answered !== undefined) return answered;
    if (this.#answers.size >= REMEMBERED) this.#answers.clear();
    const answer = this.#nearest(word);
    this.#answers.set(word, answer);
    return answer;
  }

  #nearest(word: string): string {
    if (!/^[a-z]+$/.test(word)) return word;
    const near = new Set<string>();
    for (const form of [word, ...shortened(word)]) {
      for (const candidate of this.#shortened.get(form) ?? [])
        if (oneSlip(word, candidate)) near.add(candidate);
    }
    for (const form of shortened(word)) if (this.#known.has(form) && form.length >= SHORTEST) near.add(form);
    const [only] = near;
    if (near.size !== 1 || only === undefined || only[0] !== word[0]) return word;
    // "Decrease" is another form of "decreased", "pleuritic" of "pleuritis": no slips.
    const stem = Math.min(only.length, word.length) - 1;
    return only.slice(0, stem) === word.slice(0, stem) && only.at(-1) !== word.at(-1) ? word : only;
  }
}

/** The word with each of its letters left out in turn, and itself. */
function shortened(word: string): string[] {
  const forms = [word];
  for (let at = 0; at < word.length; at++) forms.push(word.slice(0, at) + word.slice(at + 1));
  return forms;
}

/** Whether one letter added, dropped, changed or swapped with its neighbour makes one word the other. */
function oneSlip(one: string, other: string): boolean {
  let start = 0;
  while (start < one.length && one[start] === other[start]) start++;
  let end = 0;
  const shorter = Math.min(one.length, other.length);
  while (end < shorter - start && one.at(-1 - end) === other.at(-1 - end)) end++;
  const left = one.slice(start, one.length - end);
  const right = other.slice(start, other.length - end);
  if (left.length + right.length <= 1 || (left.length === 1 && right.length === 1)) return true;
  return left.length === 2 && right.length === 2 && left[0] === right[1] && left[1] === right[0];
}
