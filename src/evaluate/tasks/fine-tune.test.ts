import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sha256, UsageError } from '../../base/index.js';
import { DatasetWriter } from '../../data/index.js';
import { readScores } from '../scores/index.js';
import { disc } from './__fixtures__/shapes.js';
import { evaluateFineTune, tasks } from './index.js';

let folder: string;
let folds: string;
let splits: string;

async function write(path: string, splitOf: (id: number) => string): Promise<void> {
  const writer = await DatasetWriter.create(path, sha256(path));
  for (let id = 0; id < 96; id++) {
    // What the source leaves open counts for neither side.
    await writer.add(splitOf(id), await disc(id, id === 9 ? { uncertain: ['disc'] } : {}));
  }
  await writer.finish({
    name: 'test',
    provenance: { producer: 'test', version: '0', description: 'test' },
    settings: {},
  });
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'synray-fine-tune-'));
  folds = join(folder, 'folds');
  splits = join(folder, 'splits');
  await write(folds, () => 'all');
  await write(splits, id => (id < 56 ? 'train' : id < 72 ? 'val' : 'test'));
});
afterAll(() => rm(folder, { recursive: true }));

const common = { model: 'random', size: 32, labels: ['disc'], rounds: 20 };

describe('fine-tuning', () => {
  it('reads more than chance by a linear probe, over folds and shares, with scores that are kept', async () => {
    const out = join(folder, 'linear.json');
    const result = await evaluateFineTune({ ...common, data: folds, folds: 3, share: ['100', '25'], out });
    expect(result).toMatchObject({
      protocol: 'folds',
      folds: 3,
      n: 96,
      patients: 48,
      split: 'all',
      mode: 'linear',
    });
    expect(result.shares.map(({ share }) => share)).toEqual([25, 100]);
    const [quarter, all] = result.shares;
    expect(quarter!.trainedOn).toBe(16);
    expect(all!.trainedOn).toBe(64);
    expect(all!.measure.meanAuc).toBeGreaterThan(0.8);
    expect(all!.measure.classes.disc).toMatchObject({ positives: 64, negatives: 31 });
    expect(all!.foldAuc).toHaveLength(3);
    const table = await readScores(join(folder, 'linear.share-100.scores.parquet'));
    expect(table.samples).toHaveLength(96);
    expect(new Set(table.samples.map(({ id }) => id)).size).toBe(96);
    expect(table.origin).toMatchObject({ task: 'fine-tune', scoring: 'linear, 100 % of labels' });
    expect(tasks.get('fine-tune').format(result)).toMatch(/AUC 25 %.*AUC 100 %/);
  });

  it('goes on after a stop and ends in the same bytes', async () => {
    const once = join(folder, 'once.json');
    const again = join(folder, 'again.json');
    const work = join(folder, 'work');
    const options = { ...common, data: folds, folds: 3 };
    await evaluateFineTune({ ...options, out: once });
    await evaluateFineTune({ ...options, work });
    const [parts] = await readdir(work);
    expect((await readdir(join(work, parts!))).sort()).toEqual(
      [0, 1, 2].map(fold => `linear-share-100-fold-${fold}.json`),
    );
    await rm(join(work, parts!, 'linear-share-100-fold-1.json'));
    await evaluateFineTune({ ...options, work, out: again });
    expect(await readFile(again, 'utf8')).toBe(await readFile(once, 'utf8'));
    // Another seed finds nothing of it.
    await evaluateFineTune({ ...options, work, seed: 1 });
    expect(await readdir(work)).toHaveLength(2);
  });

  it('trains the whole network by the splits of the data set', async () => {
    const options = { ...common, data: splits, mode: 'full', rate: 1e-3, epochs: 20, batch: 16 };
    const steps: number[] = [];
    const result = await evaluateFineTune({
      ...options,
      onProgress: (done, total) => steps.push(done / total),
    });
    expect(result).toMatchObject({ protocol: 'splits', split: 'test', n: 24, mode: 'full' });
    expect(result.shares[0]!.measure.meanAuc).toBeGreaterThan(0.8);
    const fresh = await evaluateFineTune({ ...options, head: 'fresh' });
    expect(fresh.shares[0]!.measure.meanAuc).toBeGreaterThan(0.7);
    expect(fresh.shares).not.toEqual(result.shares);
    expect(steps.at(-1)).toBeLessThanOrEqual(1);
    expect(steps.every((step, at) => at === 0 || step >= steps[at - 1]!)).toBe(true);
  });

  it('says what is wrong with its options', async () => {
    const ask = (more: object) => evaluateFineTune({ ...common, data: folds, ...more });
    await expect(ask({ share: ['0'] })).rejects.toThrow(UsageError);
    await expect(ask({ mode: 'half' })).rejects.toThrow(UsageError);
    await expect(ask({ form: 'resnet19' })).rejects.toThrow(/no form of network/);
    await expect(ask({ split: 'test' })).rejects.toThrow(/beside a split "train"/);
    await expect(ask({ model: join(folder, 'none') })).rejects.toThrow(/not a model folder/);
  });
});
