import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { parse, stringify } from 'yaml';
import { dryRun } from '../dry-run/index.js';
import { readStudy } from '../recipe/index.js';
import { resultsOf, type StudyResults } from '../results/results.js';
import { carryOut } from '../run/study.js';
import { trainingsOf } from '../run/trainings.js';
import { type ToyOptions, toyStudy } from './toy-study.js';

const real = resolve(process.env.SYNRAY_TEST_DATA ?? '../shared/data');
const recipes = fileURLToPath(new URL('../../../recipes', import.meta.url));
let home: string;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'synray-toy-'));
});
afterAll(() => rm(home, { recursive: true }));
beforeEach(() => {
  vi.spyOn(process.stderr, 'write').mockReturnValue(true);
});
afterEach(() => {
  vi.restoreAllMocks();
});

/** The toy-scale version of a recipe that ships, as a file. */
async function toyOf(
  name: string,
  options: ToyOptions,
  change: (toy: Record<string, unknown>) => void = () => {},
): Promise<string> {
  const toy = toyStudy(parse(await readFile(join(recipes, `${name}.yaml`), 'utf8')), options);
  change(toy);
  const path = join(home, `${name}.yaml`);
  await writeFile(path, stringify(toy));
  return path;
}

/** Carries a toy out and checks what every study must show. */
async function shapeOf(recipe: string): Promise<StudyResults> {
  const out = recipe.replace('.yaml', '');
  const study = await readStudy(recipe);
  const results = await resultsOf(await carryOut({ recipe, out }), out);
  const models = trainingsOf(study).length;
  expect(results.models).toHaveLength(models);
  expect(results.scores).toHaveLength(models * Object.keys(study.tasks).length);
  for (const { loss } of results.models) {
    expect(loss).toBeGreaterThan(0);
    expect(loss).toBeLessThan(30);
  }
  for (const { value, low, high, metric } of results.scores) {
    expect(low).toBeLessThanOrEqual(high);
    // Two steps teach nothing: scores are those of chance, of few pictures.
    if (metric === 'mean AUC') expect(Math.abs(value - 0.5)).toBeLessThan(0.35);
    else expect(value).toBeGreaterThanOrEqual(0);
    expect(value).toBeLessThanOrEqual(1);
  }
  for (const { arms, differences } of results.families) {
    expect(Object.keys(arms)).toEqual(
      study.arms.filter(arm => arm.ablation === undefined).map(({ name }) => name),
    );
    expect(Object.keys(differences)).toEqual(
      study.differences.map(({ first, second }) => `${first}-${second}`),
    );
    for (const [name, { value, first, second }] of Object.entries(differences)) {
      expect(value, name).toBeCloseTo(arms[first]!.value - arms[second]!.value, 10);
    }
  }
  return results;
}

describe('the toy-scale version of', { timeout: 400_000 }, () => {
  it('ward.yaml comes to its end; then a dry run finds all of it done', async () => {
    const recipe = await toyOf('ward', { ablations: 2 });
    const results = await shapeOf(recipe);
    expect(results.families[0]!.differences['mixed-real']!.claim).toMatchObject({ value: 0.0907 });
    expect(Object.keys(results.ablations)).toEqual(['natural-sampling', 'longer-reports']);
    expect(results.data.hospital).toMatchObject({ way: 'hospital', patients: 16 });

    const plan = await dryRun(recipe, { out: recipe.replace('.yaml', ''), budget: 0 });
    expect(plan.units.filter(({ done }) => !done).map(({ name }) => name)).toEqual([]);
    expect(plan.totals).toMatchObject({ seconds: 0, done: plan.units.length });
  });

  it.skipIf(!existsSync(real))('nih-mini.yaml comes to its end (needs ../shared/data)', async () => {
    const table = await readFile(join(real, 'nih-cxr14', 'index.csv'), 'utf8');
    const [head, ...rows] = table.split(/\r?\n/).filter(line => line !== '');
    await writeFile(join(home, 'few.csv'), [head, ...rows.filter((_, row) => row % 8 === 0), ''].join('\n'));
    const recipe = await toyOf('nih-mini', {}, ({ sources }) => {
      const options = {
        images: join(real, 'nih-cxr14', 'images'),
        imageColumn: 'file',
        labelsColumn: 'finding_labels',
      };
      Object.assign(sources as object, {
        nih: {
          import: {
            format: 'table',
            source: './few.csv',
            options: { ...options, patientColumn: 'patient_id' },
          },
        },
      });
    });
    const { data, families } = await shapeOf(recipe);
    expect(families.map(({ family }) => family.name)).toEqual(['zero-shot']);
    expect(data.learnt!.samples + data.test!.samples).toBe(data.nih!.samples);
    expect(data.reported!.samples).toBeGreaterThan(0.9 * data.learnt!.samples);
  });

  it('syncxr-200k.yaml comes to its end with stand-ins for what is not here', async () => {
    const { families } = await shapeOf(await toyOf('syncxr-200k', {}));
    expect(families.map(({ family }) => family.name)).toEqual(['zero-shot', 'grounding']);
  });
});

describe('every ablation of ward.yaml', () => {
  it('still is a study when all of it is small', async () => {
    const { arms } = await readStudy(await toyOf('ward', {}));
    expect(arms.filter(arm => arm.ablation !== undefined)).toHaveLength(13);
  });
});
