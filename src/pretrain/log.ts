import { existsSync } from 'node:fs';
import { appendFile, readFile } from 'node:fs/promises';
import { writeFileAtomic } from '../base/index.js';

/** A line of `log.jsonl`: what one step gave. The same run gives the same lines, on whatever machine's clock. */
export interface StepRecord {
  /** Steps done, from 1. */
  readonly step: number;
  readonly loss: number;
  readonly learningRate: number;
  /** Euclidean norm of all gradients together, before clipping. */
  readonly gradientNorm: number;
  /** Names the step's samples and their order: the first 16 hexadecimal digits of the SHA-256 of their ids. */
  readonly samples: string;
  /** Mean loss on the validation split, after the steps that were followed by one. */
  readonly validation?: number;
  /** Parts of the loss. */
  readonly [part: string]: number | string | undefined;
}

/** Lines that are kept back before they are written together. */
const FLUSH_EVERY = 20;

/** A JSON Lines file with one line a step, without gaps or repeats however often a run was stopped. */
export class StepLog {
  readonly #file: string;
  #lines: string[] = [];

  private constructor(file: string) {
    this.#file = file;
  }

  /** Opens the log of a run of which `step` steps are done; what was logged after them is taken away. */
  static async open(file: string, step: number): Promise<StepLog> {
    const lines = existsSync(file) ? (await readFile(file, 'utf8')).split('\n') : [];
    const kept = lines.slice(0, step).map(line => `${line}\n`);
    await writeFileAtomic(file, kept.join(''));
    return new StepLog(file);
  }

  /** @returns whether lines were written to the file. */
  async add(record: StepRecord): Promise<boolean> {
    this.#lines.push(`${JSON.stringify(record)}\n`);
    if (this.#lines.length < FLUSH_EVERY) return false;
    await this.flush();
    return true;
  }

  async flush(): Promise<void> {
    const lines = this.#lines.join('');
    this.#lines = [];
    if (lines !== '') await appendFile(this.#file, lines);
  }
}
