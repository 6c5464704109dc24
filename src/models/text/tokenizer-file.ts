import { existsSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { InputError, messageOf, parseAs, readJson } from '../../base/index.js';
import { CONTINUATION, SPECIAL_PIECES } from './wordpiece.js';

/** The older form of a BERT's tokenizer: one piece a line, whose number is its id. */
export const VOCABULARY = 'vocab.txt';

type SpecialPiece = (typeof SPECIAL_PIECES)[number];

/** The tokenizer's file in a folder, or `path` itself where it is a file. @throws InputError where there is none. */
export function tokenizerIn(path: string): string {
  if (!existsSync(path) || !statSync(path).isDirectory()) return path;
  const found = ['tokenizer.json', VOCABULARY].map(name => join(path, name)).find(existsSync);
  if (found !== undefined) return found;
  throw new InputError({
    file: path,
    fault: `there is neither tokenizer.json nor ${VOCABULARY}`,
    mend: 'fetch the tokenizer that belongs to these weights',
  });
}

const TokenizerConfig = z.looseObject({ do_lower_case: z.boolean().default(true) });

/**
 * The tokenizer of a `vocab.txt`. Whether it lowers capitals says `tokenizer_config.json` beside it; it does where
 * there is none, as Hugging Face's BertTokenizer.
 * @returns The content of a `tokenizer.json`.
 */
export async function readVocabulary(path: string): Promise<object> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    const fault = `no vocabulary can be read: ${messageOf(error)}`;
    throw new InputError({ file: path, fault, mend: 'check the path', cause: error });
  }
  const pieces = text.replace(/\r?\n$/, '').split(/\r?\n/);
  const missing = SPECIAL_PIECES.find(piece => !pieces.includes(piece));
  if (missing !== undefined) {
    throw new InputError({
      file: path,
      fault: `it has no ${missing}`,
      mend: 'use the vocabulary of a BERT, one piece a line',
    });
  }
  const settings = join(dirname(path), 'tokenizer_config.json');
  const lowercase = existsSync(settings)
    ? parseAs(TokenizerConfig, await readJson(settings, 'settings', 'fetch it again'), settings).do_lower_case
    : true;
  return tokenizerFile(pieces, lowercase);
}

/**
 * A `tokenizer.json` as `BertTokenizerFast` writes it.
 * @param pieces - The vocabulary in the order of its ids, with the special pieces among them.
 */
export function tokenizerFile(pieces: readonly string[], lowercase = true): object {
  const special = (name: SpecialPiece) => pieces.indexOf(name);
  const token = (name: SpecialPiece) => ({
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
    added_tokens: SPECIAL_PIECES.map(content => ({
      id: special(content),
      content,
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
      special: true,
    })),
    normalizer: {
      type: 'BertNormalizer',
      clean_text: true,
      handle_chinese_chars: true,
      lowercase,
      strip_accents: null,
    },
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
