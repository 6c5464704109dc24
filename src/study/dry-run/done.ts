import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { sha256 } from '../../base/index.js';
import { openDataset } from '../../data/index.js';
import { fromRecipe, type Study, sourceOf } from '../recipe/index.js';
import { trainingsOf } from '../run/trainings.js';

const StageRecord = z.object({ fingerprint: z.string(), seconds: z.number(), result: z.json() });
const DataResult = z.object({ fingerprint: z.string(), samples: z.number(), patients: z.number() });

/** A stage that an earlier run finished. */
export interface DoneStage {
  readonly seconds: number;
  /** Of data sets: how many samples it has. */
  readonly samples?: number;
}

/**
 * The stages of a study that are done in its folder, by name. A record counts only where it was made of what the recipe
 * says now, as in `carryOut`, whose ingredients these are.
 * @param out - Need not exist.
 */
export async function doneStages(
  study: Study,
  recipe: string,
  out: string | undefined,
): Promise<Map<string, DoneStage>> {
  const done = new Map<string, DoneStage>();
  if (out === undefined) return done;
  const read = async (name: string, ingredients: unknown) => {
    const record = await readRecord(join(out, 'stages', `${name}.json`));
    return record?.fingerprint === sha256(JSON.stringify(ingredients)) ? record : undefined;
  };
  const fingerprints = new Map<string, string>();
  for (const [name, source] of study.sources) {
    const of = sourceOf(source);
    const made = of === undefined ? null : fingerprints.get(of);
    if (made === undefined) continue;
    const before = source.folder === undefined ? null : await describe(fromRecipe(recipe, source.folder));
    const record = await read(`data/${name}`, [source, before, made]);
    const result = DataResult.safeParse(record?.result);
    if (record === undefined || !result.success) continue;
    fingerprints.set(name, result.data.fingerprint);
    done.set(`data/${name}`, { seconds: record.seconds, samples: result.data.samples });
  }
  for (const training of trainingsOf(study)) {
    const data = Object.entries(training.arm.data).map(([name, weight]) => [weight, fingerprints.get(name)]);
    if (data.some(([, fingerprint]) => fingerprint === undefined)) continue;
    const ingredients = [training.recipe, data];
    const record = await read(`train/${training.name}`, ingredients);
    if (record !== undefined) done.set(`train/${training.name}`, { seconds: record.seconds });
    for (const [name, task] of Object.entries(study.tasks)) {
      const dataset = fingerprints.get(task.data);
      const stage = `score/${training.name}/${name}`;
      const scored = await read(stage, [ingredients, task, study.intervals, dataset]);
      if (scored !== undefined) done.set(stage, { seconds: scored.seconds });
    }
  }
  return done;
}

async function readRecord(path: string): Promise<z.infer<typeof StageRecord> | undefined> {
  try {
    return StageRecord.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch {
    return undefined;
  }
}

/** What `carryOut` says of a data set that lies elsewhere; null where there is none. */
async function describe(folder: string): Promise<object | null> {
  const dataset = await openDataset(folder).catch(() => undefined);
  if (dataset === undefined) return null;
  const { manifest } = dataset;
  const samples = Object.values(manifest.splits).reduce((sum, split) => sum + split.samples, 0);
  return { fingerprint: sha256(JSON.stringify(manifest)), samples, patients: manifest.patients };
}
