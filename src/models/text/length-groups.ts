import type { TokenBatch } from './tokenizer.js';

/** Some rows of a token batch, without the columns that all of them leave empty. */
export interface LengthGroup {
  /** Their places in the batch. */
  readonly rows: readonly number[];
  readonly tokens: TokenBatch;
}

/** Tokens, padding included, below which one pass is quicker than several. */
const WORTH_SPLITTING = 8192;

/** A split must leave at most this share of the tokens. */
const WORTH_SHARE = 0.75;

/**
 * Parts a batch by the length of its texts, where that saves enough: a few long reports would make the encoder pad
 * every bare phrase to their length, and memory grows with the tokens, padding included.
 */
export function groupByLength(batch: TokenBatch): LengthGroup[] {
  const whole = [{ rows: Array.from({ length: batch.rows }, (_, row) => row), tokens: batch }];
  if (batch.rows * batch.columns < WORTH_SPLITTING) return whole;
  const lengths = whole[0]!.rows.map(row => lengthOf(batch, row));
  const byCeiling = new Map<number, number[]>();
  for (const [row, length] of lengths.entries()) {
    const ceiling = 2 ** Math.ceil(Math.log2(Math.max(length, 8)));
    byCeiling.set(ceiling, [...(byCeiling.get(ceiling) ?? []), row]);
  }
  const groups = [...byCeiling.entries()]
    .sort(([a], [b]) => a - b)
    .map(([, rows]) => part(batch, rows, lengths));
  const left = groups.reduce((sum, { tokens }) => sum + tokens.rows * tokens.columns, 0);
  return left <= WORTH_SHARE * batch.rows * batch.columns ? groups : whole;
}

/** Tokens of a row. */
function lengthOf({ mask, columns }: TokenBatch, row: number): number {
  let length = 0;
  while (length < columns && mask[row * columns + length] === 1) length += 1;
  return length;
}

function part(batch: TokenBatch, rows: readonly number[], lengths: readonly number[]): LengthGroup {
  const columns = rows.reduce((most, row) => Math.max(most, lengths[row]!), 1);
  const ids = new Int32Array(rows.length * columns);
  const mask = new Uint8Array(rows.length * columns);
  const words = new Int32Array(rows.length * columns);
  for (const [place, row] of rows.entries()) {
    const [from, to] = [row * batch.columns, row * batch.columns + columns];
    ids.set(batch.ids.subarray(from, to), place * columns);
    mask.set(batch.mask.subarray(from, to), place * columns);
    words.set(batch.words.subarray(from, to), place * columns);
  }
  const wordColumns = words.reduce((most, word) => Math.max(most, word + 1), 1);
  return { rows, tokens: { ids, mask, words, rows: rows.length, columns, wordColumns } };
}
