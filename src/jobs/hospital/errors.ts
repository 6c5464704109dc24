import type { Random } from '../../base/index.js';

/** What dictation hears in place of what was said. */
const HEARD: Readonly<Record<string, string>> = {
  pleural: 'plural',
  effusion: 'infusion',
  hilar: 'higher',
  apical: 'typical',
  focal: 'vocal',
  lobe: 'globe',
  clear: 'near',
  heart: 'hard',
  lungs: 'lunch',
  there: 'their',
  osseous: 'gaseous',
  acute: 'a cute',
  seen: 'scene',
  bases: 'basis',
  within: 'with in',
  unremarkable: 'remarkable',
};

/** What turns the meaning round. */
const TURNED: Readonly<Record<string, string>> = {
  left: 'right',
  right: 'left',
  upper: 'lower',
  lower: 'upper',
  increased: 'decreased',
  decreased: 'increased',
};

const SMALL = new Set(['the', 'is', 'are', 'of', 'a', 'an', 'and', 'in', 'with', 'at']);

/**
 * A text with one error of typing or dictation.
 * @param material - Whether it changes the meaning: a side or degree turned round, a "no" lost. Where the text has
 * nothing of the kind, it stays as it is.
 */
export function misspelt(text: string, random: Random, material: boolean): string {
  const words = text.split(/(\s+)/);
  const places = (fits: (word: string) => boolean) =>
    words.flatMap((word, at) => (fits(bare(word)) ? [at] : []));
  if (material) {
    const turned = places(word => Object.hasOwn(TURNED, word) || word === 'no');
    if (turned.length === 0) return text;
    const at = random.pick(turned);
    if (bare(words[at]!) === 'no') words.splice(at, 2);
    else words[at] = replaced(words[at]!, TURNED[bare(words[at]!)]!);
    return capitalised(words.join(''), text);
  }
  switch (random.weighted({ letters: 6, heard: 2, lost: 1, twice: 1 })) {
    case 'heard': {
      const known = places(word => Object.hasOwn(HEARD, word));
      if (known.length === 0) break;
      const at = random.pick(known);
      words[at] = replaced(words[at]!, HEARD[bare(words[at]!)]!);
      return words.join('');
    }
    case 'lost': {
      const small = places(word => SMALL.has(word));
      if (small.length === 0) break;
      words.splice(random.pick(small), 2);
      return capitalised(words.join(''), text);
    }
    case 'twice': {
      const small = places(word => SMALL.has(word));
      if (small.length === 0) break;
      const at = random.pick(small);
      words.splice(at, 0, words[at]!, ' ');
      return words.join('');
    }
    default:
      break;
  }
  const long = places(word => word.length > 4);
  if (long.length === 0) return text;
  const at = random.pick(long);
  words[at] = mistyped(words[at]!, random);
  return words.join('');
}

function bare(word: string): string {
  return word.toLowerCase().replace(/[^a-z]/g, '');
}

function replaced(word: string, other: string): string {
  const letters = /[A-Za-z]+/.exec(word)!;
  const first = /^[A-Z]/.test(letters[0]) ? other[0]!.toUpperCase() + other.slice(1) : other;
  return word.slice(0, letters.index) + first + word.slice(letters.index + letters[0].length);
}

/** Two letters changed about, one lost, or one twice. The first one stays. */
function mistyped(word: string, random: Random): string {
  const at = 1 + random.integer(word.length - 3);
  const kind = random.weighted({ swapped: 1, lost: 1, twice: 1 });
  switch (kind === 'swapped' && word[at] === word[at + 1] ? 'lost' : kind) {
    case 'swapped':
      return word.slice(0, at) + word[at + 1]! + word[at]! + word.slice(at + 2);
    case 'lost':
      return word.slice(0, at) + word.slice(at + 1);
    case 'twice':
      return word.slice(0, at) + word[at]! + word.slice(at);
  }
}

/** Begins as the text before the change did. */
function capitalised(text: string, like: string): string {
  return /^[A-Z]/.test(like) ? text.charAt(0).toUpperCase() + text.slice(1) : text;
}
