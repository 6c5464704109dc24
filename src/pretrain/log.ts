import { existsSync } from 'node:fs';
import { appendFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomic } from '../base/index.js';
import { explainFullDisk } from './disk.js';
import { EventFile } from './tensorboard.js';

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
  readonly validation?: number | undefined;
  /** Parts of the loss. */
  readonly [part: string]: number | string | undefined;
}

/** A line of `speed.jsonl`: how fast the steps since the line before were. */
export interface SpeedRecord {
  readonly step: number;
  readonly imagesPerSecond: number;
  /** Model FLOPs utilisation, in [0, 1]: the model's own operations a second, as a share of what the machine can do. */
  readonly mfu: number;
}

/** What a step took. */
export interface StepCost {
  readonly seconds: number;
  readonly images: number;
  /** Floating-point operations that the model asks for, forward and backward. */
  readonly flops: number;
}

/** Steps whose lines are written together. */
const FLUSH_EVERY = 20;

/**
 * The measurements of a run: `log.jsonl` with one line a step, without gaps or repeats however often the run was
 * stopped; `speed.jsonl`; and all of both in `events/` for TensorBoard.
 */
export class RunLog {
  readonly #folder: string;
  readonly #events: EventFile;
  readonly #peak: () => Promise<number>;
  #lines: string[] = [];
  #costs: StepCost[] = [];
  #last = 0;

  private constructor(folder: string, events: EventFile, peak: () => Promise<number>) {
    this.#folder = folder;
    this.#events = events;
    this.#peak = peak;
  }

  /**
   * Opens the log of a run of which `step` steps are done; what was logged after them is taken away.
   * @param peak - Tells the FLOPs a second that the machine can do; asked for when lines are written.
   */
  static async open(folder: string, step: number, peak: () => Promise<number>): Promise<RunLog> {
    return explainFullDisk(folder, async () => {
      const file = join(folder, 'log.jsonl');
      const lines = existsSync(file) ? (await readFile(file, 'utf8')).split('\n') : [];
      const kept = lines.slice(0, step).map(line => `${line}\n`);
      await writeFileAtomic(file, kept.join(''));
      return new RunLog(folder, await EventFile.open(join(folder, 'events'), step), peak);
    });
  }

  async add(record: StepRecord, cost: StepCost): Promise<void> {
    this.#lines.push(`${JSON.stringify(record)}\n`);
    this.#costs.push(cost);
    this.#last = record.step;
    const { step, ...values } = record;
    const scalars = Object.entries(values).filter((entry): entry is [string, number] => isNumber(entry[1]));
    this.#events.add(step, Object.fromEntries(scalars));
    if (this.#lines.length >= FLUSH_EVERY) await this.flush();
  }

  /** Writes what was kept back. */
  async flush(): Promise<void> {
    if (this.#lines.length === 0) return;
    const lines = this.#lines.join('');
    const { imagesPerSecond, mfu } = this.#speed(await this.#peak());
    this.#events.add(this.#last, { imagesPerSecond, mfu });
    this.#lines = [];
    this.#costs = [];
    await this.#append('log.jsonl', lines);
    await this.#append('speed.jsonl', `${JSON.stringify({ step: this.#last, imagesPerSecond, mfu })}\n`);
    await explainFullDisk(join(this.#folder, 'events'), () => this.#events.flush());
  }

  #speed(peak: number): Omit<SpeedRecord, 'step'> {
    const total = (of: keyof StepCost) => this.#costs.reduce((sum, cost) => sum + cost[of], 0);
    const seconds = Math.max(total('seconds'), 1e-9);
    const rounded = (value: number) => Number(value.toPrecision(4));
    return {
      imagesPerSecond: rounded(total('images') / seconds),
      mfu: rounded(total('flops') / seconds / peak),
    };
  }

  async #append(name: string, text: string): Promise<void> {
    const file = join(this.#folder, name);
    await explainFullDisk(file, () => appendFile(file, text));
  }
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number';
}
