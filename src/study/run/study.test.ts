import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { resultsOf, type StudyResults } from '../results/results.js';
import { carryOut } from './study.js';

/** Two arms and an ablation, all of it tiny. */
const TINY = `
title: tiny
seeds: [1, 2]
steps: 2
sources:
  one: { generate: &tiny { pairs: 24, test: 24, size: 128, seed: 1, checks: [], plan: { k: 3, m: 1, cap: least, findingsPerReport: [1, 1], concepts: [pleural effusion, cardiomegaly, pneumothorax, lung nodule, lung] } } }
  two: { generate: { pairs: 24, size: 128, seed: 2, checks: [], plan: { k: 3, m: 1, cap: least, concepts: [pleural effusion, cardiomegaly, pneumothorax, lung nodule, lung] } } }
arms:
  real: { data: { one: 1 } }
  synthetic: { data: { two: 1 } }
methods:
  convirt: { objective: { name: convirt }, image: { size: 32 }, training: { batch: 8 } }
tasks:
  zero-shot: { task: zero-shot, data: one, split: test }
  grounding: { task: grounding, data: one, split: test }
differences:
  - { first: synthetic, second: real, claim: { value: 0.038, source: Liu et al. } }
ablations:
  other-seed:
    question: Does another draw of the plan matter?
    of: synthetic
    sources: { two: { generate: { seed: 3 } } }
    seeds: [1]
intervals: { rounds: 40 }
`;

let folder: string;
let recipe: string;
let results: StudyResults;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'synray-study-'));
  recipe = join(folder, 'tiny.yaml');
  await writeFile(recipe, TINY);
});
afterAll(() => rm(folder, { recursive: true }));
beforeEach(() => {
  vi.spyOn(process.stderr, 'write').mockReturnValue(true);
});
afterEach(() => {
  vi.restoreAllMocks();
});

async function run(out: string, signal?: AbortSignal): Promise<StudyResults> {
  return resultsOf(await carryOut({ recipe, out, signal }), out);
}

describe('a study', { timeout: 240_000 }, () => {
  it('trains every arm with every seed, asks every task, and holds the arms against each other', async () => {
    const out = join(folder, 'whole');
    results = await run(out);
    expect(results.models.map(({ arm, seed }) => `${arm} ${seed}`)).toEqual([
      'real 1',
      'synthetic 1',
      'other-seed 1',
      'real 2',
      'synthetic 2',
    ]);
    expect(results.scores).toHaveLength(5 * 2);
    expect(results.families.map(({ family }) => family.name)).toEqual(['zero-shot', 'grounding']);
    const [zeroShot] = results.families;
    const { value, low, high, claim, sentence } = zeroShot!.differences['synthetic-real']!;
    expect(low).toBeLessThanOrEqual(value);
    expect(high).toBeGreaterThanOrEqual(value);
    expect(claim).toEqual({ value: 0.038, source: 'Liu et al.' });
    expect(sentence).toContain('points');
    const ofReal = results.scores.filter(({ arm, task }) => arm === 'real' && task === 'zero-shot');
    expect(zeroShot!.arms.real!.value).toBeCloseTo((ofReal[0]!.value + ofReal[1]!.value) / 2, 12);
    expect(results.ablations['other-seed']).toMatchObject({ of: 'synthetic' });
    expect(results.data['two.other-seed']).toMatchObject({ way: 'generate', samples: 24 });
  });

  it('says of each score what the task itself says', async () => {
    for (const { file, task, value, n } of results.scores) {
      const said = JSON.parse(await readFile(join(folder, 'whole', file), 'utf8'));
      if (task === 'zero-shot') expect([value, n]).toEqual([said.meanAuc, said.n]);
      if (task === 'grounding') expect(value).toBeCloseTo(said.dice.mean, 12);
    }
  });

  it('that is stopped again and again goes on, and ends in the same results', async () => {
    const out = join(folder, 'stopped');
    for (const stages of [1, 5, 9]) {
      const controller = new AbortController();
      vi.spyOn(process.stderr, 'write').mockImplementation(text => {
        if (String(text).includes(`[${stages + 1}/`)) controller.abort(new Error('Ctrl-C'));
        return true;
      });
      await expect(run(out, controller.signal)).rejects.toThrow();
    }
    expect(await run(out)).toEqual(results);
    const done = await readdir(join(out, 'stages', 'train', 'real', 'convirt'));
    expect(done.sort()).toEqual(['1.json', '2.json']);
  });
});
