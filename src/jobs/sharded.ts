import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { UsageError } from '../base/index.js';
import { openDataset, readShardNotes, type Sample, shardPath, writeShard } from '../data/index.js';
import type { Executor } from './executor.js';

/** One Parquet file to be made: the pieces [from, to) of the work. */
export interface ShardJob {
  readonly file: string;
  readonly from: number;
  readonly to: number;
}

/** The shards of a split that holds the pieces [from, to). */
export function shardJobs(split: string, from: number, to: number, shardSize: number): ShardJob[] {
  const count = Math.ceil((to - from) / shardSize);
  return Array.from({ length: count }, (_, index) => ({
    file: shardPath(split, index, count),
    from: from + index * shardSize,
    to: Math.min(from + (index + 1) * shardSize, to),
  }));
}

/** A data set that is made in pieces. */
export interface ShardedWork {
  /** Folder of the data set. */
  readonly out: string;
  readonly jobs: readonly ShardJob[];
  /** SHA-256 of all that decides the samples. */
  readonly fingerprint: string;
  readonly executor: Executor;
  readonly signal?: AbortSignal | undefined;
  /** Pieces done so far, those of earlier runs included, out of all. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
  /**
   * Makes a shard, a function of its job alone.
   * @param onProgress - To be called with the number of pieces that came to an end.
   */
  make(
    job: ShardJob,
    signal: AbortSignal,
    onProgress: (pieces: number) => void,
  ): Promise<{ readonly samples: readonly Sample[]; readonly notes: readonly unknown[] }>;
}

/**
 * Makes what is missing of a data set's shards. A shard is either whole or not there, so that it can be killed at any
 * moment and run again.
 * @throws UsageError when `out` holds shards of other settings.
 */
export async function makeShards(work: ShardedWork): Promise<void> {
  const { out, jobs, fingerprint, executor, signal } = work;
  const isDone = await Promise.all(jobs.map(job => isFinished(join(out, job.file), fingerprint)));
  await refuseForeign(out, jobs, fingerprint);
  const total = jobs.reduce((sum, job) => sum + job.to - job.from, 0);
  let done = jobs.reduce((sum, job, index) => sum + (isDone[index] ? job.to - job.from : 0), 0);
  const onProgress = (pieces: number) => {
    done += pieces;
    work.onProgress?.(done, total);
  };
  onProgress(0);
  const missing = jobs.filter((_, index) => !isDone[index]);
  await executor.run(
    missing.length,
    async (index, stop) => {
      const job = missing[index]!;
      const { samples, notes } = await work.make(job, stop, onProgress);
      await writeShard(join(out, job.file), samples, { fingerprint, notes });
    },
    signal,
  );
}

/** The notes of all shards, in their order. */
export async function readNotes(out: string, jobs: readonly ShardJob[]): Promise<unknown[]> {
  const notes: unknown[] = [];
  for (const { file } of jobs) notes.push(...(await readShardNotes(join(out, file))).notes);
  return notes;
}

/** Takes temporary files of runs that were killed away, when all shards are there and nobody writes them any more. */
export async function removeLeftovers(out: string): Promise<void> {
  const names = (await readdir(join(out, 'data'))).filter(name => /^\..*\.tmp$/.test(name));
  await Promise.all(names.map(name => rm(join(out, 'data', name), { force: true })));
}

async function isFinished(path: string, fingerprint: string): Promise<boolean> {
  if ((await stat(path).catch(() => undefined)) === undefined) return false;
  // A file that cannot be read (a disk that lied about syncing) is made again.
  const notes = await readShardNotes(path).catch(() => undefined);
  return notes === undefined ? false : notes.fingerprint === fingerprint || foreign(path);
}

/** @throws UsageError when there are shards that these jobs do not make. */
async function refuseForeign(out: string, jobs: readonly ShardJob[], fingerprint: string): Promise<void> {
  const ours = new Set(jobs.map(job => job.file));
  const found = await readdir(join(out, 'data')).catch(() => []);
  const other = found.find(name => name.endsWith('.parquet') && !ours.has(`data/${name}`));
  if (other !== undefined) foreign(join(out, 'data', other));
  const dataset = await openDataset(out).catch(() => undefined);
  if (dataset !== undefined && dataset.manifest.fingerprint !== fingerprint) foreign(out);
}

function foreign(path: string): never {
  throw new UsageError({
    file: path,
    fault: 'the output holds data made with other settings',
    mend: 'choose another --out, or delete that folder first',
  });
}
