import { mkdir, mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { InputError, UsageError } from '../base/index.js';
import { Mention } from '../data/index.js';
import {
  type CorpusReport,
  extractEntities,
  extractFile,
  formatExtraction,
  LexiconTagger,
  loadBank,
  readCorpus,
  tagCorpus,
  tagFile,
} from './index.js';

let folder: string;
const at = (name: string) => join(folder, name);
const lines = (...values: unknown[]) => values.map(value => `${JSON.stringify(value)}\n`).join('');
const readLines = async <T>(path: string) =>
  (await readFile(path, 'utf8'))
    .trim()
    .split('\n')
    .map(line => JSON.parse(line) as T);

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
    expect(result).toMatchObject({ reports: 3, entities: bank.entities.length, setAside: 0 });
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

  it('takes in noun phrases that no bank knows, if they can be read back, unless told not to', async () => {
    const findings = 'There is a spiral widget deformity. Question hypertension syndrome.';
    const reports = [{ id: 'a', findings, impression: '' }];
    const unknown = (await extractEntities(reports)).entities.map(({ concept }) => concept);
    expect(unknown).toContain('spiral widget deformity');
    expect(unknown.join()).not.toContain('question');
    expect((await extractEntities(reports, { knownOnly: true })).entities).toEqual([]);
    expect((await extractEntities(reports, { least: 2 })).entities).toEqual([]);
  });

  it('makes a bank that reads the same corpus in the same way', async () => {
    const bank = await extractEntities(readCorpus(at('reports.jsonl')));
    const again = await extractEntities(readCorpus(at('reports.jsonl')), { bank });
    expect(again).toEqual(bank);
  });
});

describe('tagging a file', () => {
  it('writes one line a report, in order, each entity with all that is said of it', async () => {
    const result = await tagFile(at('reports.jsonl'), at('tagged.jsonl'));
    const tagged = await readLines<{ id: string; entities: Mention[] }>(at('tagged.jsonl'));
    expect(tagged.map(({ id }) => id)).toEqual(['a', 'b', 'c']);
    expect(result).toMatchObject({ reports: 3, mentions: tagged.flatMap(({ entities }) => entities).length });
    expect(tagged[0]!.entities.at(-1)).toEqual({
      text: 'effusion',
      type: 'ABNORMALITY',
      concept: 'pleural effusion',
      polarity: 'affirmed',
      start: 5,
      end: 13,
      section: 'impression',
      side: 'left',
    });
    for (const { entities } of tagged) for (const entity of entities) Mention.parse(entity);
  });

  it('gives the places in a whole text as it came, over headings, several parts and wrapped lines', async () => {
    const text =
      'INDICATION: Edema.\r\nFINDINGS: There is no\r\n effusion.\r\nIMPRESSION: Edema.\r\nADDENDUM: A nodule.';
    await writeFile(at('reports.jsonl'), lines({ id: 'x', text }));
    await tagFile(at('reports.jsonl'), at('tagged.jsonl'));
    const [{ entities }] = (await readLines<{ entities: Mention[] }>(at('tagged.jsonl'))) as [
      { entities: Mention[] },
    ];
    expect(
      entities.map(({ text: said, polarity, section, start }) => [said, polarity, section, start]),
    ).toEqual([
      ['effusion', 'negated', 'findings', text.indexOf('effusion')],
      ['nodule', 'affirmed', 'findings', text.indexOf('nodule')],
      ['Edema', 'affirmed', 'impression', text.lastIndexOf('Edema')],
    ]);
  });

  it('gives places that hold the text of the entity, whatever the report', async () => {
    const word = fc.constantFrom(
      ...[
        'FINDINGS:',
        'IMPRESSION:',
        'ADDENDUM',
        'COMPARISON:',
        'no',
        'effusion',
        'left',
        'mild',
        'edema.',
        '\n',
      ],
      ...[
        'heart',
        'size',
        'is',
        'normal',
        '\n\n',
        '\r\n',
        '💥',
        'widget density',
        'and',
        ',',
        '1.',
        '___',
        'ß',
      ],
    );
    const text = fc.array(word, { maxLength: 60 }).map(words => words.join(' '));
    const tagger = new LexiconTagger(undefined, { unknown: true });
    await fc.assert(
      fc.asyncProperty(text, text, async (one, other) => {
        await writeFile(
          at('reports.jsonl'),
          lines({ id: 'x', text: one }, { id: 'y', findings: one, impression: other }),
        );
        const seen: CorpusReport[] = [];
        for await (const { report, mentions } of tagCorpus(readCorpus(at('reports.jsonl')), tagger)) {
          seen.push(report);
          for (const { start, end, section, text: said } of mentions) {
            const given = report.id === 'x' && report.whole !== undefined ? one : report[section];
            expect(given.slice(start, end)).toBe(said);
            expect(end).toBeGreaterThan(start);
          }
        }
        expect(seen).toHaveLength(2);
      }),
      { numRuns: 150 },
    );
  });

  it('sets bad lines aside when told so, and leaves no list of an earlier run', async () => {
    await writeFile(at('reports.jsonl'), `${lines(REPORTS[0])}{broken\n${lines(REPORTS[1])}{"id": 1}\n`);
    const result = await tagFile(at('reports.jsonl'), at('tagged.jsonl'), { skipBad: true });
    expect(result).toMatchObject({ reports: 2, setAside: 2 });
    const aside = at('tagged.jsonl.set-aside.jsonl');
    const bad = await readLines<{ file: string; fault: string }>(aside);
    expect(bad.map(({ file }) => file)).toEqual([`${at('reports.jsonl')}:2`, `${at('reports.jsonl')}:4`]);
    expect(bad[0]!.fault).toMatch(/no JSON/);
    await writeFile(at('reports.jsonl'), lines(...REPORTS));
    await tagFile(at('reports.jsonl'), at('tagged.jsonl'), { skipBad: true });
    expect(await readdir(folder)).toEqual(['reports.jsonl', 'tagged.jsonl']);
  });

  it.each([
    ['{"id": "a", "findings": "x"', /reports\.jsonl:1: no JSON/],
    ['{"id": "a", "colour": "x"}', /reports\.jsonl:1/],
    ['', /there are no reports in it/],
  ])('of %j fails with the place, and leaves nothing behind', async (text, message) => {
    await writeFile(at('reports.jsonl'), text);
    for (const skipBad of text === '' ? [false, true] : [false]) {
      await expect(tagFile(at('reports.jsonl'), at('tagged.jsonl'), { skipBad })).rejects.toThrow(message);
      await expect(tagFile(at('reports.jsonl'), at('tagged.jsonl'), { skipBad })).rejects.toThrow(InputError);
    }
    expect(await readdir(folder)).toEqual(['reports.jsonl']);
  });

  it('to a place where no file can be is refused before any work', async () => {
    await mkdir(at('folder'));
    await expect(tagFile(at('none'), at('folder'))).rejects.toThrow(/folder: it is a folder/);
    await expect(extractFile(at('none'), at('reports.jsonl/x.json'))).rejects.toThrow(UsageError);
  });

  it('that is stopped leaves the finished file of before as it was', async () => {
    await writeFile(at('tagged.jsonl'), 'before');
    const stop = new AbortController();
    const work = tagFile(at('reports.jsonl'), at('tagged.jsonl'), {
      signal: stop.signal,
      onProgress: () => stop.abort(),
      tagger: { name: 'slow', tag: async reports => reports.map(() => []) },
    });
    stop.abort();
    await expect(work).rejects.toThrow();
    expect(await readFile(at('tagged.jsonl'), 'utf8')).toBe('before');
    expect(await readdir(folder)).toEqual(['reports.jsonl', 'tagged.jsonl']);
  });
});
