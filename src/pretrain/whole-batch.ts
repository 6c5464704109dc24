import { cat, type Tensor, tensor, zeros } from '../tensor/index.js';
import type { Rows } from './accumulation.js';
import type { DataParallel } from './ranks-data-parallel.js';
import type { LossBatch } from './training-loss.js';

/**
 * What one rank with the whole batch would have, from the rows that this rank encoded: pictures of all ranks, then
 * all twins; texts of all ranks, then the phrases, then the words of all twins. Phrases are the same on every rank, so
 * each keeps its own.
 */
export function wholeBatch(
  ranks: DataParallel,
  rows: Rows,
  batch: LossBatch,
): { readonly rows: Rows; readonly batch: LossBatch } {
  const count = batch.texts.length;
  const phrases = batch.grounding?.phrases.length ?? 0;
  const own = batch.twins?.owners ?? [];
  const twins = new TwinRows(ranks.counts(own.length));
  const columns = Math.max(...ranks.counts(rows.words!.shape[1]!));
  const wide: Rows = {
    ...rows,
    words: padded(rows.words!, 1, columns),
    mask: padded(rows.mask!, 1, columns),
  };
  const from = (name: string, start: number, length: number) => wide[name]!.slice(0, start, start + length);

  /** Rows of all ranks, from `start` as many as there are pairs, and from each of `behind` as many as own twins. */
  const gathered = (name: string, behind: readonly number[]): Tensor[] => {
    const ofTwins = twins.most === 0 ? [] : behind.map(start => twins.even(from(name, start, own.length)));
    const [all, ...rest] = ranks.gatherAll([from(name, 0, count), ...ofTwins]);
    return [all!, ...rest.map(each => twins.present(each))];
  };
  const whole: Record<string, Tensor> = {};
  for (const name of ['images', 'cells'].filter(each => rows[each] !== undefined))
    whole[name] = cat(gathered(name, [count]), 0);
  for (const name of ['texts', 'words', 'mask']) {
    const words = count + phrases;
    const [all, ...ofTwins] = gathered(name, [words, words + own.length]);
    whole[name] = cat([all!, from(name, count, phrases), ...ofTwins], 0);
  }
  const { grounding, matches } = batch;
  return {
    rows: whole,
    batch: {
      texts: { length: count * ranks.size },
      ...(matches === undefined ? {} : { matches }),
      ...(grounding === undefined ? {} : { grounding: wholeGrounding(ranks, grounding) }),
      ...(twins.most === 0 ? {} : { twins: { owners: twins.owners(ranks, own, count) } }),
    },
  };
}

function wholeGrounding(
  ranks: DataParallel,
  { phrases, target, known }: NonNullable<LossBatch['grounding']>,
): NonNullable<LossBatch['grounding']> {
  const [targets, knowns] = ranks.gatherAll([target, known]);
  return { phrases, target: targets!, known: knowns! };
}

/** Rows of twins, of which each rank has another number: filled up to exchange them, and taken out again. */
class TwinRows {
  /** The most that a rank has. */
  readonly most: number;
  readonly #present: bigint[];

  constructor(readonly counts: readonly number[]) {
    this.most = Math.max(...counts);
    this.#present = counts.flatMap((count, rank) =>
      Array.from({ length: count }, (_, row) => BigInt(rank * this.most + row)),
    );
  }

  even(rows: Tensor): Tensor {
    return padded(rows, 0, this.most);
  }

  present(rows: Tensor): Tensor {
    const places = tensor(BigInt64Array.from(this.#present)).to({ device: rows.device });
    return rows.indexSelect(0, places);
  }

  /** Whose twin each is, among the pictures of all ranks. */
  owners(ranks: DataParallel, own: readonly number[], count: number): number[] {
    const places = own.map(owner => ranks.rank * count + owner);
    const filled = [...places, ...Array(this.most - own.length).fill(0)];
    const all = ranks.gather(tensor(filled, { dtype: 'f32' })).toArray();
    return this.#present.map(row => all[Number(row)]!);
  }
}

/** With zeros behind along a dimension, up to `length`. */
function padded(rows: Tensor, dimension: number, length: number): Tensor {
  const missing = length - rows.shape[dimension]!;
  if (missing === 0) return rows;
  const shape = rows.shape.map((side, place) => (place === dimension ? missing : side));
  return cat([rows, zeros(shape, { dtype: rows.dtype, device: rows.device })], dimension);
}
