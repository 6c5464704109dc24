import { join } from 'node:path';
import { parseAs, UsageError, writeFileAtomic } from '../../base/index.js';
import { finishDataset, synrayVersion } from '../../data/index.js';
import { Planner } from '../../reports/index.js';
import type { Executor } from '../executor.js';
import { LocalExecutor } from '../executors/local.js';
import { makeShards, readNotes, removeLeftovers, type ShardJob, shardJobs } from '../sharded.js';
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
    const make = async ({ from, to }: ShardJob, stop: AbortSignal, onProgress: (samples: number) => void) => {
      const shard = await makeShard({ recipe, stages, planner, from, to, signal: stop, onProgress });
      return { samples: shard.samples, notes: shard.setAside };
    };
    const { onProgress } = options;
    await makeShards({ out, jobs, fingerprint, executor, signal, onProgress, make });
    return await finish({ recipe, out, jobs, fingerprint, stages }, started);
  } finally {
    await closeStages(stages);
  }
}

/** The shards of both splits. The plan's first samples are for training, the last are held out. */
function jobsOf({ pairs, test, shardSize }: GenerateRecipe): ShardJob[] {
  return [...shardJobs('train', 0, pairs, shardSize), ...shardJobs('test', pairs, pairs + test, shardSize)];
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
  const setAside = await readNotes(out, jobs);
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
