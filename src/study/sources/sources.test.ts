import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { openDataset, type Sample } from '../../data/index.js';
import { defaultBank } from '../../entities/index.js';
import { generate } from '../../jobs/index.js';
import type { SourceRecipe } from '../recipe/index.js';
import { SourceRecipe as Schema } from '../recipe/index.js';
import { chooseSource, LabelPlanner } from './index.js';

const real = resolve(process.env.SYNRAY_TEST_DATA ?? '../shared/data');
let home: string;
const folders = new Map<string, string>();

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'synray-sources-'));
  const out = join(home, 'pairs');
  const plan = { k: 3, m: 1, cap: 'least' as const };
  await generate({ recipe: { pairs: 40, size: 128, seed: 3, plan, checks: [] }, out });
  folders.set('pairs', out);
});
afterAll(() => rm(home, { recursive: true }));
beforeEach(() => {
  vi.spyOn(process.stderr, 'write').mockReturnValue(true);
});
afterEach(() => {
  vi.restoreAllMocks();
});

/** Makes a data set as a study would; gives its samples. */
async function made(name: string, source: unknown): Promise<Sample[]> {
  const parsed: SourceRecipe = Schema.parse(source);
  const folderOf = (of: string) => folders.get(of)!;
  const context = { out: join(home, name), recipe: join(home, 'recipe.yaml'), folderOf, signal: undefined };
  const folder = await chooseSource(parsed).build(context);
  folders.set(name, folder);
  const samples: Sample[] = [];
  for await (const sample of (await openDataset(folder, { verify: true })).samples()) samples.push(sample);
  return samples;
}

describe('select', () => {
  it('takes stretches of patients that do not meet and make up the whole', async () => {
    const ids = async (name: string, patients: [number, number]) =>
      (await made(name, { select: { of: 'pairs', patients } })).map(({ id }) => id);
    const [first, second] = [await ids('first', [0, 0.4]), await ids('second', [0.4, 1])];
    const all = await made('all', { select: { of: 'pairs' } });
    expect(first.length).toBeGreaterThan(4);
    expect(first.filter(id => second.includes(id))).toEqual([]);
    expect([...first, ...second].sort()).toEqual(all.map(({ id }) => id).sort());
  });

  it('takes the same few samples of a larger number, whatever that number', async () => {
    const few = await made('few', { select: { of: 'pairs', most: 5 } });
    const more = await made('more', { select: { of: 'pairs', most: 12 } });
    expect([few.length, more.length]).toEqual([5, 12]);
    const ids = new Set(more.map(({ id }) => id));
    expect(few.every(({ id }) => ids.has(id))).toBe(true);
  });

  it('names a stretch without patients', async () => {
    const source = { select: { of: 'pairs', patients: [0, 1e-9] } };
    await expect(made('none', source)).rejects.toThrow(/no patient lies from 0 to 1e-9/);
  });
});

describe('rewrite', () => {
  it('writes reports that say the labels, and nothing that they do not', async () => {
    const before = new Map(
      (await made('same', { select: { of: 'pairs' } })).map(sample => [sample.id, sample]),
    );
    const samples = await made('rewritten', { rewrite: { of: 'pairs', seed: 4 } });
    expect(samples.length).toBeGreaterThan(30);
    let changed = 0;
    for (const { id, image, labels, mentions, findings } of samples) {
      const old = before.get(id)!;
      expect(image.bytes).toEqual(old.image.bytes);
      const said = new Set(
        mentions
          .filter(({ type }) => type === 'ABNORMALITY' || type === 'DISEASE')
          .map(({ concept }) => concept),
      );
      for (const concept of said) expect(labels).toContain(concept);
      if (findings !== old.findings) changed++;
    }
    expect(changed).toBe(samples.length);
  });

  it('takes the labels of NIH and CheXpert for the findings that they name, and denies only what they know', () => {
    const planner = new LabelPlanner(
      defaultBank(),
      ['Effusion', 'Pneumothorax', 'Infiltration', 'No Finding'],
      1,
    );
    const plan = planner.plan({ id: 'a', labels: ['Effusion', 'Infiltration'], uncertain: [] });
    const there = plan.entities.filter(({ type }) => !type.startsWith('NON-')).map(({ concept }) => concept);
    expect(there).toHaveLength(2);
    expect(there).toContain('pleural effusion');
    const denied = plan.entities.filter(({ type }) => type.startsWith('NON-')).map(({ concept }) => concept);
    expect(denied).toEqual(['pneumothorax']);
    const open = planner.plan({ id: 'b', labels: ['No Finding'], uncertain: ['Pneumothorax'] });
    expect(open.entities.some(({ concept }) => concept === 'pneumothorax')).toBe(false);
    expect(open.entities.length).toBeGreaterThan(0);
  });

  it.skipIf(!existsSync(real))(
    'writes a report for nearly every NIH picture (needs ../shared/data)',
    async () => {
      const table = join(real, 'nih-cxr14', 'index.csv');
      const options = { images: join(real, 'nih-cxr14', 'images') };
      const pictures = await made('nih', { import: { format: 'table', source: table, options } });
      const samples = await made('nih-reported', { rewrite: { of: 'nih' } });
      expect(samples.length).toBeGreaterThan(0.95 * pictures.length);
      expect(samples.filter(({ findings }) => findings.length < 10)).toEqual([]);
    },
  );
});

describe('repaint', () => {
  it('paints other pictures for the same reports', async () => {
    const samples = await made('repainted', { repaint: { of: 'few', size: 128, seed: 9 } });
    const before = new Map(
      (await made('few-again', { select: { of: 'few' } })).map(sample => [sample.id, sample]),
    );
    expect(samples).toHaveLength(5);
    for (const { id, findings, image, labels, regions } of samples) {
      const old = before.get(id)!;
      expect(findings).toBe(old.findings);
      expect([...labels].sort()).toEqual([...old.labels].sort());
      expect(image.bytes).not.toEqual(old.image.bytes);
      expect(regions.length).toBeLessThanOrEqual(labels.length + 4);
    }
  });
});
