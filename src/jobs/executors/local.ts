import { setMaxListeners } from 'node:events';
import type { Executor } from '../executor.js';

/** Runs shards in this process, a few at a time, in the order of their numbers. */
export class LocalExecutor implements Executor {
  readonly name = 'local';
  readonly #concurrency: number;

  /** @param concurrency - How many shards are under way at once. */
  constructor(concurrency = 2) {
    this.#concurrency = concurrency;
  }

  async run(
    count: number,
    work: (index: number, signal: AbortSignal) => Promise<void>,
    signal?: AbortSignal,
  ): Promise<void> {
    const failure = new AbortController();
    const stop = signal === undefined ? failure.signal : AbortSignal.any([signal, failure.signal]);
    // Every piece of work under way listens for the end; that is many listeners and no leak.
    setMaxListeners(0, stop);
    let next = 0;
    const lane = async () => {
      while (next < count) {
        stop.throwIfAborted();
        await work(next++, stop);
      }
    };
    const lanes = Array.from({ length: Math.min(this.#concurrency, count) }, () =>
      // The others are asked to end at once; the first failure is the one that is told.
      lane().catch((error: unknown) => {
        failure.abort(error);
        throw error;
      }),
    );
    await Promise.allSettled(lanes);
    stop.throwIfAborted();
  }
}
