import { basename, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stringify } from 'yaml';
import { z } from 'zod';
import { makeFolder, readYaml, UsageError, writeFileAtomic } from '../../base/index.js';
import { openDataset } from '../../data/index.js';
import { merge } from '../recipe/index.js';
import { type StudyResult, study } from '../study.js';

export interface QuickstartOptions {
  /** Folder of the run. */
  readonly out: string;
  /** A study's recipe; the shipped one by default. */
  readonly recipe?: string | undefined;
  /** Data sets of real pictures that every model is to read as well. */
  readonly real?: readonly string[] | undefined;
  /** Pairs of every data set that is generated. */
  readonly pairs?: number | undefined;
  /** Patients of every simulated hospital. */
  readonly patients?: number | undefined;
  readonly steps?: number | undefined;
  /** Of the trainings. */
  readonly seed?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The recipe that ships with synray. */
const SHIPPED = join(fileURLToPath(new URL('../../../recipes', import.meta.url)), 'quickstart.yaml');

/** What is read and changed of a recipe; the study checks the whole. */
const Changeable = z.looseObject({
  sources: z.record(z.string(), z.looseObject({})),
  tasks: z.record(z.string(), z.looseObject({})),
});

/**
 * The study, small: real, synthetic and mixed pairs against each other, from nothing. Run again, it goes on where it
 * stopped.
 * @throws UsageError when a real data set cannot be told from another thing of the study
 */
export async function quickstart(options: QuickstartOptions): Promise<StudyResult> {
  const { out, signal } = options;
  const changed = await changedRecipe(options);
  // A recipe of its own, so that the same study can be run, changed and dry-run without the quickstart.
  const recipe = join(out, 'quickstart.yaml');
  await makeFolder(out);
  await writeFileAtomic(recipe, stringify(changed));
  const result = await study({ recipe, out, signal });
  if ('units' in result) throw new Error('a study that was not to be run dry');
  return result;
}

async function changedRecipe(options: QuickstartOptions): Promise<object> {
  const { pairs, patients, steps, seed, real = [] } = options;
  const path = options.recipe ?? SHIPPED;
  const recipe = await readYaml(path, Changeable);
  const sources = Object.entries(recipe.sources).map(([name, source]) => {
    if ('generate' in source && pairs !== undefined) return [name, merge(source, { generate: { pairs } })];
    if ('hospital' in source && patients !== undefined) {
      return [name, merge(source, { hospital: { patients } })];
    }
    return [name, source];
  });
  return {
    ...recipe,
    ...(steps !== undefined && { steps }),
    ...(seed !== undefined && { seeds: [seed] }),
    sources: { ...Object.fromEntries(sources), ...(await realSources(real, recipe.sources)) },
    tasks: { ...recipe.tasks, ...realTasks(real) },
  };
}

/** Data sets that are there; opened before anything is done, so that a wrong path is told at once. */
async function realSources(folders: readonly string[], known: object): Promise<Record<string, object>> {
  const sources: Record<string, object> = {};
  for (const folder of folders) {
    const name = basename(resolve(folder));
    if (name in sources || name in known) {
      throw new UsageError({ fault: `two data sets are named "${name}"`, mend: 'rename the folder of one' });
    }
    await openDataset(folder);
    sources[name] = { folder: resolve(folder) };
  }
  return sources;
}

/** Real pictures are a family of their own: their scores are not averaged with those of simulated ones. */
function realTasks(folders: readonly string[]): Record<string, object> {
  return Object.fromEntries(
    folders.map(folder => {
      const name = basename(resolve(folder));
      const title = `Zero-shot, ${name}`;
      return [`zero-shot-${name}`, { title, task: 'zero-shot', data: name, family: `zero-shot on ${name}` }];
    }),
  );
}
