/**
 * What is used of the tokenizer library. Its own declarations import files without their endings, which TypeScript
 * does not follow in ES modules.
 */
export interface LibraryTokenizer {
  encode(text: string): { ids: number[]; tokens: string[] };
  token_to_id(token: string): number | undefined;
  readonly normalizer: { normalize(text: string): string } | null;
  readonly pre_tokenizer: { pre_tokenize(text: string): string[] } | null;
  /** Pieces of words, one after another. */
  readonly model: (words: readonly string[]) => string[];
}

/** The word number of what belongs to no word. */
export const NO_WORD = -1;

/** With what the first piece of a word begins, in byte-level and in sentence-piece vocabularies. */
const WORD_START = /^[\u0120\u2581]/;

/** What of a `tokenizer.json` says where words are. */
interface TokenizerForm {
  readonly added_tokens: readonly { readonly content: string; readonly special: boolean }[];
  readonly model: { readonly unk_token?: string | null | undefined; readonly [key: string]: unknown };
}

/**
 * Says which pieces of a text are of one word. Marks like `[CLS]` belong to none; a piece that is not in the
 * vocabulary is a word.
 */
export class WordFinder {
  readonly #tokenizer: LibraryTokenizer;
  readonly #marks: ReadonlySet<string>;
  /** With what the pieces of a WordPiece vocabulary that go on with a word begin. */
  readonly #continuation: string | undefined;

  constructor({ added_tokens: added, model }: TokenizerForm, tokenizer: LibraryTokenizer) {
    this.#tokenizer = tokenizer;
    this.#marks = new Set(
      added.filter(token => token.special && token.content !== model.unk_token).map(token => token.content),
    );
    const prefix = model.continuing_subword_prefix;
    this.#continuation =
      model.type === 'WordPiece' ? (typeof prefix === 'string' && prefix !== '' ? prefix : '##') : undefined;
  }

  /** @param pieces - Those of `text`, marks included. @returns The number of each one's word. */
  of(text: string, pieces: readonly string[]): number[] {
    const continuation = this.#continuation;
    if (continuation !== undefined) return this.#number(pieces, piece => !piece.startsWith(continuation));
    const starts = this.#startsBySplitting(text, pieces);
    return this.#number(pieces, (piece, place) => starts?.has(place) ?? WORD_START.test(piece));
  }

  #number(pieces: readonly string[], begins: (piece: string, place: number) => boolean): number[] {
    let word = NO_WORD;
    return pieces.map((piece, place) => {
      if (this.#marks.has(piece)) return NO_WORD;
      if (word === NO_WORD || begins(piece, place)) word += 1;
      return word;
    });
  }

  /**
   * Splits the text into words as the tokenizer does, and each word into pieces. Undefined where that does not give
   * the pieces of the text, because it holds tokens that are cut out before.
   */
  #startsBySplitting(text: string, pieces: readonly string[]): ReadonlySet<number> | undefined {
    const { normalizer, pre_tokenizer: splitter, model } = this.#tokenizer;
    if (splitter === null) return undefined;
    const inner = pieces.flatMap((piece, place) => (this.#marks.has(piece) ? [] : [{ piece, place }]));
    const starts = new Set<number>();
    let done = 0;
    for (const word of splitter.pre_tokenize(normalizer?.normalize(text) ?? text)) {
      const own = model([word]);
      if (own.some((piece, index) => inner[done + index]?.piece !== piece)) return undefined;
      if (own.length > 0) starts.add(inner[done]!.place);
      done += own.length;
    }
    return done === inner.length ? starts : undefined;
  }
}
