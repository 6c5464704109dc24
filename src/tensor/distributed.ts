import { messageOf, SynrayError } from '../base/index.js';
import { handlesOf } from './dispatch.js';
import { native } from './native.js';
import { Tensor } from './tensor.js';

/** Ranks lost each other: one could not be reached, ended, or did not answer within the time-out. */
export class DistributedError extends SynrayError {
  override readonly name = 'DistributedError';
}

/** How a process finds the others. */
export interface Rendezvous {
  /** 0 to worldSize − 1; each once. */
  readonly rank: number;
  readonly worldSize: number;
  /** Host at which rank 0 is reached by all. */
  readonly host: string;
  readonly port: number;
  /** How long one rank waits for another, in seconds: at the start, and in every collective. 600 by default. */
  readonly timeoutSeconds?: number;
  /** Whether something else (torchrun's agent) keeps the store at host:port. Else rank 0 does. */
  readonly storeIsServed?: boolean;
  /** Keeps one meeting apart from the one before at the same store. */
  readonly prefix?: string;
  /** The device whose tensors are exchanged: for `cuda` over NCCL where the bridge has it. */
  readonly device?: string;
}

export type Reduction = 'sum' | 'mean' | 'max' | 'min';

const SLOW_OR_GONE =
  'see the last lines of the other ranks; then start all ranks again, going on from the last checkpoint';

/**
 * The processes that train together, over c10d: Gloo for tensors on the CPU, NCCL for those on GPUs. Every rank
 * must call the same collectives in the same order, with tensors of the same shapes and dtypes.
 */
export class ProcessGroup {
  readonly #number: number;
  readonly rank: number;
  readonly size: number;
  #left = false;

  private constructor(number: number, rank: number, size: number) {
    this.#number = number;
    this.rank = rank;
    this.size = size;
  }

  /**
   * Meets the other ranks.
   * @throws DistributedError where the port is taken, or not all have come within the time-out.
   */
  static async join(where: Rendezvous): Promise<ProcessGroup> {
    const { rank, worldSize, host, port, device = 'cpu' } = where;
    const timeout = where.timeoutSeconds ?? 600;
    const serve = rank === 0 && where.storeIsServed !== true;
    const nccl = device.startsWith('cuda') && native().hasNccl();
    try {
      const prefix = where.prefix ?? 'synray';
      const milliseconds = Math.ceil(timeout * 1000);
      const number = await native().joinGroup(host, port, rank, worldSize, milliseconds, serve, prefix, nccl);
      return new ProcessGroup(number, rank, worldSize);
    } catch (error) {
      throw notMet(where, timeout, serve, error);
    }
  }

  /** Reduces tensors over all ranks, in place. */
  async allReduce(tensors: readonly Tensor[], reduction: Reduction = 'sum'): Promise<void> {
    await this.#later('all-reduce', () => native().allReduce(this.#number, handlesOf(tensors), reduction));
  }

  /** As {@link allReduce}, without giving JavaScript a turn: for the inside of a training step. */
  allReduceSync(tensors: readonly Tensor[], reduction: Reduction = 'sum'): void {
    this.#now('all-reduce', () => {
      const work = native().allReduce(this.#number, handlesOf(tensors), reduction);
      native().waitWork(this.#number, work);
    });
  }

  /** Gives all ranks the values that `root` has, in place. */
  async broadcast(tensors: readonly Tensor[], root = 0): Promise<void> {
    await this.#later('broadcast', () => native().broadcast(this.#number, handlesOf(tensors), root));
  }

  /**
   * The tensors of all ranks, without giving JavaScript a turn. Autograd does not follow.
   * @param tensors - Several, of which each has the same shape on all ranks: they are exchanged at once.
   * @returns For each of them one a rank.
   */
  allGatherSync(tensors: readonly Tensor[]): Tensor[][] {
    return this.#now('all-gather', () => {
      const started = tensors.map(tensor => native().allGather(this.#number, tensor.handle));
      const gathered = started.map(([, handles]) => Array.from(handles, handle => new Tensor(handle)));
      for (const [work] of started) native().waitWork(this.#number, work);
      return gathered;
    });
  }

  /**
   * The sum over ranks as part of autograd's graph: backward sums the ranks' gradients. Blocks, forward and back.
   * All ranks must build the same graph around it.
   */
  sumOverRanks(tensor: Tensor): Tensor {
    return this.#now('sum over ranks', () => new Tensor(native().sumOverRanks(this.#number, tensor.handle)));
  }

  /** Waits until all ranks have come here. */
  async barrier(): Promise<void> {
    const one = new Tensor(native().fromTypedArray(new Float32Array(1), [1], 'f32', false));
    try {
      await this.allReduce([one]);
    } finally {
      one.dispose();
    }
  }

  /** A reducer of the gradients of these parameters; see {@link GradientReducer}. */
  reducer(parameters: readonly Tensor[], bucketBytes?: number): GradientReducer {
    return new GradientReducer(this.#number, parameters, bucketBytes);
  }

  /** Closes the connections; what others still wait for from this rank fails. */
  async leave(): Promise<void> {
    if (this.#left) return;
    this.#left = true;
    await native().leaveGroup(this.#number);
  }

  async #later(name: string, start: () => number): Promise<void> {
    try {
      await native().awaitWork(this.#number, start());
    } catch (error) {
      throw lost(name, error);
    }
  }

  #now<T>(name: string, work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw lost(name, error);
    }
  }
}

/** Bytes of gradients that are sent at once, as PyTorch's data parallel has it. */
const BUCKET_BYTES = 25 * 1024 * 1024;

/**
 * Makes gradients the mean over all ranks: `begin`, one `backward`, `finish`. Gradients leave in buckets while
 * backward still runs. One that no rank computed stays absent; one that only some computed counts as zero on the
 * others. Make it after the parameters are on their device.
 */
export class GradientReducer {
  readonly #number: number;
  /** How many buckets the parameters fill. */
  readonly buckets: number;

  /** @param parameters - Those that require a gradient, in the same order on every rank. */
  constructor(group: number, parameters: readonly Tensor[], bucketBytes = BUCKET_BYTES) {
    const trained = parameters.filter(parameter => parameter.requiresGrad);
    this.#number = native().makeReducer(group, handlesOf(trained), bucketBytes);
    this.buckets = native().bucketCount(this.#number);
  }

  /** Before the backward that completes a step's gradients (the last one, where gradients accumulate). */
  begin(): void {
    native().beginReducer(this.#number);
  }

  /** After it: waits for the exchange and puts the means into `grad`. */
  finish(): void {
    try {
      native().finishReducer(this.#number);
    } catch (error) {
      throw lost('exchange of gradients', error);
    }
  }

  dispose(): void {
    native().dropReducer(this.#number);
  }
}

function lost(what: string, error: unknown): DistributedError {
  const message = plain(error);
  const fault = /tim(ed|e) ?out/i.test(message)
    ? `${what}: another rank did not answer within the time-out (${message})`
    : /connection|socket|peer|reset|broken pipe/i.test(message)
      ? `${what}: another rank has ended (${message})`
      : `${what} failed: ${message}`;
  return new DistributedError({ fault, mend: SLOW_OR_GONE, cause: error });
}

function notMet(where: Rendezvous, seconds: number, serve: boolean, error: unknown): DistributedError {
  const place = `${where.host}:${where.port}`;
  const message = plain(error);
  const who = `rank ${where.rank} of ${where.worldSize}`;
  if (/EADDRINUSE|already in use/i.test(message)) {
    return new DistributedError({
      fault: `${who}: port ${where.port} is in use by another program`,
      mend: 'set MASTER_PORT to a free port, the same for all ranks',
      cause: error,
    });
  }
  if (/tim(ed|e) ?out/i.test(message)) {
    return new DistributedError({
      fault: serve
        ? `${who}: not all ranks came to ${place} within ${seconds} s (${message})`
        : `${who}: the ranks did not meet at ${place} within ${seconds} s (${message})`,
      mend: 'start every rank with the same MASTER_ADDR, MASTER_PORT and WORLD_SIZE, and each RANK once',
      cause: error,
    });
  }
  return new DistributedError({
    fault: `${who}: the ranks cannot meet at ${place}: ${message}`,
    mend: 'check MASTER_ADDR and MASTER_PORT, and that hosts reach each other',
    cause: error,
  });
}

/** What libtorch said, without where in its source it looked. */
function plain(error: unknown): string {
  return messageOf(error)
    .replace(/^\[[^\]]*\.(?:cc|cpp|h):\d+\]\s*/, '')
    .replace(/ (?:Exception raised from|This could be caused by|For more information).*$/, '');
}
