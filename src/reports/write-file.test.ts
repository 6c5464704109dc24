import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { UsageError } from '../base/index.js';
import { withDatabase } from '../data/index.js';
import { defaultBank } from '../entities/index.js';
import { planToFile, setAsidePath, writeReportsToFile } from './index.js';

let folder: string;
let plan: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'synray-reports-'));
  plan = join(folder, 'plan.parquet');
  await planToFile({ bank: defaultBank(), settings: { pairs: 60, cap: 'least' }, out: plan });
});
afterAll(() => rm(folder, { recursive: true }));

describe('writeReportsToFile', () => {
  it('writes JSON Lines with what the tagger read, and counts every sample', async () => {
    const out = join(folder, 'reports.jsonl');
    const summary = await writeReportsToFile({ plan, out });
    const lines = (await readFile(out, 'utf8'))
      .trim()
      .split('\n')
      .map(line => JSON.parse(line));
    expect(summary.written + summary.setAside).toBe(60);
    expect(lines).toHaveLength(summary.written);
    expect(lines[0]).toMatchObject({ id: 'synray-0-00000000', writer: expect.stringContaining('grammar/') });
    expect(lines[0].mentions.length).toBeGreaterThan(0);
    const aside = await readFile(setAsidePath(out), 'utf8');
    expect(aside.split('\n').filter(line => line !== '')).toHaveLength(summary.setAside);
  });

  it('writes the same as Parquet, with the mentions as a list of structs', async () => {
    const out = join(folder, 'reports.parquet');
    const summary = await writeReportsToFile({ plan, out, writer: 'grammar', limit: 20 });
    const rows = await withDatabase(async database => {
      const result = await database.run(
        `SELECT count(*)::INTEGER, min(mentions[1].concept) FROM read_parquet('${out}')`,
      );
      return await result.getRows();
    });
    expect(summary.written + summary.setAside).toBe(20);
    expect(rows[0]![0]).toBe(summary.written);
    expect(rows[0]![1]).toEqual(expect.any(String));
  });

  it('refuses a writer that there is not', async () => {
    const asked = writeReportsToFile({ plan, out: join(folder, 'x.jsonl'), writer: 'poet' });
    await expect(asked).rejects.toThrow(UsageError);
    await expect(asked).rejects.toThrow('use one of: grammar');
  });
});
