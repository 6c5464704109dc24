import { availableParallelism, loadavg } from 'node:os';
import { watchProgress } from '../../base/index.js';
import { cudaAvailable, cudaDeviceCount } from '../../tensor/index.js';
import { readStudy } from '../recipe/index.js';
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
  const study = await readStudy(recipe);
  const trainings = trainingsOf(study);
  const asked = Object.entries(study.tasks);
  const done = await doneStages(study, recipe, out);
  const rehearsal = await Rehearsal.open(recipe, study.recipe.compute ?? {}, signal, budget);
  const progress = watchProgress('trying', 'stages');
  const units: PlannedUnit[] = [];
  const total = study.sources.size + trainings.length * (1 + asked.length);
  const take = (unit: PlannedUnit) => {
    units.push(unit);
    progress.update(units.length, total);
  };
  try {
    const data = new DataUnits(study, rehearsal, done);
    for (const [name, source] of study.sources) {
      await data.add(name, source);
      take(data.expected.get(name)!.unit);
    }
    const training = new TrainingUnits(study, data, rehearsal, done);
    const scores = new ScoreUnits(study, data, training, rehearsal, done);
    for (const each of trainings) {
      take(await training.unit(each));
      for (const [name, task] of asked) take(await scores.unit(each, name, task));
    }
    return {
      dryRun: true,
      title: study.title,
      recipe,
      units,
      totals: totalsOf(units),
      missing: rehearsal.missing.list(),
      paces: rehearsal.paces,
      machine: {
        processors: availableParallelism(),
        load,
        cudaDevices: cudaAvailable() ? cudaDeviceCount() : 0,
      },
      seconds: (performance.now() - started) / 1000,
    };
  } finally {
    progress.stop();
    await rehearsal.close();
  }
}
