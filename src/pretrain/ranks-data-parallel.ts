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
import { SynrayError } from '../base/index.js';
import {
  cat,
  type GradientReducer,
  type Module,
  type Parameter,
  ProcessGroup,
  scope,
  synchroniseBatchNorm,
  type Tensor,
  tensor,
} from '../tensor/index.js';
import type { Rows } from './accumulation.js';
import { deviceOf, type Ranks, shareOf } from './ranks.js';
import type { Team } from './team.js';
import type { LossBatch } from './training-loss.js';
import { wholeBatch } from './whole-batch.js';

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

/** How often the first rank tells the others that it still works, in seconds. */
const SIGN_OF_LIFE = 2;

/** One rank of a data-parallel training. */
export class DataParallel implements Team {
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

  /** The rows of the whole batch that are this rank's: see {@link shareOf}. */
  share(batch: number): { readonly start: number; readonly end: number } {
    return shareOf(batch, { rank: this.rank, worldSize: this.size });
  }

  /**
   * Does work on rank 0 and, once it is done there, on the others. Rank 0 gives signs of life, so that it may take
   * longer than the time-out.
   * @throws SynrayError on the others where it failed on rank 0.
   */
  async firstThenRest<T>(work: () => Promise<T>): Promise<T> {
    if (!this.writes) {
      for (;;) {
        const [done, failed] = await this.#signOfLife(0, 0);
        if (failed) {
          throw new SynrayError({
            fault: 'rank 0 could not go on',
            mend: 'see its last lines; then start all ranks again',
          });
        }
        if (done) return work();
      }
    }
    let [done, failed] = [0, 0];
    const result = work().then(
      value => {
        done = 1;
        return value;
      },
      error => {
        failed = 1;
        throw error;
      },
    );
    // Waited for below; until then its failure is no unhandled one.
    result.catch(() => {});
    while (done + failed === 0) {
      let timer: NodeJS.Timeout | undefined;
      const pause = new Promise(resolve => {
        timer = setTimeout(resolve, 1000 * SIGN_OF_LIFE);
      });
      await Promise.race([pause, result.catch(() => {})]);
      clearTimeout(timer);
      await this.#signOfLife(done, failed);
    }
    return result;
  }

  async #signOfLife(done: number, failed: number): Promise<[done: boolean, failed: boolean]> {
    const signs = tensor([done, failed]);
    try {
      await this.#group.allReduce([signs], 'max');
      const [all, any] = signs.toArray() as [number, number];
      return [all > 0, any > 0];
    } finally {
      signs.dispose();
    }
  }

  /** All start from the state of rank 0 and average the gradients of these parameters. */
  async begin(
    step: number,
    state: ReadonlyMap<string, Tensor>,
    parameters: readonly Parameter[],
  ): Promise<void> {
    await this.expectSame('the step to go on from', step);
    await this.takeFromFirst(state);
    this.average(parameters);
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
    return this.gatherAll([rows])[0]!;
  }

  /** A whole number of each rank, by rank. */
  counts(own: number): number[] {
    return scope(() => {
      const [parts] = this.#group.allGatherSync([tensor([own], { dtype: 'f64' })]);
      return parts!.map(part => part.item());
    });
  }

  /** Lets batch norm take its statistics over all ranks. */
  synchroniseBatchNorm(model: Module): void {
    synchroniseBatchNorm(model, this.#group);
  }

  /** The encoded rows of all ranks, and the batch to which they belong: see {@link wholeBatch}. */
  whole(rows: Rows, batch: LossBatch): { readonly rows: Rows; readonly batch: LossBatch } {
    return wholeBatch(this, rows, batch);
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

  /** Makes gradients that several backwards have added up the mean over ranks. */
  averageGradients(parameters: readonly Parameter[]): void {
    const gradients = parameters.flatMap(({ grad }) => (grad === null ? [] : [grad]));
    this.#group.allReduceSync(gradients, 'mean');
  }

  /** A number summed over ranks. */
  sum(value: number): number {
    return this.means({ value }).value! * this.size;
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

  /** As {@link gather}, of several at once. */
  gatherAll(list: readonly Tensor[]): Tensor[] {
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
}
