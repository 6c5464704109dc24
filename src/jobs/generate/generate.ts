import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { parseAs, UsageError, writeFileAtomic } from '../../base/index.js';
import {
  finishDataset,
  openDataset,
  readShardNotes,
  shardPath,
  synrayVersion,
  writeShard,
} from '../../data/index.js';
import { Planner } from '../../reports/index.js';
import type { Executor } from '../executor.js';
import { LocalExecutor } from '../executors/local.js';
import { GenerateRecipe, type GenerateRecipeInput } from './recipe.js';
import { makeShard } from './shard.js';
import { closeStages, fingerprintOf, planOf, type Stages, stagesOf } from './stages.js';

export interface GenerateOptions {
  readonly recipe: GenerateRecipeInput;
  /** Folder of the data set. Finished shards of the same recipe in it are kept. */
  readonly out: string;
  readonly executor?: Executor;
  /** Samples done so far, those of earlier runs included, out of all. */
  readonly onProgress?: (done: number, total: number) => void;
  readonly signal?: AbortSignal | undefined;
  /** Stages to use instead of those that the recipe names. */
  readonly stages?: Partial<Stages>;
}

export interface GenerateResult {
  /** Samples in the data set. */
  readonly pairs: number;
  readonly splits: Readonly<Record<string, number>>;
  /** Samples given up; `set-aside.jsonl` tells why. */
  readonly setAside: number;
  readonly seconds: number;
  readonly out: string;
  readonly fingerprint: string;
}

/** One Parquet file to be made. */
interface ShardJob {
  readonly file: string;
  readonly from: number;
  readonly to: number;
}

/** One line of JSON a sample that was given up: id, stage, reason. */
const SET_ASIDE = 'set-aside.jsonl';

/**
 * Makes a data set: plan, reports, their check, pictures, their checks, Parquet shards, card and manifest.
 *
 * Killed at any moment and run again, it goes on where it was and ends in the same bytes: a shard is either
 * whole or not there, and card, manifest and `set-aside.jsonl` are made from the shards.
 *
 * @throws UsageError when `out` holds shards of another recipe.
 */
export async function generate(options: GenerateOptions): Promise<GenerateResult> {
  const started = performance.now();
  const { out, executor = new LocalExecutor(), signal } = options;
  const recipe = parseAs(GenerateRecipe, options.recipe, 'recipe', UsageError);
  const stages = await stagesOf(recipe, `${out}.replies`, options.stages);
  try {
    const planner = new Planner(stages.bank, planOf(recipe, stages));
    const fingerprint = fingerprintOf(recipe, stages);
    const jobs = jobsOf(recipe);
    const isDone = await Promise.all(jobs.map(job => isFinished(join(out, job.file), fingerprint)));
    await refuseForeign(out, jobs, fingerprint);

    const total = recipe.pairs + recipe.test;
    let done = jobs.reduce((sum, job, index) => sum + (isDone[index] ? job.to - job.from : 0), 0);
    const onProgress = (samples: number) => {
      done += samples;
      options.onProgress?.(done, total);
    };
    onProgress(0);
    const missing = jobs.filter((_, index) => !isDone[index]);
    const work = async (index: number, stop: AbortSignal) => {
      const { file, from, to } = missing[index]!;
      const shard = await makeShard({ recipe, stages, planner, from, to, signal: stop, onProgress });
      await writeShard(join(out, file), shard.samples, { fingerprint, notes: shard.setAside });
    };
    await executor.run(missing.length, work, signal);
    return await finish({ recipe, out, jobs, fingerprint, stages }, started);
  } finally {
    await closeStages(stages);
  }
}

/** The shards of both splits. The plan's first samples are for training, the last are held out. */
function jobsOf({ pairs, test, shardSize }: GenerateRecipe): ShardJob[] {
  const split = (name: string, from: number, to: number) => {
    const count = Math.ceil((to - from) / shardSize);
    return Array.from({ length: count }, (_, index) => ({
      file: shardPath(name, index, count),
      from: from + index * shardSize,
      to: Math.min(from + (index + 1) * shardSize, to),
    }));
  };
  return [...split('train', 0, pairs), ...split('test', pairs, pairs + test)];
}

async function isFinished(path: string, fingerprint: string): Promise<boolean> {
  if ((await stat(path).catch(() => undefined)) === undefined) return false;
  // A file that cannot be read (a disk that lied about syncing) is made again.
  const notes = await readShardNotes(path).catch(() => undefined);
  return notes === undefined ? false : notes.fingerprint === fingerprint || foreign(path);
}

/** @throws UsageError when there are shards that this recipe does not make. */
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

interface Finishing {
  readonly recipe: GenerateRecipe;
  readonly out: string;
  readonly jobs: readonly ShardJob[];
  readonly fingerprint: string;
  readonly stages: Stages;
}

async function finish(finishing: Finishing, started: number): Promise<GenerateResult> {
  const { recipe, out, jobs, fingerprint, stages } = finishing;
  const setAside: unknown[] = [];
  for (const { file } of jobs) setAside.push(...(await readShardNotes(join(out, file))).notes);
  await writeFileAtomic(join(out, SET_ASIDE), setAside.map(line => `${JSON.stringify(line)}\n`).join(''));
  // Paths and addresses are of this machine.
  const { bank: _, curation, ...rest } = { ...recipe, writer: publicSettings(recipe.writer) };
  const settings = { ...rest, curation: publicCuration(curation) };
  const { size, image } = recipe;
  const manifest = await finishDataset(out, {
    name: `Synthetic chest X-rays, seed ${recipe.seed}`,
    fingerprint,
    provenance: {
      producer: 'synray generate',
      version: synrayVersion,
      description:
        `Synthetic chest X-rays of ${size} × ${size} pixels (${image.bits} bits) with reports: planned entities, ` +
        `reports by ${stages.writer.name}, pictures by ${stages.painter.name}. No patient's data is in it.`,
    },
    settings: JSON.parse(JSON.stringify(settings)),
  });
  await removeLeftovers(out);
  const splits = Object.entries(manifest.splits).map(([name, split]) => [name, split.samples] as const);
  return {
    pairs: splits.reduce((sum, [, samples]) => sum + samples, 0),
    splits: Object.fromEntries(splits),
    setAside: setAside.length,
    seconds: (performance.now() - started) / 1000,
    out,
    fingerprint,
  };
}

function publicSettings(writer: GenerateRecipe['writer']): GenerateRecipe['writer'] {
  if (typeof writer === 'string') return writer;
  const { baseUrl: _, store: __, prompts: ___, apiKeyVariable: ____, ...settings } = writer;
  return settings;
}

function publicCuration(curation: GenerateRecipe['curation']): object {
  const { model: _, bad: __, like: ___, centre: ____, reports: _____, judge, ...thresholds } = curation;
  return { ...thresholds, judge: judge?.model };
}

/** Temporary files of runs that were killed. All shards are there now, so nobody writes them any more. */
async function removeLeftovers(out: string): Promise<void> {
  const names = (await readdir(join(out, 'data'))).filter(name => /^\..*\.tmp$/.test(name));
  await Promise.all(names.map(name => rm(join(out, 'data', name), { force: true })));
}
