import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Random } from '../base/index.js';
import { withDatabase } from '../data/index.js';
import type { Tagger } from '../entities/index.js';
import { NO_USAGE, type ReportWriter, setAsidePath, writeReportsToFile } from './index.js';

/** More than two parts of a Parquet file. */
const SAMPLES = 45_000;

let folder: string;
let plan: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'synray-many-'));
  plan = join(folder, 'plan.parquet');
  await withDatabase(async database => {
    await database.run(`
      COPY (SELECT i::VARCHAR AS id, [{concept: 'pneumothorax', type: 'ABNORMALITY'}] AS entities
      FROM range(${SAMPLES}) AS samples(i)) TO '${plan}' (FORMAT parquet)`);
  });
});
afterAll(() => rm(folder, { recursive: true }));

/** Reads a pneumothorax in every text but empty ones. */
const tagger: Tagger = {
  name: 'test',
  tag: async reports =>
    reports.map(({ findings }) =>
      findings === ''
        ? []
        : [
            {
              section: 'findings',
              start: 0,
              end: 1,
              text: 'p',
              concept: 'pneumothorax',
              type: 'ABNORMALITY',
              polarity: 'affirmed',
            },
          ],
    ),
};

/** Writes long reports, out of order, and gets every tenth sample wrong for good. */
class LongWriter implements ReportWriter {
  readonly name = 'long';
  readonly fingerprint = 'long';
  readonly parts = ['report'] as const;
  readonly attempts = 2;
  readonly concurrency = 16;
  readonly freeText = false;
  readonly usage = NO_USAGE;
  atOnce = 0;
  mostAtOnce = 0;
  mostHeap = 0;

  async writePart({ plan: { id } }: Parameters<ReportWriter['writePart']>[0]) {
    this.mostAtOnce = Math.max(this.mostAtOnce, ++this.atOnce);
    if (Number(id) % 500 === 0) this.mostHeap = Math.max(this.mostHeap, process.memoryUsage().heapUsed);
    for (let wait = Random.of(id).integer(3); wait > 0; wait--) await setImmediate();
    this.atOnce--;
    const findings = Number(id) % 10 === 3 ? '' : `${id} `.repeat(300);
    return { report: { id, writer: 'long', findings, impression: '' } };
  }

  async close() {}
}

describe('writeReportsToFile, of a long plan', () => {
  it('keeps order and memory, whichever sample ends first, and leaves no parts behind', async () => {
    const out = join(folder, 'many.parquet');
    const writer = new LongWriter();
    const before = process.memoryUsage().heapUsed;
    const summary = await writeReportsToFile({ plan, out, writer, tagger });
    expect(summary).toMatchObject({ written: 40_500, setAside: 4500, calls: 49_500 });
    expect(writer.mostAtOnce).toBe(16);
    // All texts together are about 70 MB, as UTF-16 twice that.
    expect(writer.mostHeap - before).toBeLessThan(100e6);
    const rows = await withDatabase(async database => {
      const result = await database.run(
        `SELECT count(*)::INTEGER, bool_and(ordered) FROM
         (SELECT id::INTEGER > lag(id::INTEGER, 1, -1) OVER () AS ordered FROM read_parquet('${out}'))`,
      );
      return await result.getRows();
    });
    expect(rows).toEqual([[40_500, true]]);
    expect((await readdir(folder)).sort()).toEqual([
      'many.parquet',
      'many.parquet.set-aside.jsonl',
      'plan.parquet',
    ]);
    expect(setAsidePath(out)).toBe(join(folder, 'many.parquet.set-aside.jsonl'));
  });

  it('leaves nothing behind when it fails in the middle', async () => {
    const before = await readdir(folder);
    const writer = new LongWriter();
    const write = writer.writePart.bind(writer);
    writer.writePart = async request => {
      if (request.plan.id === '21000') throw new Error('the end');
      return await write(request);
    };
    const out = join(folder, 'failed.parquet');
    await expect(writeReportsToFile({ plan, out, writer, tagger })).rejects.toThrow('the end');
    expect(await readdir(folder)).toEqual(before);
  });
});
