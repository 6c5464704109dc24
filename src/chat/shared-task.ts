import { setMaxListeners } from 'node:events';

/** Work that several callers wait for, and that is given up when all of them have gone. */
export class SharedTask<T> {
  readonly #controller = new AbortController();
  readonly #result: Promise<T>;
  #waiting = 0;

  /**
   * @param run - The work; is told by the signal that nobody waits any more.
   * @param onAbandoned - Called when the last caller went before the end: nobody may join from then on.
   */
  constructor(
    run: (signal: AbortSignal) => Promise<T>,
    readonly onAbandoned: () => void,
  ) {
    this.#result = run(this.#controller.signal);
    // Whoever still waits sees the failure; an abandoned task has nobody.
    this.#result.catch(() => undefined);
  }

  /** Waits for the result; rejects with the signal's reason as soon as it aborts. */
  join(signal: AbortSignal | undefined): Promise<T> {
    if (signal?.aborted) return Promise.reject(signal.reason);
    this.#waiting++;
    if (signal === undefined) return this.#result;
    return new Promise((resolve, reject) => {
      const onAbort = (): void => {
        reject(signal.reason);
        if (--this.#waiting === 0) {
          this.onAbandoned();
          this.#controller.abort(signal.reason);
        }
      };
      // One signal may serve thousands of asks at once: that is no leak.
      setMaxListeners(0, signal);
      signal.addEventListener('abort', onAbort, { once: true });
      this.#result.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
    });
  }

  /** Gives the work up for everyone: `reason` is what it should fail with. */
  cancel(reason: unknown): void {
    this.#controller.abort(reason);
  }

  /** Resolves when the work has ended, well or not. */
  get ended(): Promise<unknown> {
    return this.#result.catch(() => undefined);
  }
}
