import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { InputError, UsageError } from '../../base/index.js';
import { defaultBank } from '../../entities/index.js';
import { writeGroup } from './group.js';
import {
  countPlan,
  joinPlans,
  type PlanSettingsInput,
  partOf,
  planReports,
  planToFile,
  readPlan,
} from './index.js';

const settings = { pairs: 300, cap: 'least' as const, seed: 5 };
const bank = defaultBank();

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

async function draw(name: string, more: Partial<Parameters<typeof planToFile>[0]> = {}): Promise<string> {
  const out = join(folder, name);
  await planToFile({ bank, settings, out, ...more });
  return out;
}

/** A plan in parts, in the order of its samples. */
async function drawParts(of: number, ending: string, plan: PlanSettingsInput = settings): Promise<string[]> {
  const paths: string[] = [];
  for (let number = 1; number <= of; number++) {
    paths.push(await draw(`part-${number}-of-${of}.${ending}`, { settings: plan, part: { number, of } }));
  }
  return paths;
}

describe('a plan file', () => {
  it.each(['parquet', 'jsonl'])('gives back what was written, whole or in part: %s', async ending => {
    const path = join(folder, `plan.${ending}`);
    const summary = await planToFile({ bank, settings, out: path });
    expect(summary).toMatchObject({ pairs: 300, from: 0, to: 300, violations: 0, leftOut: 0 });
    const plan = [...planReports(bank, settings)];
    expect(await all(readPlan(path))).toEqual(plan);
    expect(await all(readPlan(path, 100, 130))).toEqual(plan.slice(100, 130));
    expect(await countPlan(path)).toBe(300);
  });

  it('is the same, byte for byte, when it is made again', async () => {
    expect(await readFile(await draw('one.parquet'))).toEqual(await readFile(await draw('other.parquet')));
  });

  it('holds a report that says nothing', async () => {
    for (const ending of ['parquet', 'jsonl']) {
      const path = join(folder, `empty.${ending}`);
      await writeGroup(path, [{ id: 'a', entities: [] }], { jsonLines: ending === 'jsonl' });
      expect(await all(readPlan(path))).toEqual([{ id: 'a', entities: [] }]);
    }
  });

  it('is not left half written', async () => {
    const before = await readdir(folder);
    const stopped = AbortSignal.abort(new Error('stopped'));
    for (const name of ['half.parquet', 'half.jsonl']) {
      await expect(draw(name, { settings: { ...settings, pairs: 2000 }, signal: stopped })).rejects.toThrow(
        'stopped',
      );
    }
    expect(await readdir(folder)).toEqual(before);
  });

  it('is refused with its name where it is missing or something else', async () => {
    for (const ending of ['parquet', 'jsonl']) {
      const text = join(folder, `text.${ending}`);
      await writeFile(text, 'not a plan');
      for (const path of [join(folder, `missing.${ending}`), text]) {
        const reading = all(readPlan(path));
        await expect(reading).rejects.toThrow(InputError);
        await expect(reading).rejects.toThrow(path);
      }
    }
  });
});

describe('parts of a plan', () => {
  it('are whole blocks that cover the plan once', () => {
    for (const pairs of [1, 63, 64, 300, 100_000_000]) {
      for (const of of [1, 2, 7, 16]) {
        let end = 0;
        for (let number = 1; number <= of; number++) {
          const { from, to } = partOf(pairs, { number, of });
          expect(from).toBe(end);
          expect(from === pairs || from % 64 === 0).toBe(true);
          end = to;
        }
        expect(end).toBe(pairs);
      }
    }
    expect(() => partOf(10, { number: 3, of: 2 })).toThrow(UsageError);
  });

  it('one after the other are the whole, byte for byte, in JSON Lines', async () => {
    const whole = await readFile(await draw('whole.jsonl'));
    for (const of of [2, 3, 16]) {
      const parts = await Promise.all((await drawParts(of, 'jsonl')).map(path => readFile(path)));
      expect(Buffer.concat(parts)).toEqual(whole);
    }
  });

  it('joined are the whole, byte for byte, in Parquet, in any order', async () => {
    const whole = await readFile(await draw('whole.parquet'));
    const joined = join(folder, 'joined.parquet');
    for (const of of [1, 3, 16]) {
      const parts = await drawParts(of, 'parquet');
      expect(await joinPlans(parts.toReversed(), joined)).toMatchObject({ pairs: 300, parts: of });
      expect(await readFile(joined)).toEqual(whole);
    }
  });

  it('make the whole also where it has several row groups, drawn by two threads', async () => {
    const plan = { ...settings, pairs: 124_000, k: 1, m: 0, findingsPerReport: [1] };
    const whole = await readFile(await draw('large.parquet', { settings: plan, workers: 2 }));
    const joined = join(folder, 'large-joined.parquet');
    await joinPlans(await drawParts(2, 'parquet', plan), joined);
    expect(await readFile(joined)).toEqual(whole);
  }, 120_000);

  it('are refused where one is missing, twice there, or of another plan', async () => {
    const [one, two, three] = await drawParts(3, 'parquet');
    const out = join(folder, 'refused.parquet');
    const other = await draw('other-seed.parquet', {
      settings: { ...settings, seed: 6 },
      part: { number: 3, of: 3 },
    });
    for (const [parts, fault] of [
      [[one!, three!], 'begins with sample'],
      [[one!, two!], 'the parts end with sample 191 of 300'],
      [[one!, one!, two!, three!], 'begins with sample 0'],
      [[one!, two!, other], 'a part of another plan'],
    ] as const) {
      await expect(joinPlans(parts, out)).rejects.toThrow(fault);
    }
    await expect(joinPlans([join(folder, 'no.parquet')], out)).rejects.toThrow('there is no such file');
    await expect(joinPlans([join(folder, 'x.jsonl')], out)).rejects.toThrow('cat');
    expect(await readdir(folder)).not.toContain('refused.parquet');
  });
});
