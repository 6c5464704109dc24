import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generate } from '../../jobs/index.js';
import type { ComputeFigures } from '../recipe/index.js';
import { MissingThings } from './missing.js';
import type { Pace } from './plan.js';

/** Seconds that may be spent on trying things; what is begun is brought to an end. */
const BUDGET = 50;

/** Where the parts of a study are tried, and what was found. Everything it writes lies in a temporary folder. */
export class Rehearsal {
  readonly paces: Pace[] = [];
  readonly missing = new MissingThings();
  readonly #deadline: number;
  #numbers = 0;
  #startUp: Promise<number> | undefined;

  private constructor(
    /** Temporary. */
    readonly folder: string,
    /** The study's recipe file: relative paths start from its folder. */
    readonly recipe: string,
    readonly figures: ComputeFigures,
    readonly signal: AbortSignal | undefined,
    budget: number,
  ) {
    this.#deadline = performance.now() + budget * 1000;
  }

  /** @param budget - Seconds after which nothing more is tried. */
  static async open(
    recipe: string,
    figures: ComputeFigures,
    signal: AbortSignal | undefined,
    budget = BUDGET,
  ): Promise<Rehearsal> {
    const folder = await mkdtemp(join(tmpdir(), 'synray-dry-run-'));
    return new Rehearsal(folder, recipe, figures, signal, budget);
  }

  /** Whether the time for trying is over. */
  get isLate(): boolean {
    this.signal?.throwIfAborted();
    return performance.now() > this.#deadline;
  }

  /** Seconds that a stage which paints takes before its first picture; measured once, by painting one pair. */
  async startUp(): Promise<number> {
    this.#startUp ??= (async () => {
      const started = performance.now();
      const plan = { k: 3, m: 1, cap: 'least' as const };
      const recipe = { pairs: 1, size: 128, plan, checks: [] };
      await generate({ recipe, out: this.place('one'), signal: this.signal });
      return (performance.now() - started) / 1000;
    })();
    return this.#startUp;
  }

  /** A path for something new. */
  place(what: string): string {
    return join(this.folder, `${this.#numbers++}-${what}`);
  }

  measured(what: string, perSecond: number, unit: string, source: string): void {
    this.paces.push({ what, perSecond, unit, how: 'measured', source });
  }

  stated(what: string, perSecond: number, unit: string, source: string): void {
    if (this.paces.some(pace => pace.what === what && pace.how === 'stated')) return;
    this.paces.push({ what, perSecond, unit, how: 'stated', source });
  }

  async close(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** Tells a pace from what a stage says of its progress. */
export class Stopwatch {
  readonly #started = performance.now();
  readonly #marks: { readonly done: number; readonly seconds: number }[] = [];

  /** For `onProgress`. */
  readonly mark = (done: number): void => {
    this.#marks.push({ done, seconds: this.seconds });
  };

  get seconds(): number {
    return (performance.now() - this.#started) / 1000;
  }

  /** Seconds for one more, the beginning left out: threads start and files are opened once, however much is done. */
  each(): number {
    const marks = this.#marks.filter(({ done }) => done > 0);
    const [first, last] = [marks[0], marks.at(-1)];
    if (first === undefined || last === undefined) return this.seconds;
    const steady = last.done - first.done;
    return steady > 0 && steady >= last.done / 3
      ? (last.seconds - first.seconds) / steady
      : last.seconds / last.done;
  }
}

/** Seconds for one more, of `count` that took `seconds` after `startUp`, which is known roughly only. */
export function secondsEach(seconds: number, startUp: number, count: number): number {
  return Math.max(seconds - startUp, seconds / 4) / Math.max(1, count);
}

/** Bytes of all files in a folder; 0 where there is none. */
export async function bytesOf(folder: string): Promise<number> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true }).catch(() => []);
  const sizes = await Promise.all(
    entries
      .filter(entry => entry.isFile())
      .map(entry =>
        stat(join(entry.parentPath, entry.name)).then(
          ({ size }) => size,
          () => 0,
        ),
      ),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}
