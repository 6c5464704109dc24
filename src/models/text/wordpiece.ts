/** Marks a piece that continues a word. */
export const CONTINUATION = '##';

/** Pieces that every vocabulary starts with, in BERT's order. */
export const SPECIAL_PIECES = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]'] as const;

/** One distinct word while its pieces are being merged. */
interface Word {
  readonly pieces: string[];
  readonly count: number;
}

/**
 * Learns a WordPiece vocabulary by frequency merges: starting from characters, the adjacent pair of pieces
 * that occurs most often becomes a piece, until the vocabulary is full (Sennrich et al., 2016,
 * arXiv 1508.07909, on pieces marked as in BERT). Ties go to the pair first in code point order, so the same
 * counts give the same vocabulary on any machine.
 *
 * @param counts - How often each pre-tokenised word occurs.
 * @param size - The greatest number of pieces, the special ones included. Characters are never left out.
 * @returns Pieces in the order of their ids.
 */
export function learnWordPieces(counts: ReadonlyMap<string, number>, size: number): string[] {
  const words: Word[] = [...counts]
    .map(([word, count]) => ({ pieces: charactersOf(word), count }))
    .sort((a, b) => compare(a.pieces.join(''), b.pieces.join('')));
  const alphabet = [...new Set(words.flatMap(word => word.pieces))].sort(compare);
  const vocabulary = new Set<string>([...SPECIAL_PIECES, ...alphabet]);
  const pairs = new PairCounts(words);
  while (vocabulary.size < size) {
    const best = pairs.mostFrequent();
    if (best === undefined) break;
    vocabulary.add(pairs.merge(best));
  }
  return [...vocabulary];
}

function charactersOf(word: string): string[] {
  return [...word].map((character, place) => (place === 0 ? character : CONTINUATION + character));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Pieces hold no line break (they come out of a pre-tokeniser), so it can join a pair to a key. */
const JOINT = '\n';

/** How often each adjacent pair occurs, kept up to date while pairs are merged. */
class PairCounts {
  readonly #words: readonly Word[];
  readonly #counts = new Map<string, number>();
  /** Words that hold or once held the pair. */
  readonly #places = new Map<string, Set<number>>();

  constructor(words: readonly Word[]) {
    this.#words = words;
    words.forEach((_, index) => {
      this.#countWord(index, 1);
    });
  }

  mostFrequent(): string | undefined {
    let best: string | undefined;
    let bestCount = 0;
    for (const [pair, count] of this.#counts) {
      if (count > bestCount || (count === bestCount && best !== undefined && pair < best)) {
        best = pair;
        bestCount = count;
      }
    }
    return best;
  }

  /** Joins the pair wherever it stands and returns the new piece. */
  merge(pair: string): string {
    const [first, second] = pair.split(JOINT) as [string, string];
    const joined = first + second.slice(CONTINUATION.length);
    for (const index of this.#places.get(pair) ?? []) {
      this.#countWord(index, -1);
      const { pieces } = this.#words[index]!;
      for (let place = 0; place + 1 < pieces.length; place++) {
        if (pieces[place] === first && pieces[place + 1] === second) pieces.splice(place, 2, joined);
      }
      this.#countWord(index, 1);
    }
    this.#places.delete(pair);
    return joined;
  }

  #countWord(index: number, sign: 1 | -1): void {
    const { pieces, count } = this.#words[index]!;
    for (let place = 0; place + 1 < pieces.length; place++) {
      const pair = pieces[place]! + JOINT + pieces[place + 1]!;
      const total = (this.#counts.get(pair) ?? 0) + sign * count;
      if (total === 0) this.#counts.delete(pair);
      else this.#counts.set(pair, total);
      if (sign < 0) continue;
      const places = this.#places.get(pair);
      if (places === undefined) this.#places.set(pair, new Set([index]));
      else places.add(index);
    }
  }
}
