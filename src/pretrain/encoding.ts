import type { DualEncoder, TextTokenizer, TokenBatch } from '../models/index.js';
import { cat, type Tensor } from '../tensor/index.js';
import { partOf, type Rows } from './accumulation.js';
import type { TrainingBatch } from './data/training-batch.js';
import type { EncodedPairs } from './objectives/index.js';

/** What goes through the encoders in a step. */
export interface EncoderInputs {
  /** Rows × 1 × S × S. */
  readonly pictures: Tensor;
  readonly tokens: TokenBatch;
}

/**
 * All that a batch has for the encoders: pictures, then twins; texts, then phrases, then the words that name what the
 * twins lack, then those that deny it.
 */
export function encoderInputs(
  batch: TrainingBatch,
  tokenizer: TextTokenizer,
  maxTokens: number,
): EncoderInputs {
  const { pictures, texts, grounding, twins } = batch;
  const all = [...texts, ...(grounding?.phrases ?? []), ...(twins?.texts ?? []), ...(twins?.denials ?? [])];
  return {
    pictures: twins === undefined ? pictures : cat([pictures, twins.pictures], 0),
    tokens: tokenizer.batch(all, maxTokens),
  };
}

/** Encodes part `part` of `parts` of the rows; cells where the loss reads them. */
export function encodePart(
  model: DualEncoder,
  { pictures, tokens }: EncoderInputs,
  { device, cells }: { readonly device: string; readonly cells: boolean },
  part = 0,
  parts = 1,
): Rows {
  const [start, end] = partOf(pictures.shape[0]!, part, parts);
  const images = model.encodeImages(parts === 1 ? pictures : pictures.slice(0, start, end));
  const [first, last] = partOf(tokens.rows, part, parts);
  const texts = model.encodeTexts(tokenRows(tokens, first, last), device);
  return {
    images: images.global,
    ...(cells ? { cells: images.cells } : {}),
    texts: texts.global,
    words: texts.words,
    mask: texts.mask,
  };
}

/** Rows of the encoded pictures, and rows of the encoded texts. */
export function pairsOf(
  rows: Rows,
  [firstPicture, lastPicture]: readonly [number, number],
  [firstText, lastText]: readonly [number, number],
): EncodedPairs {
  const picture = (name: string) => rows[name]!.slice(0, firstPicture, lastPicture);
  const text = (name: string) => rows[name]!.slice(0, firstText, lastText);
  return {
    images: {
      global: picture('images'),
      get cells() {
        return picture('cells');
      },
    },
    texts: { global: text('texts'), words: text('words'), mask: text('mask') },
  };
}

function tokenRows(tokens: TokenBatch, start: number, end: number): TokenBatch {
  const [first, last] = [start * tokens.columns, end * tokens.columns];
  return {
    ...tokens,
    ids: tokens.ids.subarray(first, last),
    mask: tokens.mask.subarray(first, last),
    words: tokens.words.subarray(first, last),
    rows: end - start,
  };
}
