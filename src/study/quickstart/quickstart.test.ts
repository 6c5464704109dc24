import { mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { parse, stringify } from 'yaml';
import { readStudy } from '../recipe/index.js';
import type { StudyResult } from '../study.js';
import { toyStudy } from '../testing/toy-study.js';
import { quickstart } from './quickstart.js';

const SHIPPED = new URL('../../../recipes/quickstart.yaml', import.meta.url);

describe('the quickstart', { timeout: 240_000 }, () => {
  let folder: string;
  let out: string;
  let recipe: string;
  let result: StudyResult;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'synray-quickstart-'));
    out = join(folder, 'run');
    recipe = join(folder, 'tiny.yaml');
    await writeFile(recipe, stringify(toyStudy(parse(await readFile(SHIPPED, 'utf8')))));
    vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    result = await quickstart({ out, recipe });
  }, 240_000);
  afterAll(() => rm(folder, { recursive: true }));
  beforeEach(() => {
    vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  });
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it('gives every arm a score with its interval, their differences, and a page', async () => {
    expect(Object.keys(result.arms)).toEqual(['real', 'synthetic', 'mixed']);
    for (const { meanAuc, low, high } of Object.values(result.arms)) {
      expect(low).toBeLessThanOrEqual(meanAuc);
      expect(high).toBeGreaterThanOrEqual(meanAuc);
    }
    expect(Object.keys(result.differences)).toEqual(['synthetic-real', 'mixed-real']);
    expect(result.seconds).toBeGreaterThan(0);
    const page = await readFile(result.report, 'utf8');
    expect(page).toContain('With one training each');
    expect((await stat(result.results)).size).toBeGreaterThan(1000);
  });

  it('does nothing twice: run again, it gives the same answer at once', async () => {
    expect({ ...(await quickstart({ out, recipe })), seconds: 0 }).toEqual({ ...result, seconds: 0 });
  });

  it('lets every model read real data sets too, apart from the simulated ones', async () => {
    const real = join(folder, 'nih');
    await symlink(join(out, 'data', 'test'), real);
    const { all } = await quickstart({ out: join(folder, 'real'), recipe, real: [real] });
    expect(all.families.map(({ family }) => family.name)).toContain('zero-shot on nih');
  });

  it('tells a wrong data set before any work is done', async () => {
    const other = join(folder, 'other');
    await expect(quickstart({ out: other, recipe, real: [join(folder, 'none')] })).rejects.toThrow(
      'there is no such folder',
    );
    await expect(quickstart({ out: other, recipe, real: [join(out, 'data', 'test')] })).rejects.toThrow(
      'two data sets are named "test"',
    );
    await expect(stat(other)).rejects.toThrow('ENOENT');
  });
});

describe('the quickstart recipe', () => {
  it('that ships is sound, and its head states command, time and scores', async () => {
    const text = await readFile(SHIPPED, 'utf8');
    expect(text).toMatch(/^#.*npm run quickstart/m);
    expect(text).toMatch(/^# Time on 2 cores/m);
    expect(text).toMatch(/^# Scores to expect/m);
    const { arms, tasks } = await readStudy(SHIPPED.pathname);
    expect(arms.map(({ name }) => name)).toEqual(['real', 'synthetic', 'mixed']);
    expect(Object.values(tasks).map(({ task }) => task)).toEqual(['zero-shot', 'grounding']);
  });

  it('takes what the command line says', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'synray-recipe-'));
    const signal = AbortSignal.abort(new Error('before anything is made'));
    const asked = { out: folder, pairs: 50, patients: 9, steps: 3, seed: 9, signal };
    await expect(quickstart(asked)).rejects.toThrow('before anything is made');
    const { sources, arms } = await readStudy(join(folder, 'quickstart.yaml'));
    expect(sources.get('pairs')!.generate!.pairs).toBe(50);
    expect(sources.get('hospital')!.hospital!.patients).toBe(9);
    expect(arms.every(({ seeds, steps }) => seeds[0] === 9 && steps === 3)).toBe(true);
    await rm(folder, { recursive: true });
  });
});
