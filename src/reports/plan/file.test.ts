import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { InputError } from '../../base/index.js';
import { defaultBank } from '../../entities/index.js';
import { countPlan, planReports, planToFile, readPlan, writePlan } from './index.js';

const settings = { pairs: 300, cap: 'least' as const, seed: 5 };
async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'synray-plan-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('a plan file', () => {
  it('gives back what was written, whole or in part', async () => {
    const path = join(folder, 'plan.parquet');
    const summary = await planToFile({ bank: defaultBank(), settings, out: path });
    expect(summary).toMatchObject({ pairs: 300, violations: 0, leftOut: 0 });
    const plan = [...planReports(defaultBank(), settings)];
    expect(await all(readPlan(path))).toEqual(plan);
    expect(await all(readPlan(path, 100, 130))).toEqual(plan.slice(100, 130));
    expect(await countPlan(path)).toBe(300);
  });

  it('is the same, byte for byte, when it is made again', async () => {
    const bytes = async (name: string) => {
      await planToFile({ bank: defaultBank(), settings, out: join(folder, name) });
      return readFile(join(folder, name));
    };
    expect(await bytes('one.parquet')).toEqual(await bytes('other.parquet'));
  });

  it('holds a report that says nothing', async () => {
    const path = join(folder, 'empty.parquet');
    await writePlan(path, [{ id: 'a', entities: [] }]);
    expect(await all(readPlan(path))).toEqual([{ id: 'a', entities: [] }]);
  });

  it('is not left half written', async () => {
    const before = await readdir(folder);
    const failing = (function* () {
      yield { id: 'a', entities: [] };
      throw new Error('stopped');
    })();
    await expect(writePlan(join(folder, 'half.parquet'), failing)).rejects.toThrow('stopped');
    expect(await readdir(folder)).toEqual(before);
  });

  it('is refused with its name where it is missing or something else', async () => {
    const text = join(folder, 'text.parquet');
    await writeFile(text, 'not a plan');
    for (const path of [join(folder, 'missing.parquet'), text]) {
      const reading = all(readPlan(path));
      await expect(reading).rejects.toThrow(InputError);
      await expect(reading).rejects.toThrow(path);
    }
  });
});
