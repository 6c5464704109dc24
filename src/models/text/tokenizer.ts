import { basename } from 'node:path';
import { Tokenizer } from '@huggingface/tokenizers';
import { z } from 'zod';
import { InputError, messageOf, parseAs, readJson } from '../../base/index.js';
import { readVocabulary, tokenizerFile, tokenizerIn, VOCABULARY } from './tokenizer-file.js';
import { type LibraryTokenizer, NO_WORD, WordFinder } from './word-finder.js';
import { learnWordPieces, SPECIAL_PIECES } from './wordpiece.js';

/** Texts as ids, padded on the right to the longest. */
export interface TokenBatch {
  /** rows × columns ids, 0 (`[PAD]`) where the text has ended. */
  readonly ids: Int32Array;
  /** rows × columns, 1 where there is a piece and 0 where there is padding. */
  readonly mask: Uint8Array;
  /** rows × columns: which word of its text a piece belongs to, from 0; −1 for marks such as `[CLS]` and padding. */
  readonly words: Int32Array;
  readonly rows: number;
  readonly columns: number;
  /** Most words of a text, at least 1. */
  readonly wordColumns: number;
}

/** One text as ids. */
export interface EncodedText {
  readonly ids: readonly number[];
  /** Which word each id belongs to, from 0; −1 for the tokenizer's own marks, which are one word where alone. */
  readonly words: readonly number[];
}

/** The part of a Hugging Face `tokenizer.json` that is checked before the library gets it. */
const TokenizerFile = z.looseObject({
  added_tokens: z
    .array(
      z.looseObject({ id: z.int().nonnegative(), content: z.string(), special: z.boolean().default(false) }),
    )
    .default([]),
  model: z.looseObject({
    vocab: z.record(z.string(), z.int().nonnegative()),
    unk_token: z.string().nullish(),
  }),
});
type TokenizerFile = z.infer<typeof TokenizerFile>;

/** Distinct texts whose ids are remembered: reports repeat their sentences, and the library is slow. */
const REMEMBERED = 200_000;

/** Turns texts into ids with a Hugging Face `tokenizer.json`. */
export class TextTokenizer {
  /** The content of `tokenizer.json`. */
  readonly file: TokenizerFile;
  /** Number of ids, special and added ones included. */
  readonly vocabularySize: number;
  readonly #tokenizer: LibraryTokenizer;
  readonly #separator: number | undefined;
  readonly #words: WordFinder;
  readonly #remembered = new Map<string, EncodedText>();

  /** @throws InputError when `value` is not a tokenizer file that the library can run. */
  constructor(value: unknown, source: string) {
    this.file = parseAs(TokenizerFile, value, source);
    try {
      this.#tokenizer = new Tokenizer(this.file, {});
      const ids = [...Object.values(this.file.model.vocab), ...this.file.added_tokens.map(token => token.id)];
      this.vocabularySize = ids.reduce((most, id) => Math.max(most, id), 0) + 1;
      this.#separator = this.#tokenizer.token_to_id('[SEP]');
      this.#words = new WordFinder(this.file, this.#tokenizer);
      this.#tokenizer.encode('normal');
    } catch (error) {
      throw new InputError({
        file: source,
        fault: `not a tokenizer that can be run: ${messageOf(error)}`,
        mend: 'use a tokenizer.json as the Hugging Face tokenizers library writes it',
        cause: error,
      });
    }
  }

  /**
   * @param path - A `tokenizer.json`, the `vocab.txt` of a BERT, or a folder with one of them.
   * @throws InputError naming the file.
   */
  static async read(path: string): Promise<TextTokenizer> {
    const file = tokenizerIn(path);
    return basename(file) === VOCABULARY
      ? new TextTokenizer(await readVocabulary(file), file)
      : new TextTokenizer(await readJson(file, 'tokenizer', 'check the model folder'), file);
  }

  /**
   * Ids of one text, with `[CLS]` and `[SEP]`. A text that is too long loses its end but keeps its `[SEP]`.
   * @param maxLength - The greatest number of ids.
   */
  ids(text: string, maxLength: number): readonly number[] {
    return this.encode(text, maxLength).ids;
  }

  /** As {@link ids}, with the word that each id belongs to. */
  encode(text: string, maxLength: number): EncodedText {
    const encoded = this.#remembered.get(text) ?? this.#remember(text);
    if (encoded.ids.length <= maxLength) return encoded;
    const [ids, words] = [encoded.ids.slice(0, maxLength), encoded.words.slice(0, maxLength)];
    if (this.#separator !== undefined) {
      ids[maxLength - 1] = this.#separator;
      words[maxLength - 1] = NO_WORD;
    }
    return { ids, words };
  }

  #remember(text: string): EncodedText {
    const { ids, tokens } = this.#tokenizer.encode(text);
    const words = this.#words.of(text, tokens);
    // A text without any word is one word, made of its marks: every text says something.
    const encoded = { ids, words: words.some(word => word !== NO_WORD) ? words : ids.map(() => 0) };
    if (this.#remembered.size >= REMEMBERED) this.#remembered.clear();
    this.#remembered.set(text, encoded);
    return encoded;
  }

  /** Ids of several texts, padded to the longest. `texts` must not be empty. */
  batch(texts: readonly string[], maxLength: number): TokenBatch {
    const encoded = texts.map(text => this.encode(text, maxLength));
    const columns = encoded.reduce((most, { ids }) => Math.max(most, ids.length), 1);
    const ids = new Int32Array(encoded.length * columns);
    const mask = new Uint8Array(encoded.length * columns);
    const words = new Int32Array(encoded.length * columns).fill(NO_WORD);
    encoded.forEach((each, row) => {
      ids.set(each.ids, row * columns);
      words.set(each.words, row * columns);
      mask.fill(1, row * columns, row * columns + each.ids.length);
    });
    const wordColumns = words.reduce((most, word) => Math.max(most, word + 1), 1);
    return { ids, mask, words, rows: encoded.length, columns, wordColumns };
  }
}

/**
 * Learns an uncased WordPiece tokenizer from texts.
 * @param size - The greatest size of the vocabulary.
 */
export function learnTokenizer(texts: Iterable<string>, size: number): TextTokenizer {
  const { normalizer, pre_tokenizer: splitter }: LibraryTokenizer = new Tokenizer(
    tokenizerFile(SPECIAL_PIECES),
    {},
  );
  const seen = new Map<string, number>();
  for (const text of texts) seen.set(text, (seen.get(text) ?? 0) + 1);
  const words = new Map<string, number>();
  for (const [text, count] of seen) {
    for (const word of splitter?.pre_tokenize(normalizer?.normalize(text) ?? text) ?? []) {
      words.set(word, (words.get(word) ?? 0) + count);
    }
  }
  return new TextTokenizer(tokenizerFile(learnWordPieces(words, size)), 'tokenizer.json');
}
