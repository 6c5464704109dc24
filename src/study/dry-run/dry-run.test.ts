import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type DryRun, dryRun, formatDryRun } from './index.js';

/** Small, with ablations of other sizes that cost the same a pair and a step. */
const HERE = `
title: here
steps: 10
sources:
  pairs: { generate: &pairs { pairs: 100, test: 40, size: 128, seed: 1, checks: [], plan: { k: 3, m: 1, cap: least, findingsPerReport: [1, 1], concepts: [pleural effusion, cardiomegaly, pneumothorax, lung nodule, lung] } } }
  clean: { curate: { of: pairs, checks: [contrast] } }
  half: { select: { of: clean, patients: [0, 0.5] } }
arms:
  real: { data: { half: 1 } }
  synthetic: { data: { pairs: 1 } }
methods:
  convirt: { objective: { name: convirt }, image: { size: 32 }, text: { hidden: 32, heads: 2, intermediate: 64 }, training: { batch: 8 } }
tasks:
  zero-shot: { task: zero-shot, data: pairs, split: test }
ablations:
  more: { question: q, of: synthetic, sources: { pairs: { generate: { pairs: 1000 } } }, steps: 100 }
`;

/** Things that are nowhere, in every place where a recipe names some. */
const NOWHERE = `
title: nowhere
steps: 10
compute:
  gpu: { name: a GPU, teraflops: 100, utilisation: 0.3, memory: 40, source: its data sheet }
  painter: { secondsPerImage: 2, gpus: 4, source: a note }
  pictures: { archive: { count: 500, source: its paper } }
sources:
  archive: { import: { format: mimic-cxr, source: ./no-archive } }
  strange: { import: { format: nothing-like-it, source: ./no-archive } }
  kept: { folder: ./no-folder }
  curated: { curate: { of: archive, checks: [no-such-check], settings: { model: ./no-model, judge: { baseUrl: "http://127.0.0.1:9/v1", model: eyes } } } }
  pairs: { generate: { pairs: 1000, size: 128, bank: ./no-bank.json, painter: roentgen, writer: { name: llm, baseUrl: "http://127.0.0.1:9/v1", model: pen } } }
  odd: { generate: { pairs: 10, size: 128, writer: nobody } }
arms:
  real: { data: { archive: 1, kept: 1 } }
  curated: { data: { curated: 1, strange: 1 } }
  synthetic: { data: { pairs: 1, odd: 1 } }
methods:
  convirt: { objective: { name: convirt }, image: { form: resnet50, weights: ./no-weights }, text: { tokenizer: ./no-tokenizer }, training: { device: cuda } }
tasks:
  zero-shot: { task: zero-shot, data: archive }
`;

let home: string;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'synray-dry-run-test-'));
});
afterAll(() => rm(home, { recursive: true }));
beforeEach(() => {
  vi.spyOn(process.stderr, 'write').mockReturnValue(true);
});
afterEach(() => {
  vi.restoreAllMocks();
});

async function recipe(name: string, text: string): Promise<string> {
  const path = join(home, `${name}.yaml`);
  await writeFile(path, text);
  return path;
}

function unit(plan: DryRun, name: string) {
  return plan.units.find(each => each.name === name)!;
}

describe('a dry run', { timeout: 240_000 }, () => {
  it('says what each stage of a study takes from small versions of it, and leaves nothing behind', async () => {
    const path = await recipe('here', HERE);
    const before = new Set(await readdir(tmpdir()));
    const plan = await dryRun(path, { out: join(home, 'not-there'), budget: 240 });
    expect((await readdir(home)).sort()).toEqual(['here.yaml']);
    const left = (await readdir(tmpdir())).filter(
      name => name.startsWith('synray-dry-run-') && !before.has(name),
    );
    expect(left.filter(name => !name.includes('test'))).toEqual([]);

    expect(plan.missing).toEqual([]);
    expect(plan.units.map(({ name }) => name)).toEqual([
      'data/pairs',
      'data/clean',
      'data/half',
      'data/pairs.more',
      'train/real/convirt/1',
      'score/real/convirt/1/zero-shot',
      'train/synthetic/convirt/1',
      'score/synthetic/convirt/1/zero-shot',
      'train/more/convirt/1',
      'score/more/convirt/1/zero-shot',
    ]);
    for (const { name, seconds, bytes, tokens, gpuHours, unknown, done } of plan.units) {
      expect(seconds, name).toBeGreaterThan(0);
      expect(bytes, name).toBeGreaterThan(0);
      expect({ tokens, gpuHours, unknown, done }, name).toEqual({
        tokens: 0,
        gpuHours: 0,
        unknown: [],
        done: false,
      });
    }
    expect(unit(plan, 'data/half').needs).toEqual(['data/clean']);
    expect(unit(plan, 'score/real/convirt/1/zero-shot').needs).toEqual([
      'train/real/convirt/1',
      'data/pairs',
    ]);
    // More of the same takes as much more.
    const [few, many] = [unit(plan, 'data/pairs'), unit(plan, 'data/pairs.more')];
    expect(many.seconds! / few.seconds!).toBeCloseTo(1040 / 140, 6);
    expect(many.bytes! / few.bytes!).toBeCloseTo(1040 / 140, 6);
    expect(unit(plan, 'train/more/convirt/1').seconds!).toBeGreaterThan(
      5 * unit(plan, 'train/synthetic/convirt/1').seconds!,
    );
    const sum = plan.units.reduce((all, { seconds }) => all + seconds!, 0);
    expect(plan.totals).toMatchObject({ units: 10, done: 0, unknown: { seconds: 0, bytes: 0 } });
    expect(plan.totals.seconds).toBeCloseTo(sum, 6);
    expect(plan.paces.every(({ how, perSecond }) => how === 'measured' && perSecond > 0)).toBe(true);
    expect(formatDryRun(plan)).toContain('nothing is missing');
  });

  it('names all that is missing and all that is not known, and counts with stated figures', async () => {
    const plan = await dryRun(await recipe('nowhere', NOWHERE), { budget: 240 });
    const found = plan.missing.map(({ kind, what }) => `${kind} ${what.replace(home, '')}`);
    for (const expected of [
      'folder /no-archive',
      'folder /no-folder',
      'name import format nothing-like-it',
      'name check no-such-check',
      'weights ./no-model',
      'endpoint http://127.0.0.1:9/v1 (eyes)',
      'endpoint http://127.0.0.1:9/v1 (pen)',
      'folder ./no-bank.json',
      'name painter roentgen',
      'name report writer nobody',
      'weights ./no-weights',
      'weights ./no-tokenizer',
      'device GPU (training.device: cuda)',
    ]) {
      expect(found).toContain(expected);
    }
    expect(plan.missing.find(({ what }) => what === './no-weights')!.units).toEqual([
      'train/real/convirt/1',
      'train/curated/convirt/1',
      'train/synthetic/convirt/1',
    ]);
    // Tokens are counted though no server is there; time is not, since nobody says how fast it is.
    const pairs = unit(plan, 'data/pairs');
    expect(pairs.tokens! / 1000).toBeGreaterThan(200);
    expect(pairs.seconds).toBeNull();
    expect(pairs.unknown.join()).toMatch(/how fast pen is: give compute\.llm/);
    expect(plan.paces).toContainEqual({
      what: 'roentgen paints',
      perSecond: 2,
      unit: 'pictures',
      how: 'stated',
      source: 'a note',
    });
    expect(unit(plan, 'data/curated').unknown.join()).toMatch(/compute\.judge/);
    expect(unit(plan, 'data/archive').amount).toContain('500');
    const training = unit(plan, 'train/real/convirt/1');
    expect(training.seconds).toBeGreaterThan(0);
    expect(training.gpuHours! * 3600).toBeCloseTo(training.seconds!, 6);
    expect(training.basis).toContain('its data sheet');
    expect(unit(plan, 'score/real/convirt/1/zero-shot').seconds).toBeNull();
    expect(plan.totals.unknown.seconds).toBe(plan.units.filter(({ seconds }) => seconds === null).length);
    const text = formatDryRun(plan);
    for (const word of ['not known', 'missing', 'roentgen', 'give compute.llm']) expect(text).toContain(word);
  });

  it('refuses a wrong recipe before anything is tried', async () => {
    await expect(dryRun(await recipe('wrong', HERE.replace('of: clean', 'of: claen')))).rejects.toThrow(
      /no data set "claen"/,
    );
  });

  it('stops when it is told to', async () => {
    const signal = AbortSignal.abort(new Error('Ctrl-C'));
    await expect(dryRun(await recipe('here', HERE), { signal })).rejects.toThrow('Ctrl-C');
  });
});
