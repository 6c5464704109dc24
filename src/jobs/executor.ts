/** Runs numbered pieces of work (shards); each must be pure and leave its result in files of its own. */
export interface Executor {
  readonly name: string;
  /** Runs `work` for each index in [0, count). Rejects with the first failure after the running ones ended. */
  run(
    count: number,
    work: (index: number, signal: AbortSignal) => Promise<void>,
    signal?: AbortSignal,
  ): Promise<void>;
}
