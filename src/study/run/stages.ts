import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { duration, say, sha256, writeFileAtomic } from '../../base/index.js';

/** What a finished stage leaves: what it was made of, how long it took, what came out. */
const StageRecord = z.object({ fingerprint: z.string(), seconds: z.number(), result: z.json() });

/** A run of stages, one after the other, in a folder. What is finished is not done again. */
export class Stages {
  /** Seconds of work in all stages, those of earlier runs included. */
  seconds = 0;
  /** The same by stage. */
  readonly times: Record<string, number> = {};
  #number = 0;

  constructor(
    readonly folder: string,
    readonly count: number,
    readonly signal: AbortSignal | undefined,
  ) {}

  /**
   * Does a stage, or gives the result it had when it was done with the same ingredients.
   * @param name - Path of its record in `stages/`, without the ending.
   * @param label - What is being done, for the terminal.
   * @param ingredients - Everything that decides the result, as JSON.
   * @param work - Does it; must itself go on where it was stopped.
   */
  async run<T extends object>(
    name: string,
    label: string,
    ingredients: unknown,
    work: () => Promise<T>,
  ): Promise<T> {
    this.signal?.throwIfAborted();
    const path = join(this.folder, 'stages', `${name}.json`);
    const fingerprint = sha256(JSON.stringify(ingredients));
    const heading = `[${++this.#number}/${this.count}] ${label}`;
    const done = await readRecord(path);
    if (done?.fingerprint === fingerprint) {
      say(`${heading}: done before, in ${duration(done.seconds)}`);
      this.#count(name, done.seconds);
      return done.result as T;
    }
    say(heading);
    const started = performance.now();
    const result = await work();
    this.signal?.throwIfAborted();
    const seconds = (performance.now() - started) / 1000;
    this.#count(name, seconds);
    await writeFileAtomic(path, `${JSON.stringify({ fingerprint, seconds, result }, null, 2)}\n`);
    say(`${heading}: ${duration(seconds)}`);
    return result;
  }

  #count(name: string, seconds: number): void {
    this.times[name] = seconds;
    this.seconds += seconds;
  }
}

/** A record that cannot be read counts as not there: the stage is done again. */
async function readRecord(path: string): Promise<z.infer<typeof StageRecord> | undefined> {
  try {
    return StageRecord.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch {
    return undefined;
  }
}
