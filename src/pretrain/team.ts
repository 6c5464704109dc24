import { availableParallelism } from 'node:os';
import type { Module, Parameter, Tensor } from '../tensor/index.js';
import type { Rows } from './accumulation.js';
import type { BatchPart } from './data/batch-assembler.js';
import { deviceOf, type Ranks, ranksOf, shareOf } from './ranks.js';
import { DataParallel, type StepVerdict, type StepVote } from './ranks-data-parallel.js';
import type { PretrainRecipe } from './recipe.js';
import type { LossBatch } from './training-loss.js';

/** The processes that do a training together, as the trainer sees them: one alone, or ranks in step. */
export interface Team {
  readonly rank: number;
  readonly size: number;
  /** Whether this process writes checkpoints, logs and progress. */
  readonly writes: boolean;
  /** Does work on the first rank and, once it is done there, on the others: what the first makes, they find. */
  firstThenRest<T>(work: () => Promise<T>): Promise<T>;
  /** Before the first step: all start from the first rank's state, and gradients are averaged from now on. */
  begin(step: number, state: ReadonlyMap<string, Tensor>, parameters: readonly Parameter[]): Promise<void>;
  /** Lets batch norm take its statistics over all ranks. */
  synchroniseBatchNorm(model: Module): void;
  /** The encoded rows of all ranks, and the batch to which they belong. */
  whole(rows: Rows, batch: LossBatch): { readonly rows: Rows; readonly batch: LossBatch };
  /** One exchange a step: all stop at the same step, and none goes on where one cannot. */
  agree(vote: StepVote): StepVerdict;
  /** Backward of a whole step's loss; `grad` is then the mean over ranks. */
  backward(loss: Tensor): void;
  /** Makes gradients that several backwards have added up the mean over ranks. */
  averageGradients(parameters: readonly Parameter[]): void;
  /** A number summed over ranks. */
  sum(value: number): number;
  end(): Promise<void>;
}

/** A training in one process. */
const alone: Team = {
  rank: 0,
  size: 1,
  writes: true,
  firstThenRest: work => work(),
  begin: async () => {},
  synchroniseBatchNorm: () => {},
  whole: (rows, batch) => ({ rows, batch }),
  agree: ({ stop, broken }) => ({ stop, broken: broken ? 0 : undefined }),
  backward: loss => loss.backward(),
  averageGradients: () => {},
  sum: value => value,
  end: async () => {},
};

/**
 * Meets the other processes, where the launcher has started several (see `ranksOf`).
 * @returns the team, and the recipe with what is this process's own: its share of the batch and of the processors,
 * its GPU.
 * @throws DistributedError where not all come. @throws UsageError where the launcher's variables are wrong, or the
 * batch does not divide.
 */
export async function meetTeam(recipe: PretrainRecipe): Promise<{ team: Team; own: PretrainRecipe }> {
  const ranks = ranksOf();
  if (ranks === undefined) return { team: alone, own: recipe };
  const { training } = recipe;
  // Told before they meet: a rank that leaves a meeting looks to the others as if it had died.
  const { start, end } = shareOf(training.batch, ranks);
  const team = await DataParallel.start(ranks, training.device);
  const device = deviceOf(ranks, training.device);
  const threads = training.threads ?? threadsOf(ranks);
  return { team, own: { ...recipe, training: { ...training, batch: end - start, device, threads } } };
}

/** The part of a step's batch that a process assembles and encodes. */
export function partOfTeam({ rank, size }: Team): BatchPart {
  return { rank, worldSize: size };
}

/** An even share of the machine's processors, where the environment does not say: more would wait for one another. */
function threadsOf({ localSize }: Ranks): number | undefined {
  return process.env.OMP_NUM_THREADS
    ? undefined
    : Math.max(1, Math.floor(availableParallelism() / localSize));
}
