import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { InputError } from '../../base/index.js';
import { defaultBank } from '../../entities/index.js';
import { planToFile } from '../../reports/index.js';
import { writeCorpusPage } from './index.js';

const HOSTILE = '<script>alert("x")</script>';
let folder: string;
let corpus: string;
let written: string;
let plan: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'synray-page-'));
  corpus = join(folder, `corpus&${'a'.repeat(3)}.jsonl`);
  written = join(folder, 'written.jsonl');
  plan = join(folder, 'plan.parquet');
  const report = (id: number, findings: string) =>
    `${JSON.stringify({ id: `r${id}`, findings, impression: '' })}\n`;
  await writeFile(
    corpus,
    Array.from({ length: 30 }, (_, id) =>
      report(
        id,
        id === 7 ? `Small left effusion. ${HOSTILE} mass.` : `No pneumothorax. Heart size is normal. ${id}`,
      ),
    ).join(''),
  );
  await writeFile(
    written,
    Array.from({ length: 4 }, (_, id) => report(id, 'Evident cardiomegaly is evident.')).join(''),
  );
  await planToFile({ bank: defaultBank(), settings: { pairs: 128, cap: 'least' }, out: plan });
});
afterAll(() => rm(folder, { recursive: true }));

describe('the page of a corpus', () => {
  it('shows the tail of the corpus beside the plan, and the writing beside the real one', async () => {
    const out = join(folder, 'page.html');
    const result = await writeCorpusPage({ corpus, plan, reports: written, out });
    const page = await readFile(out, 'utf8');
    expect(result.corpus.reports).toBe(30);
    expect(result.plan?.longTail.ABNORMALITY.entities).toBe(
      defaultBank().entities.filter(({ type }) => type === 'ABNORMALITY').length,
    );
    expect(result.corpus.longTail.all.gini).toBeGreaterThan(result.plan!.longTail.ABNORMALITY.gini);
    expect(result.style?.written).toMatchObject({ reports: 4, words: 16, vocabulary: 3, duplicates: 0.75 });
    expect(result.style?.corpus?.duplicates).toBe(0);
    expect(result.style?.comparison?.overused[0]?.word).toBe('evident');
    expect(page.match(/<svg/g)).toHaveLength(8);
    expect(page.match(/role="img" aria-label="[^"]{20,}"/g)).toHaveLength(8);
    for (const text of ['pneumothorax', 'Written more than in the corpus', '75.0'])
      expect(page).toContain(text);
  });

  it('needs nothing but itself, and shows what it read as text', async () => {
    const out = join(folder, 'page.html');
    await writeCorpusPage({ corpus, plan, reports: written, out });
    const page = await readFile(out, 'utf8');
    expect(page).not.toMatch(/<script|<link|@import|url\(|src=/i);
    expect(page.replaceAll('http://www.w3.org/', '')).not.toMatch(/https?:\/\//);
    expect(page).toContain('corpus&amp;aaa.jsonl');
  });

  it('takes the counts of the bank where there is no corpus', async () => {
    const out = join(folder, 'bank.html');
    const result = await writeCorpusPage({ out });
    expect(result).toMatchObject({ corpus: { reports: defaultBank().reports } });
    expect(result.style).toBeUndefined();
    expect(await readFile(out, 'utf8')).toContain('the bank counted');
  });

  it('leaves nothing where something is missing or wrong', async () => {
    const before = await readdir(folder);
    const missing = join(folder, 'missing');
    const out = join(folder, 'never.html');
    for (const options of [
      { corpus: missing },
      { plan: missing },
      { corpus, reports: missing },
      { plan: written.replace('.jsonl', '.parquet') },
      { corpus, plan: written },
    ]) {
      await expect(writeCorpusPage({ ...options, out })).rejects.toThrow(InputError);
    }
    expect(await readdir(folder)).toEqual(before);
  });
});
