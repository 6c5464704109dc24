import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { InputError, messageOf, SynrayError } from '../../base/index.js';
import type { PretrainRecipe } from '../recipe.js';
import type { AssembledBatch, BatchAssembler, BatchPart, WeightedCache } from './batch-assembler.js';

/** What the thread is told at its start. */
export interface LoaderSetup {
  readonly sources: readonly { readonly folder: string; readonly weight: number | undefined }[];
  readonly recipe: PretrainRecipe;
}

export interface BatchRequest {
  readonly number: number;
  readonly step: number;
  readonly part: BatchPart;
}

export type BatchReply =
  | { readonly number: number; readonly batch: AssembledBatch }
  | {
      readonly number: number;
      readonly failure: { readonly file: string | undefined; readonly fault: string; readonly mend: string };
    };

/** A batch that was asked for. */
interface Order extends BatchRequest {
  readonly batch: Promise<AssembledBatch>;
  readonly settle: (outcome: AssembledBatch | Error) => void;
}

/**
 * Has batches assembled in a thread of its own, one ahead of the step that asks: while a step is computed, the next
 * one's pictures are read, its displays drawn and its words chosen. The batches are the same as without the thread.
 */
export class BatchLoader {
  readonly #assembler: BatchAssembler;
  readonly #worker: Worker | undefined;
  readonly #orders: Order[] = [];
  #ordered = 0;
  #dead: Error | undefined;

  /** @param assembler - Assembles here where there is no build to run in a thread. */
  constructor(sources: readonly WeightedCache[], recipe: PretrainRecipe, assembler: BatchAssembler) {
    this.#assembler = assembler;
    const file = workerFile();
    if (!existsSync(file)) return;
    const setup: LoaderSetup = {
      sources: sources.map(({ cache, weight }) => ({ folder: cache.folder, weight })),
      recipe,
    };
    const worker = new Worker(file, { workerData: setup });
    worker.on('message', (reply: BatchReply) => this.#receive(reply));
    worker.on('error', error => this.#end(died(messageOf(error), error)));
    worker.on('exit', code => this.#end(died(`it ended with code ${code}`)));
    // Only a batch that is waited for keeps the process alive.
    worker.unref();
    this.#worker = worker;
  }

  /**
   * The pairs of a step; begins with those of the next one.
   * @throws InputError when a cache is damaged. @throws SynrayError when the thread died.
   */
  async load(step: number, part: BatchPart): Promise<AssembledBatch> {
    if (this.#worker === undefined) return this.#assembler.assemble(step, part);
    // A run that went back, or a first step: what was ordered for another is thrown away as it comes.
    const ready = this.#orders.find(order => isFor(order, step, part)) ?? this.#order(step, part);
    const ahead = this.#orders.find(order => isFor(order, step + 1, part));
    if (ahead === undefined) this.#order(step + 1, part);
    this.#worker.ref();
    try {
      return await ready.batch;
    } finally {
      for (const order of [...this.#orders])
        if (!isFor(order, step + 1, part)) this.#orders.splice(this.#orders.indexOf(order), 1);
      this.#worker.unref();
    }
  }

  /** Ends the thread. What was not loaded yet will never be. */
  async close(): Promise<void> {
    this.#end(new SynrayError({ fault: 'the loader is closed', mend: 'open the data again' }));
    await this.stopThread();
  }

  /** Ends the thread as if it had died. */
  async stopThread(): Promise<void> {
    await this.#worker?.terminate();
  }

  #order(step: number, part: BatchPart): Order {
    let settle: Order['settle'] = () => {};
    const batch = new Promise<AssembledBatch>((resolve, reject) => {
      settle = outcome => (outcome instanceof Error ? reject(outcome) : resolve(outcome));
    });
    // A batch ordered ahead may fail before it is asked for: the failure is met then.
    batch.catch(() => {});
    const request: BatchRequest = { number: this.#ordered++, step, part };
    const order = { ...request, batch, settle };
    this.#orders.push(order);
    if (this.#dead !== undefined) settle(this.#dead);
    else this.#worker?.postMessage(request);
    return order;
  }

  #receive(reply: BatchReply): void {
    const order = this.#orders.find(({ number }) => number === reply.number);
    order?.settle('batch' in reply ? reply.batch : new InputError(reply.failure));
  }

  #end(error: Error): void {
    this.#dead ??= error;
    for (const { settle } of this.#orders) settle(this.#dead);
  }
}

function isFor(order: Order, step: number, part: BatchPart): boolean {
  return order.step === step && order.part.rank === part.rank && order.part.worldSize === part.worldSize;
}

function died(detail: string, cause?: unknown): SynrayError {
  return new SynrayError({
    fault: `the thread that assembles batches died: ${detail}`,
    mend: 'go on from the last checkpoint with --resume',
    cause,
  });
}

/** The compiled thread; there is none where nothing was built. */
export function workerFile(): string {
  const here = fileURLToPath(new URL('./batch-worker.js', import.meta.url));
  return import.meta.url.endsWith('.ts') ? here.replace(/([\\/])src([\\/]pretrain[\\/])/, '$1dist$2') : here;
}
