/**
 * Training in step with other processes. The batch of the recipe is the whole batch of a step: each rank encodes
 * its share, the embeddings of all are gathered, every rank reckons the loss over all pairs, and gradients are
 * averaged. So the number of ranks changes the speed and, but for rounding, nothing else.
 *
 * Why the mean of gradients is right. Rank r has the whole loss L with its own embeddings z_r in the graph. With
 * the gradient into z_r scaled by the number of ranks R, it gets R · ∂L/∂z_r · ∂z_r/∂θ for the encoders' θ, whose
 * mean over ranks is Σ_r ∂L/∂z_r · ∂z_r/∂θ, the gradient of L. Parameters behind the gathering (a temperature) have
 * ∂L/∂τ on every rank, whose mean is the same. Terms over a rank's own share, if they are means over equal shares,
 * become the mean over all.
 */
import { SynrayError, UsageError } from '../base/index.js';
import {
  cat,
  type GradientReducer,
  type Parameter,
  ProcessGroup,
  scope,
  type Tensor,
  tensor,
  zeros,
} from '../tensor/index.js';
import type { EncodedPairs } from './objectives/index.js';
import { deviceOf, type Ranks } from './ranks.js';

/** What the ranks say to each other in every step. */
export interface StepVote {
  /** This rank was asked to stop (SIGTERM). */
  readonly stop: boolean;
  /** This rank cannot go on: its loss is no number. */
  readonly broken: boolean;
}

/** What they agreed on; the same on all. */
export interface StepVerdict {
  readonly stop: boolean;
  /** A rank that cannot go on, if there is one. */
  readonly broken: number | undefined;
}

/** One rank of a data-parallel training. */
export class DataParallel {
  readonly rank: number;
  readonly size: number;
  readonly #group: ProcessGroup;
  #reducer: GradientReducer | undefined;

  private constructor(group: ProcessGroup) {
    this.#group = group;
    this.rank = group.rank;
    this.size = group.size;
  }

  /**
   * Meets the other ranks.
   * @param device - As in the recipe: `cpu` or `cuda`.
   * @throws DistributedError where not all come within the time-out, or the port is taken.
   */
  static async start(ranks: Ranks, device = 'cpu'): Promise<DataParallel> {
    return new DataParallel(await ProcessGroup.join({ ...ranks, device: deviceOf(ranks, device) }));
  }

  /** Whether this rank writes checkpoints, logs and progress. */
  get writes(): boolean {
    return this.rank === 0;
  }

  get group(): ProcessGroup {
    return this.#group;
  }

  /**
   * The rows of the whole batch that are this rank's.
   * @throws UsageError where the batch does not divide among the ranks.
   */
  share(batch: number): { readonly start: number; readonly end: number } {
    if (batch % this.size !== 0) {
      throw new UsageError({
        fault: `a batch of ${batch} does not divide among ${this.size} ranks`,
        mend: `set training.batch (of all ranks together) to a multiple of ${this.size}`,
      });
    }
    const rows = batch / this.size;
    return { start: this.rank * rows, end: (this.rank + 1) * rows };
  }

  /** Gives all ranks the tensors of rank 0, in place: weights, buffers, the optimiser's state. */
  async takeFromFirst(state: ReadonlyMap<string, Tensor>): Promise<void> {
    await this.#group.broadcast([...state.values()]);
  }

  /**
   * Makes sure that a number is the same on all ranks, for example the step to go on from.
   * @throws SynrayError on all ranks where it is not.
   */
  async expectSame(name: string, value: number): Promise<void> {
    const bounds = tensor([value, -value], { dtype: 'f64' });
    try {
      await this.#group.allReduce([bounds], 'max');
      const [most, least] = bounds.toArray().map((bound, place) => (place === 0 ? bound : -bound));
      if (most === least) return;
      throw new SynrayError({
        fault: `the ranks differ in ${name}: from ${least} to ${most}`,
        mend: 'give all ranks the same recipe, data and --out, on a file system that all of them see',
      });
    } finally {
      bounds.dispose();
    }
  }

  /** From now on {@link backward} averages the gradients of these parameters. Call it once they are on their device. */
  average(parameters: readonly Parameter[], bucketBytes?: number): void {
    this.#reducer?.dispose();
    this.#reducer = this.#group.reducer(parameters, bucketBytes);
  }

  /**
   * Backward, with gradients sent to the other ranks while it runs; then `grad` is the mean over ranks.
   * @param loss - Over all ranks' pairs, or the mean over this rank's share.
   */
  backward(loss: Tensor): void {
    if (this.#reducer === undefined) throw new RangeError('average() comes before backward()');
    this.#reducer.begin();
    loss.backward();
    this.#reducer.finish();
  }

  /**
   * The rows of all ranks, by rank. Gradients reach this rank's own rows, scaled so that their mean over ranks is
   * the gradient of a loss over all rows.
   * @param rows - N × …, the same N and shape on all ranks. Half precision becomes f32.
   * @returns (ranks · N) × ….
   */
  gather(rows: Tensor): Tensor {
    return this.#gatherAll([rows])[0]!;
  }

  /** The pairs of all ranks, as one rank with the whole batch would see them. `matches` is of the whole batch already. */
  gatherPairs(pairs: EncodedPairs): EncodedPairs {
    const { images, texts } = pairs;
    const columns = this.#greatest(texts.mask.shape[1]!);
    const [imageRows, cells, textRows, words, mask] = this.#gatherAll([
      images.global,
      images.cells,
      texts.global,
      padded(texts.words, columns),
      padded(texts.mask, columns),
    ]) as [Tensor, Tensor, Tensor, Tensor, Tensor];
    return {
      ...pairs,
      images: { ...images, global: imageRows, cells },
      texts: { ...texts, global: textRows, words, mask },
    };
  }

  /** One exchange a step: all stop at the same step, and none goes on where one cannot. */
  agree(vote: StepVote): StepVerdict {
    return scope(() => {
      const votes = tensor([vote.stop ? 1 : 0, vote.broken ? this.rank + 1 : 0]);
      this.#group.allReduceSync([votes], 'max');
      const [stop, broken] = votes.toArray() as [number, number];
      return { stop: stop > 0, broken: broken > 0 ? broken - 1 : undefined };
    });
  }

  /** Means over ranks of numbers that are reckoned over a rank's own share. */
  means(values: Readonly<Record<string, number>>): Record<string, number> {
    const names = Object.keys(values);
    if (names.length === 0) return {};
    return scope(() => {
      const all = tensor(Object.values(values), { dtype: 'f64' });
      this.#group.allReduceSync([all], 'mean');
      const means = all.toArray();
      return Object.fromEntries(names.map((name, place) => [name, means[place]!]));
    });
  }

  /** Waits until all ranks have come here. */
  barrier(): Promise<void> {
    return this.#group.barrier();
  }

  async end(): Promise<void> {
    this.#reducer?.dispose();
    this.#reducer = undefined;
    await this.#group.leave();
  }

  #gatherAll(list: readonly Tensor[]): Tensor[] {
    const full = list.map(each =>
      each.dtype === 'bf16' || each.dtype === 'f16' ? each.to({ dtype: 'f32' }) : each,
    );
    const values = full.map(each => each.detach());
    return this.#group.allGatherSync(values).map((parts, place) => {
      const [own, value] = [full[place]!, values[place]!];
      // value + (own − value) · R is value to the last bit, and its gradient R.
      const followed = own.requiresGrad ? value.add(own.sub(value).mul(this.size)) : value;
      return cat(
        parts.map((part, rank) => (rank === this.rank ? followed : part)),
        0,
      );
    });
  }

  #greatest(count: number): number {
    const number = tensor([count], { dtype: 'i64' });
    this.#group.allReduceSync([number], 'max');
    return number.item();
  }
}

/** N × W × … with zeros behind, up to `columns`. */
function padded(rows: Tensor, columns: number): Tensor {
  const [count, width, ...rest] = rows.shape as [number, number, ...number[]];
  if (width === columns) return rows;
  const blank = zeros([count, columns - width, ...rest], { dtype: rows.dtype, device: rows.device });
  return cat([rows, blank], 1);
}
