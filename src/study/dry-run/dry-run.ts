import { availableParallelism, loadavg } from 'node:os';
import { say } from '../../base/index.js';
import { cudaAvailable, cudaDeviceCount } from '../../tensor/index.js';
import { readStudy, type Study, sourceOf } from '../recipe/index.js';
import { trainingsOf } from '../run/trainings.js';
import { DataUnits } from './data-units.js';
import { doneStages } from './done.js';
import { type DryRun, type PlannedUnit, totalsOf } from './plan.js';
import { Rehearsal } from './rehearsal.js';
import { ScoreUnits } from './score-units.js';
import { TrainingUnits } from './training-units.js';

export interface DryRunOptions {
  /** Folder of the study: what is done in it counts as done. */
  readonly out?: string | undefined;
  /** Seconds after which nothing more is tried; 50 by default. */
  readonly budget?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Says what a study would do, and what it takes: time, disk, tokens and GPU hours of each stage, from what this machine
 * does with small versions of the study's own stages in a temporary folder. What is not here (language models, diffusion
 * weights, GPUs) is counted with the figures of the recipe's `compute`; what no figure is given for is named as
 * unknown. What is missing is listed, all of it.
 * @throws UsageError when the recipe is wrong.
 */
export async function dryRun(recipe: string, { out, budget, signal }: DryRunOptions = {}): Promise<DryRun> {
  const started = performance.now();
  const load = loadavg()[0]!;
  const worked = process.cpuUsage();
  const study = await readStudy(recipe);
  const trainings = trainingsOf(study);
  const asked = Object.entries(study.tasks);
  const done = await doneStages(study, recipe, out);
  const rehearsal = await Rehearsal.open(recipe, study.recipe.compute ?? {}, signal, budget);
  const units: PlannedUnit[] = [];
  say('trying small versions of the stages in a temporary folder, for about a minute');
  try {
    const data = new DataUnits(study, rehearsal, done);
    const training = new TrainingUnits(study, data, rehearsal, done);
    const scores = new ScoreUnits(study, data, training, rehearsal, done);
    // What the arms need is tried first: should there be no time left for the ablations, they are much like it.
    const first = sourcesOfArms(study);
    for (const [name, source] of study.sources) if (first.has(name)) await data.add(name, source);
    for (const each of trainings) {
      if (each.arm.ablation !== undefined) continue;
      for (const [name, task] of asked) await scores.paceOf(each, name, task);
    }
    for (const [name, source] of study.sources) if (!first.has(name)) await data.add(name, source);
    for (const name of study.sources.keys()) units.push(data.expected.get(name)!.unit);
    for (const each of trainings) {
      units.push(await training.unit(each));
      for (const [name, task] of asked) units.push(await scores.unit(each, name, task));
    }
    const { user, system } = process.cpuUsage(worked);
    const seconds = (performance.now() - started) / 1000;
    const processors = availableParallelism();
    return {
      dryRun: true,
      title: study.title,
      recipe,
      units,
      totals: totalsOf(units),
      missing: rehearsal.missing.list(),
      paces: rehearsal.paces,
      machine: {
        processors,
        load,
        share: Math.min(1, (user + system) / 1e6 / seconds / processors),
        cudaDevices: cudaAvailable() ? cudaDeviceCount() : 0,
      },
      seconds,
    };
  } finally {
    await rehearsal.close();
  }
}

/** The data sets that arms, ablations apart, and tasks use, and what those are made of. */
function sourcesOfArms(study: Study): Set<string> {
  const used = new Set<string>();
  const take = (name: string) => {
    used.add(name);
    const of = sourceOf(study.sources.get(name)!);
    if (of !== undefined) take(of);
  };
  for (const { data, ablation } of study.arms) {
    if (ablation === undefined) for (const name of Object.keys(data)) take(name);
  }
  for (const { data } of Object.values(study.tasks)) take(data);
  return used;
}
