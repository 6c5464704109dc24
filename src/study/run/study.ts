import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolder, sha256, watchProgress } from '../../base/index.js';
import { openDataset } from '../../data/index.js';
import { type EvaluationResult, tasks } from '../../evaluate/index.js';
import { type PretrainResult, pretrain } from '../../pretrain/index.js';
import { readStudy, type Study, sourceOf, type TaskRecipe } from '../recipe/index.js';
import { chooseSource } from '../sources/index.js';
import { Stages } from './stages.js';
import { type Training, trainingsOf } from './trainings.js';

export interface StudyOptions {
  /** A recipe file. */
  readonly recipe: string;
  /** Folder of the study. */
  readonly out: string;
  readonly signal?: AbortSignal | undefined;
}

/** A data set of a study. */
export interface StudyDataset {
  readonly folder: string;
  readonly fingerprint: string;
  readonly samples: number;
  readonly patients: number;
}

/** What one model was asked, and what it answered. */
export interface StudyScore {
  readonly arm: string;
  readonly method: string;
  readonly seed: number;
  readonly task: string;
  readonly result: EvaluationResult;
  /** File of the result; scores lie beside it. */
  readonly file: string;
}

/** All that was made when every stage is done. */
export interface StudyOutcome {
  readonly study: Study;
  readonly datasets: ReadonlyMap<string, StudyDataset>;
  readonly trained: readonly { readonly training: Training; readonly result: PretrainResult }[];
  readonly scores: readonly StudyScore[];
  /** Seconds of every stage, those of earlier runs included, by its name. */
  readonly seconds: Readonly<Record<string, number>>;
}

/**
 * Carries a study out: data sets, then trainings, then scores. Each is a stage that is done once: a study that was stopped
 * at any moment goes on where it was, and ends in the same results.
 * @throws UsageError when the recipe is wrong; whatever a stage fails with.
 */
export async function carryOut({ recipe: path, out, signal }: StudyOptions): Promise<StudyOutcome> {
  const study = await readStudy(path);
  const trainings = trainingsOf(study);
  const asked = Object.entries(study.tasks);
  await makeFolder(out);
  await copyFile(path, join(out, 'recipe.yaml'));
  const count = study.sources.size + trainings.length * (1 + asked.length);
  const stages = new Stages(out, count, signal);

  const datasets = new Map<string, StudyDataset>();
  for (const [name, source] of study.sources) {
    const chosen = chooseSource(source);
    const folderOf = (of: string) => datasets.get(of)!.folder;
    const build = () => chosen.build({ out: join(out, 'data', name), recipe: path, folderOf, signal });
    // A data set that lies elsewhere may change behind the study's back: its manifest tells.
    const there = chosen.way === 'folder' ? await build() : undefined;
    const before = there === undefined ? null : await describe(there);
    const of = sourceOf(source);
    const ingredients = [source, before, of === undefined ? null : datasets.get(of)!.fingerprint];
    const label = `${name}: ${chosen.label}`;
    const made = await stages.run(`data/${name}`, label, ingredients, async () =>
      describe(there ?? (await build())),
    );
    datasets.set(name, { ...made, folder: there ?? join(out, 'data', name) });
  }

  const trained: { training: Training; result: PretrainResult }[] = [];
  const scores: StudyScore[] = [];
  for (const training of trainings) {
    const data = Object.entries(training.arm.data).map(([name, weight]) => {
      const { folder, fingerprint } = datasets.get(name)!;
      return { folder, weight, fingerprint };
    });
    const ingredients = [training.recipe, data.map(({ weight, fingerprint }) => [weight, fingerprint])];
    const result = await stages.run(
      `train/${training.name}`,
      `${training.name}: training`,
      ingredients,
      async () => {
        const progress = watchProgress('training', 'steps');
        const ended = await pretrain({
          recipe: training.recipe,
          data: data.map(({ folder, weight }) => ({ folder, weight })),
          out: join(out, 'models', training.name),
          resume: true,
          signal,
          onProgress: ({ step, steps, loss }) => progress.update(step, steps, `loss ${loss.toFixed(3)}`),
        }).finally(progress.stop);
        signal?.throwIfAborted();
        return ended;
      },
    );
    trained.push({ training, result });
    for (const [name, task] of asked) {
      const dataset = datasets.get(task.data)!;
      const file = join(out, 'scores', training.name, `${name}.json`);
      const { arm, method, seed } = training;
      const answered = await stages.run(
        `score/${training.name}/${name}`,
        `${training.name}: ${task.title ?? name}`,
        [ingredients, task, study.intervals, dataset.fingerprint],
        () => ask(task, { study, dataset, model: result.model, file, signal }),
      );
      scores.push({ arm: arm.name, method, seed, task: name, result: answered, file });
    }
  }
  return { study, datasets, trained, scores, seconds: stages.times };
}

interface Asking {
  readonly study: Study;
  readonly dataset: StudyDataset;
  readonly model: string;
  readonly file: string;
  readonly signal: AbortSignal | undefined;
}

async function ask(task: TaskRecipe, asking: Asking): Promise<EvaluationResult> {
  const { study, dataset, model, file, signal } = asking;
  const progress = watchProgress('reading', 'pictures');
  const options = {
    ...task.options,
    model,
    data: dataset.folder,
    split: task.split,
    ...study.intervals,
    out: file,
    signal,
    onProgress: progress.update,
  };
  return tasks.get(task.task).evaluate(options).finally(progress.stop);
}

async function describe(folder: string): Promise<Omit<StudyDataset, 'folder'>> {
  const { manifest } = await openDataset(folder);
  const samples = Object.values(manifest.splits).reduce((sum, split) => sum + split.samples, 0);
  return { fingerprint: sha256(JSON.stringify(manifest)), samples, patients: manifest.patients };
}
