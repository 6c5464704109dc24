import { Tokenizer } from '@huggingface/tokenizers';
import { z } from 'zod';
import { InputError, messageOf, parseAs, readJson } from '../../base/index.js';
import { CONTINUATION, learnWordPieces, SPECIAL_PIECES } from './wordpiece.js';

/** Texts as ids, padded on the right to the longest. */
export interface TokenBatch {
  /** rows × columns ids, 0 (`[PAD]`) where the text has ended. */
  readonly ids: Int32Array;
  /** rows × columns, 1 where there is a piece and 0 where there is padding. */
  readonly mask: Uint8Array;
  readonly rows: number;
  readonly columns: number;
}

/** The part of a Hugging Face `tokenizer.json` that is checked before the library gets it. */
const TokenizerFile = z.looseObject({
  added_tokens: z.array(z.looseObject({ id: z.int().nonnegative(), content: z.string() })).default([]),
  model: z.looseObject({ vocab: z.record(z.string(), z.int().nonnegative()) }),
});
type TokenizerFile = z.infer<typeof TokenizerFile>;

/**
 * What is used of the library. Its own declarations import files without their endings, which TypeScript does
 * not follow in ES modules.
 */
interface LibraryTokenizer {
  encode(text: string): { ids: number[] };
  token_to_id(token: string): number | undefined;
  readonly normalizer: { normalize(text: string): string };
  readonly pre_tokenizer: { pre_tokenize(text: string): string[] };
}

const normalizerConfig = {
  type: 'BertNormalizer',
  clean_text: true,
  handle_chinese_chars: true,
  lowercase: true,
} as const;

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
  readonly #remembered = new Map<string, readonly number[]>();

  /** @throws InputError when `value` is not a tokenizer file that the library can run. */
  constructor(value: unknown, source: string) {
    this.file = parseAs(TokenizerFile, value, source);
    try {
      this.#tokenizer = new Tokenizer(this.file, {});
      const ids = [...Object.values(this.file.model.vocab), ...this.file.added_tokens.map(token => token.id)];
      this.vocabularySize = ids.reduce((most, id) => Math.max(most, id), 0) + 1;
      this.#separator = this.#tokenizer.token_to_id('[SEP]');
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

  /** @throws InputError naming the file. */
  static async read(path: string): Promise<TextTokenizer> {
    return new TextTokenizer(await readJson(path, 'tokenizer', 'check the model folder'), path);
  }

  /**
   * Ids of one text, with `[CLS]` and `[SEP]`. A text that is too long loses its end but keeps its `[SEP]`.
   * @param maxLength - The greatest number of ids.
   */
  ids(text: string, maxLength: number): readonly number[] {
    const ids = this.#remembered.get(text) ?? this.#remember(text);
    if (ids.length <= maxLength) return ids;
    return this.#separator === undefined
      ? ids.slice(0, maxLength)
      : [...ids.slice(0, maxLength - 1), this.#separator];
  }

  #remember(text: string): readonly number[] {
    const { ids } = this.#tokenizer.encode(text);
    if (this.#remembered.size >= REMEMBERED) this.#remembered.clear();
    this.#remembered.set(text, ids);
    return ids;
  }

  /** Ids of several texts, padded to the longest. `texts` must not be empty. */
  batch(texts: readonly string[], maxLength: number): TokenBatch {
    const lists = texts.map(text => this.ids(text, maxLength));
    const columns = lists.reduce((most, ids) => Math.max(most, ids.length), 1);
    const ids = new Int32Array(lists.length * columns);
    const mask = new Uint8Array(lists.length * columns);
    lists.forEach((list, row) => {
      ids.set(list, row * columns);
      mask.fill(1, row * columns, row * columns + list.length);
    });
    return { ids, mask, rows: lists.length, columns };
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
    for (const word of splitter.pre_tokenize(normalizer.normalize(text))) {
      words.set(word, (words.get(word) ?? 0) + count);
    }
  }
  return new TextTokenizer(tokenizerFile(learnWordPieces(words, size)), 'tokenizer.json');
}

/** A `tokenizer.json` as `BertTokenizerFast` writes it. */
function tokenizerFile(pieces: readonly string[]): object {
  const special = (name: (typeof SPECIAL_PIECES)[number]) => SPECIAL_PIECES.indexOf(name);
  const token = (name: (typeof SPECIAL_PIECES)[number]) => ({
    id: name,
    ids: [special(name)],
    tokens: [name],
  });
  const piece = (id: string, type: number) => ({ SpecialToken: { id, type_id: type } });
  const sequence = (id: string, type: number) => ({ Sequence: { id, type_id: type } });
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: SPECIAL_PIECES.map((content, id) => ({
      id,
      content,
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
      special: true,
    })),
    normalizer: { ...normalizerConfig, strip_accents: null },
    pre_tokenizer: { type: 'BertPreTokenizer' },
    post_processor: {
      type: 'TemplateProcessing',
      single: [piece('[CLS]', 0), sequence('A', 0), piece('[SEP]', 0)],
      pair: [piece('[CLS]', 0), sequence('A', 0), piece('[SEP]', 0), sequence('B', 1), piece('[SEP]', 1)],
      special_tokens: { '[CLS]': token('[CLS]'), '[SEP]': token('[SEP]') },
    },
    decoder: { type: 'WordPiece', prefix: CONTINUATION, cleanup: true },
    model: {
      type: 'WordPiece',
      unk_token: '[UNK]',
      continuing_subword_prefix: CONTINUATION,
      max_input_chars_per_word: 100,
      vocab: Object.fromEntries(pieces.map((text, id) => [text, id])),
    },
  };
}
