import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Piscina } from 'piscina';
import { replaceFile, say, sha256, startProgress, UsageError } from '../../base/index.js';
import type { Bank } from '../../entities/index.js';
import { assemble } from './assemble.js';
import { BLOCK_SIZE } from './blocks.js';
import { BOARD, type DrawData } from './draw-board.js';
import { drawGroup, type GroupTask } from './draw-group.js';
import { GROUP_SIZE, isJsonLines, STEP } from './group.js';
import { Planner } from './planner.js';
import { type PlanSettingsInput, USUAL_CAP } from './settings.js';
import { PlanCounter, type PlanStatistics, type PlanTally } from './statistics.js';

/** One of several parts of a plan: `{ number: 3, of: 16 }` is the third of sixteen. */
export interface PlanPart {
  readonly number: number;
  readonly of: number;
}

export interface PlanFileOptions {
  readonly bank: Bank;
  readonly settings: PlanSettingsInput;
  /** `.jsonl` for JSON Lines, anything else for Parquet. */
  readonly out: string;
  /** Only a part, for the work of one machine among many; see {@link partOf}. */
  readonly part?: PlanPart | undefined;
  /** Worker threads; the file is the same for any number. Default: one for each core. */
  readonly workers?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What `synray plan` prints. Counts are of what the file holds: a part, where a part was asked for. */
export interface PlanSummary extends Omit<PlanStatistics, 'uses'> {
  readonly out: string;
  /** The most uses that any entity may have in the whole plan; null in natural draws. */
  readonly cap: number | null;
  /** First sample, and one past the last. */
  readonly from: number;
  readonly to: number;
  readonly seconds: number;
}

/** The stretch of a plan that is its part: whole blocks, as even as may be. @throws UsageError when there is no such part. */
export function partOf(pairs: number, part: PlanPart | undefined): { from: number; to: number } {
  if (part === undefined) return { from: 0, to: pairs };
  const { number, of } = part;
  if (!Number.isInteger(number) || !Number.isInteger(of) || number < 1 || number > of) {
    throw new UsageError({
      fault: `there is no part ${number} of ${of}`,
      mend: 'give parts as 1/16, 2/16 … 16/16',
    });
  }
  const blocks = Math.ceil(pairs / BLOCK_SIZE);
  const at = (parts: number) => Math.min(pairs, Math.floor((blocks * parts) / of) * BLOCK_SIZE);
  return { from: at(number - 1), to: at(number) };
}

/**
 * Draws a plan, or a part of it, and writes it to a file, in one step, so that no half file is ever seen. The same plan gives
 * the same bytes. Memory is bounded by the bank and the number of workers.
 */
export async function planToFile(options: PlanFileOptions): Promise<PlanSummary> {
  const { bank, out, part, signal } = options;
  const started = performance.now();
  const planner = new Planner(bank, options.settings);
  const { settings, cap } = planner;
  if (settings.cap === undefined && cap !== null && cap > USUAL_CAP) {
    say(
      `note: the bank has too few entities for ${settings.pairs} reports under the usual cap of ${USUAL_CAP} uses; the cap is ${cap}, the least that it allows (--cap sets it)`,
    );
  }
  const { from, to } = partOf(settings.pairs, part);
  const jsonLines = isJsonLines(out);
  const counter = new PlanCounter(planner);
  await replaceFile(out, async temporary => {
    const tasks: GroupTask[] = [];
    for (let start = from; start < to || tasks.length === 0; start += GROUP_SIZE) {
      tasks.push({
        from: start,
        to: Math.min(start + GROUP_SIZE, to),
        path: `${temporary}.${tasks.length}`,
        jsonLines,
      });
    }
    const paths = tasks.map(({ path }) => path);
    try {
      const tallies = await drawGroups(tasks, { bank, planner, workers: options.workers, signal });
      for (const tally of tallies) counter.addTally(tally);
      const origin = { settings, bank: fingerprint(planner), from, to };
      await assemble(temporary, paths, { jsonLines, origin, signal });
    } finally {
      for (const path of paths) await rm(path, { force: true });
    }
  });
  const { uses: _, ...statistics } = counter.statistics();
  return { ...statistics, out, cap, from, to, seconds: (performance.now() - started) / 1000 };
}

/** Draws groups side by side. The tallies come in the order of the tasks. */
async function drawGroups(
  tasks: readonly GroupTask[],
  { bank, planner, workers = availableParallelism(), signal }: DrawOptions,
): Promise<PlanTally[]> {
  const total = tasks.at(-1)!.to - tasks[0]!.from;
  const progress = startProgress('planning', total, 'reports');
  const file = workerFile();
  try {
    // Without a build there is nothing to run in a thread, and one group is not worth one.
    if (workers <= 1 || tasks.length === 1 || !existsSync(file)) {
      let drawn = 0;
      const tallies: PlanTally[] = [];
      const look = () => {
        signal?.throwIfAborted();
        drawn += STEP;
        progress.update(drawn);
      };
      for (const task of tasks) tallies.push(await drawGroup(planner, task, look));
      progress.update(total);
      return tallies;
    }
    const board = new Int32Array(new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT));
    const data: DrawData = { bank, settings: planner.settings, board };
    const pool = new Piscina<GroupTask, PlanTally>({
      filename: file,
      workerData: data,
      minThreads: 1,
      maxThreads: Math.min(workers, tasks.length),
    });
    // Threads are asked to stop and not killed: they hold files and a database.
    const stop = () => Atomics.store(board, BOARD.stop, 1);
    signal?.addEventListener('abort', stop);
    const watch = setInterval(() => progress.update(Math.min(total, Atomics.load(board, BOARD.drawn))), 250);
    try {
      signal?.throwIfAborted();
      const results = await Promise.allSettled(
        tasks.map(task =>
          pool.run(task).catch((error: unknown) => {
            stop();
            throw error;
          }),
        ),
      );
      signal?.throwIfAborted();
      const tallies = results.map(result => {
        if (result.status === 'rejected') throw result.reason;
        return result.value;
      });
      progress.update(total);
      return tallies;
    } finally {
      clearInterval(watch);
      signal?.removeEventListener('abort', stop);
      await pool.destroy();
    }
  } finally {
    progress.stop();
  }
}

interface DrawOptions {
  readonly bank: Bank;
  readonly planner: Planner;
  readonly workers?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Names the entities that may be drawn, with all that a plan takes from them. */
function fingerprint({ entities }: Planner): string {
  return sha256(
    entities
      .map(({ concept, type, kind, count, sides, sites, severities, extents, excludes }) =>
        JSON.stringify([concept, type, kind, count, sides, sites, severities, extents, excludes]),
      )
      .join('\n'),
  );
}

/** Workers run compiled code, also when this file runs as source under a test. */
function workerFile(): string {
  const here = fileURLToPath(new URL('./draw-worker.js', import.meta.url));
  return import.meta.url.endsWith('.ts') ? here.replace(/([\\/])src([\\/]reports[\\/])/, '$1dist$2') : here;
}
