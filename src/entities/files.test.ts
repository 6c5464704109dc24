import { mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { InputError } from '../base/index.js';
import { extractEntities, extractFile, formatExtraction, loadBank, readCorpus, tagFile } from './index.js';

let folder: string;
const at = (name: string) => join(folder, name);
const lines = (...values: unknown[]) => values.map(value => `${JSON.stringify(value)}\n`).join('');

const REPORTS = [
  { id: 'a', findings: 'Heart size is normal. Small left effusion.', impression: 'Left effusion.' },
  { id: 'b', findings: 'No effusion.', impression: 'No acute disease.' },
  { id: 'c', text: 'Cardiomegaly. Effusions.' },
];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'synray-entities-'));
  await writeFile(at('reports.jsonl'), lines(...REPORTS));
});

describe('extracting entities', () => {
  it('counts reports, not mentions, for each concept and type', async () => {
    const result = await extractFile(at('reports.jsonl'), at('bank.json'));
    const bank = await loadBank(at('bank.json'));
    const count = (concept: string, type: string) =>
      bank.entities.find(entity => entity.concept === concept && entity.type === type)?.count;
    expect(count('pleural effusion', 'ABNORMALITY')).toBe(2);
    expect(count('pleural effusion', 'NON-ABNORMALITY')).toBe(1);
    expect(count('normal chest', 'NON-ABNORMALITY')).toBe(1);
    expect(count('cardiomegaly', 'NON-ABNORMALITY')).toBeUndefined();
    expect(bank.reports).toBe(3);
    expect(result).toMatchObject({ reports: 3, entities: bank.entities.length });
    expect(formatExtraction(result)).toContain('NON-ABNORMALITY');
  });

  it('keeps the ways in which an entity is written, most frequent first', async () => {
    const bank = await extractEntities(readCorpus(at('reports.jsonl')));
    const effusion = bank.entities.find(entity => entity.concept === 'pleural effusion');
    expect(effusion?.variants).toEqual([
      { text: 'effusion', count: 2 },
      { text: 'effusions', count: 1 },
    ]);
  });

  it('does not depend on the order of the reports', async () => {
    const reports = REPORTS.slice(0, 2).map(report => ({ findings: '', impression: '', ...report }));
    expect(await extractEntities([...reports].reverse())).toEqual(await extractEntities(reports));
  });
});

describe('tagging a file', () => {
  it('writes one line a report, in order, with offsets into its text', async () => {
    const result = await tagFile(at('reports.jsonl'), at('tagged.jsonl'));
    const tagged = (await readFile(at('tagged.jsonl'), 'utf8'))
      .trim()
      .split('\n')
      .map(
        line => JSON.parse(line) as { id: string; entities: { start: number; end: number; text: string }[] },
      );
    expect(tagged.map(({ id }) => id)).toEqual(['a', 'b', 'c']);
    expect(result).toMatchObject({ reports: 3, mentions: tagged.flatMap(({ entities }) => entities).length });
    const [first] = tagged[2]!.entities;
    expect(REPORTS[2]!.text!.slice(first!.start, first!.end)).toBe('Cardiomegaly');
  });

  it.each([
    ['{"id": "a", "findings": "x"', /reports\.jsonl:1: no JSON/],
    ['{"id": "a", "colour": "x"}', /reports\.jsonl:1/],
    ['', /there are no reports in it/],
  ])('of %j fails with the place, and leaves nothing behind', async (text, message) => {
    await writeFile(at('reports.jsonl'), text);
    await expect(tagFile(at('reports.jsonl'), at('tagged.jsonl'))).rejects.toThrow(message);
    await expect(tagFile(at('reports.jsonl'), at('tagged.jsonl'))).rejects.toThrow(InputError);
    expect(await readdir(folder)).toEqual(['reports.jsonl']);
  });
});
