import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { formatQuickstart, type QuickstartResult, quickstart } from './quickstart.js';
import { readQuickstartRecipe } from './recipe.js';

/** The shipped recipe in little: small pictures, two steps. */
const TINY = `
generate: { pairs: 24, test: 24, size: 128, plan: { k: 3, m: 1, cap: least, findingsPerReport: [1, 1], concepts: [pleural effusion, cardiomegaly, pneumothorax, lung nodule, lung] } }
pretrain:
  objective: { name: convirt }
  image: { size: 32 }
  training: { steps: 2, batch: 8 }
evaluate: { rounds: 20 }
`;

describe('the quickstart', () => {
  let folder: string;
  let out: string;
  let recipe: string;
  let result: QuickstartResult;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'synray-quickstart-'));
    out = join(folder, 'run');
    recipe = join(folder, 'tiny.yaml');
    await writeFile(recipe, TINY);
    vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    result = await quickstart({ out, recipe });
  });
  afterAll(() => rm(folder, { recursive: true }));
  beforeEach(() => {
    vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  });
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it('gives pairs, a model, a page and a score with its interval', async () => {
    expect(result).toMatchObject({ pairs: 48, report: join(out, 'report.html') });
    const { meanAuc, low, high, n, classes } = result.zeroShot.synthetic!;
    expect(n).toBe(24);
    expect(low).toBeLessThanOrEqual(meanAuc);
    expect(high).toBeGreaterThanOrEqual(meanAuc);
    expect(Object.keys(classes)).toContain('Effusion');
    expect((await stat(join(result.model, 'model.safetensors'))).size).toBeGreaterThan(1000);
    expect(await readFile(result.report, 'utf8')).toContain('48 pairs of report and chest X-ray');
    expect(formatQuickstart(result)).toContain('synthetic: 24 pictures, mean AUC');
  });

  it('does nothing twice: run again, it gives the same answer at once', async () => {
    const started = performance.now();
    expect(await quickstart({ out, recipe })).toEqual(result);
    expect(performance.now() - started).toBeLessThan(2000);
  });

  it('does a stage again whose record is broken, and ends in the same scores', async () => {
    await writeFile(join(out, 'stages', 'zero-shot-synthetic.json'), '{"fingerp');
    const again = await quickstart({ out, recipe });
    expect(again.zeroShot).toEqual(result.zeroShot);
  });

  it('scores real data sets too, and names them by their folder', async () => {
    const { zeroShot } = await quickstart({ out, recipe, real: [join(out, 'dataset')] });
    expect(Object.keys(zeroShot)).toEqual(['synthetic', 'dataset']);
  });

  it('tells a wrong data set before any work is done', async () => {
    const other = join(folder, 'other');
    await expect(quickstart({ out: other, recipe, real: [join(folder, 'none')] })).rejects.toThrow(
      'there is no such folder',
    );
    await expect(stat(other)).rejects.toThrow('ENOENT');
  });

  it('stops when asked to', async () => {
    const signal = AbortSignal.abort(new Error('Ctrl-C'));
    await expect(quickstart({ out: join(folder, 'stopped'), recipe, signal })).rejects.toThrow('Ctrl-C');
  });
});

describe('the quickstart recipe', () => {
  it('that ships is sound, and its head states command, time and score', async () => {
    const text = await readFile(new URL('../../../recipes/quickstart.yaml', import.meta.url), 'utf8');
    expect(text).toMatch(/^#.*npm run quickstart/m);
    expect(text).toMatch(/^# Time on 2 cores/m);
    expect(text).toMatch(/^# Score to expect/m);
    expect((await readQuickstartRecipe(undefined)).generate.pairs).toBeGreaterThan(1000);
  });

  it('takes what the command line says', async () => {
    const changed = await readQuickstartRecipe(undefined, { pairs: 50, steps: 3, seed: 9 });
    expect(changed.generate).toMatchObject({ pairs: 50, seed: 9 });
    expect(changed.pretrain.training).toMatchObject({ steps: 3, seed: 9 });
    expect(changed.evaluate.seed).toBe(9);
  });

  it('with an unknown key is refused by name', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'synray-recipe-'));
    const path = join(folder, 'recipe.yaml');
    await writeFile(path, `${TINY}\nscores: {}\n`);
    await expect(readQuickstartRecipe(path)).rejects.toThrow(/recipe\.yaml: unknown key "scores"/);
    await rm(folder, { recursive: true });
  });
});
