import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { InputError, UsageError } from '../../../base/index.js';
import { defaultBank } from '../../../entities/index.js';
import { planToFile } from '../../plan/index.js';
import { type DryRunOptions, estimateRun } from './estimate.js';

let folder: string;
let plan: string;
const settings = { baseUrl: 'http://localhost/v1', model: 'm' };
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'synray-estimate-'));
  plan = join(folder, 'plan.parquet');
  await planToFile({ bank: defaultBank(), settings: { pairs: 400, cap: 'least' }, out: plan });
});
afterAll(() => rm(folder, { recursive: true }));

const estimate = (options: Partial<DryRunOptions> = {}) => estimateRun({ plan, settings, ...options });

describe('estimateRun', () => {
  it('counts two calls a sample where every text is right at once', async () => {
    const run = await estimate({ acceptedShare: 1 });
    expect(run).toMatchObject({
      samples: 400,
      calls: 800,
      callsLeast: 800,
      callsMost: 2400,
      price: null,
      seconds: null,
    });
    // Each prompt has the rules, about 700 tokens, and the list; each reply some sentences.
    expect(run.promptTokens / run.calls).toBeGreaterThan(500);
    expect(run.promptTokens / run.calls).toBeLessThan(2500);
    expect(run.completionTokens / run.calls).toBeGreaterThan(30);
    expect(run.completionTokens / run.calls).toBeLessThan(400);
    expect(run.tokens).toBe(run.promptTokens + run.completionTokens);
  });

  it('counts more calls the fewer are right, and never more than are allowed', async () => {
    const half = await estimate({ acceptedShare: 0.5, limit: 50 });
    expect(half.calls).toBeGreaterThan(50 * 3.3);
    expect(half.calls).toBeLessThan(50 * 4);
    // With none right, FINDINGS take all calls but the one that is kept for IMPRESSION.
    expect((await estimate({ acceptedShare: 0, limit: 50 })).calls).toBe(50 * 5);
    expect((await estimate({ acceptedShare: 0.5, limit: 50, attempts: 2 })).calls).toBe(50 * 1.5);
  });

  it('gives price and time from prices and rate', async () => {
    const run = await estimate({ priceIn: 2, priceOut: 10, callsPerSecond: 4 });
    expect(run.price).toBeCloseTo((run.promptTokens * 2 + run.completionTokens * 10) / 1e6, 9);
    expect(run.seconds).toBe(run.calls / 4);
  });

  it('writes nothing', async () => {
    const before = await readdir(folder);
    await estimate({ settings: { ...settings, store: join(folder, 'store') } });
    expect(await readdir(folder)).toEqual(before);
  });

  it('refuses settings and plans that make no sense', async () => {
    await expect(estimate({ settings: { ...settings, baseUrl: 'localhost' } })).rejects.toThrow(UsageError);
    await expect(estimate({ plan: join(folder, 'none.parquet') })).rejects.toThrow(InputError);
    await expect(estimate({ callsPerSecond: 0 })).rejects.toThrow(UsageError);
    await expect(estimate({ attempts: 1 })).rejects.toThrow(UsageError);
  });
});
