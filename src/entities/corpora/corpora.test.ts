import { mkdir, mkdtemp, readFile, rename, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { create } from 'tar';
import { beforeEach, describe, expect, it } from 'vitest';
import { InputError, UsageError } from '../../base/index.js';
import { sqlText, withDatabase } from '../../data/index.js';
import { zipOf } from '../../data/testing/zip.js';
import { type CorpusOptions, type CorpusReport, readCorpus } from './index.js';

let folder: string;
const at = (name: string) => join(folder, name);
const put = async (name: string, content: string | Uint8Array) => {
  await mkdir(dirname(at(name)), { recursive: true });
  await writeFile(at(name), content);
};
const all = async (name: string, options?: CorpusOptions) => {
  const reports: CorpusReport[] = [];
  for await (const report of readCorpus(at(name), options)) reports.push(report);
  return reports;
};
const brief = (reports: readonly CorpusReport[]) =>
  reports.map(({ id, findings, impression }) => [id, findings, impression]);

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'synray-corpora-'));
});

/** The layout of MIMIC-CXR with reports of our own. */
async function mimicTree(): Promise<void> {
  await put('mimic/LICENSE.txt', 'You may.');
  await put('mimic/SHA256SUMS.txt', '00 files');
  await put(
    'mimic/files/p10/p10000032/s50414267.txt',
    '                 FINAL REPORT\n INDICATION:  ___F with cough.\n \n FINDINGS: \n \n Clear lungs.\n \n IMPRESSION: \n \n Normal.\n',
  );
  await put('mimic/files/p10/p10000032/s6.txt', 'WET READ: Edema.\nFINAL REPORT\nIMPRESSION: No edema.');
  await put('mimic/files/p10/p9999999/s7.txt', 'Small effusion.\r\n');
  await put('mimic/files/p11/p11000001/s8.txt', Buffer.from('FINDINGS: Größe normal.', 'latin1'));
}
const MIMIC = [
  ['s7', 'Small effusion.', ''],
  ['s6', '', 'No edema.'],
  ['s50414267', 'Clear lungs.', 'Normal.'],
  ['s8', 'Größe normal.', ''],
];

const PATHS = [
  'files/p10/p10000032/s50414267.txt',
  'files/p10/p10000032/s6.txt',
  'files/p10/p9999999/s7.txt',
  'files/p11/p11000001/s8.txt',
];

describe('MIMIC-CXR report files', () => {
  beforeEach(mimicTree);

  it.each(['mimic', 'mimic/files', 'mimic/files/p10'])('are read from %s, by number', async source => {
    const expected = source.endsWith('p10') ? MIMIC.slice(0, 3) : MIMIC;
    expect(brief(await all(source))).toEqual(expected);
  });

  it('are read from archives as from the folder', async () => {
    await create({ gzip: true, file: at('reports.tar.gz'), cwd: at('mimic') }, ['files']);
    const files: Record<string, Buffer> = {};
    for (const path of PATHS) files[path] = await readFile(at(`mimic/${path}`));
    await put('reports.zip', zipOf(files));
    const sorted = (reports: readonly CorpusReport[]) => brief(reports).sort();
    expect(sorted(await all('reports.tar.gz'))).toEqual([...MIMIC].sort());
    expect(sorted(await all('reports.zip'))).toEqual([...MIMIC].sort());
  });

  it('tell how far they are', async () => {
    const seen: number[] = [];
    await all('mimic', { onPosition: ({ done, total, unit }) => seen.push(done, total, unit.length) });
    expect(seen.slice(-3)).toEqual([4, 4, 'files'.length]);
  });

  it.each([
    ['', 'the file is empty'],
    [' \n', 'the file is empty'],
    ['\0\u0001binary', 'it is not text'],
    ['x'.repeat(2 << 20), 'too many for one report'],
  ])('that are broken are named, or handed over: %#', async (content, fault) => {
    await put('mimic/files/p10/p10000032/s6.txt', content);
    await expect(all('mimic')).rejects.toThrow(fault);
    await expect(all('mimic')).rejects.toThrow(/s6\.txt/);
    const bad: InputError[] = [];
    const reports = await all('mimic', { onBad: error => bad.push(error) });
    expect(reports.map(({ id }) => id)).toEqual(['s7', 's50414267', 's8']);
    expect(bad.map(error => error.fault)).toEqual([expect.stringContaining(fault)]);
  });
});

describe('text files', () => {
  it('are named by their paths, without what comes with collections', async () => {
    await put('flat/b.txt', 'Clear.');
    await put('flat/sub/a.TXT', 'Edema.');
    await put('flat/README.txt', 'About.');
    expect(brief(await all('flat'))).toEqual([
      ['b', 'Clear.', ''],
      ['sub/a', 'Edema.', ''],
    ]);
    expect(brief(await all('flat/b.txt'))).toEqual([['b', 'Clear.', '']]);
  });
});

describe('JSON Lines', () => {
  const LINES = [
    { id: 'a', findings: 'Clear.', impression: 'Normal.' },
    { id: 7, text: 'FINDINGS: A.\nIMPRESSION: B.', other: [1] },
    { study_id: 'c', report: 'Clear.' },
    { id: 'd', findings: null, impression: 'Normal.' },
    { id: 'e', text: '' },
  ];
  const EXPECTED = [
    ['a', 'Clear.', 'Normal.'],
    ['7', 'A.', 'B.'],
    ['c', 'Clear.', ''],
    ['d', '', 'Normal.'],
    ['e', '', ''],
  ];
  const text = LINES.map(line => JSON.stringify(line)).join('\r\n\n');

  it('are read with the keys that they have, gzipped or not, with a byte order mark or not', async () => {
    await put('a.jsonl', text);
    await put('b.jsonl', `\ufeff${text}\n`);
    await put('c.jsonl.gz', gzipSync(text));
    for (const name of ['a.jsonl', 'b.jsonl', 'c.jsonl.gz']) expect(brief(await all(name))).toEqual(EXPECTED);
  });

  it.each([
    ['{"id": "x", "text"', /a\.jsonl:2: no JSON/],
    ['[1]', /a\.jsonl:2: the line is no JSON object/],
    ['{"text": "A."}', /a\.jsonl:2: the report has no id/],
    ['{"id": "x", "colour": "y"}', /a\.jsonl:2: no column is named as reports are .*id, colour/],
    ['{"id": "x", "text": 3}', /a\.jsonl:2: "text" is no text/],
    [`{"id": "x", "text": "${'y'.repeat(5 << 20)}"}`, /a\.jsonl:2: the line has more than/],
    ['{"id": "x", "text": "\0"}', /a\.jsonl:2: it is not text/],
  ])('of which one is bad: named, or handed over, and the others read: %.25s', async (line, message) => {
    await put('a.jsonl', `{"id": 1, "text": "A."}\n${line}\n{"id": 3, "text": "B."}\n`);
    await expect(all('a.jsonl')).rejects.toThrow(message);
    await expect(all('a.jsonl')).rejects.toThrow(InputError);
    const bad: string[] = [];
    const reports = await all('a.jsonl', { onBad: error => bad.push(error.message) });
    expect(reports.map(({ id }) => id)).toEqual(['1', '3']);
    expect(bad).toEqual([expect.stringMatching(message)]);
  });

  it('cut short in their gzip are an error even when bad ones are skipped', async () => {
    await put('a.jsonl.gz', gzipSync(`${text}\n`.repeat(1000)).subarray(0, 300));
    await expect(all('a.jsonl.gz', { onBad: () => {} })).rejects.toThrow(
      /a\.jsonl\.gz: the file cannot be read/,
    );
  });
});

describe('tables', () => {
  const CSV = 'Study ID,Findings,IMPRESSION,Other\n1,"Clear,\nmostly.",Normal.,x\n2,,Edema.,y\n';
  const EXPECTED = [
    ['1', 'Clear,\nmostly.', 'Normal.'],
    ['2', '', 'Edema.'],
  ];

  it('are read by the names of their columns: CSV, TSV, gzip, Parquet, JSON', async () => {
    await put('a.csv', CSV);
    await put('b.tsv', CSV.replaceAll(',', '\t').replace('Clear\t', 'Clear,'));
    await put('c.csv.gz', gzipSync(CSV));
    await withDatabase(async connection => {
      const from = `(SELECT * FROM read_csv(${sqlText(at('a.csv'))}, header = true))`;
      await connection.run(`COPY ${from} TO ${sqlText(at('d.parquet'))} (FORMAT parquet)`);
      await connection.run(`COPY ${from} TO ${sqlText(at('e.json'))} (FORMAT json, ARRAY true)`);
      await connection.run(`COPY ${from} TO ${sqlText(at('f.jsonl.zst'))} (FORMAT json, COMPRESSION zstd)`);
    });
    for (const name of ['a.csv', 'b.tsv', 'c.csv.gz', 'd.parquet', 'e.json', 'f.jsonl.zst']) {
      expect([name, brief(await all(name))]).toEqual([name, EXPECTED]);
    }
  });

  it('of whole texts are split, and columns may be said', async () => {
    await put('a.csv', 'a,b,c\nx,FINDINGS: A. IMPRESSION: B.,y\n');
    expect(brief(await all('a.csv', { columns: { text: 'b' } }))).toEqual([['row-1', 'A.', 'B.']]);
    expect(brief(await all('a.csv', { columns: { id: 'a', findings: 'C' } }))).toEqual([['x', 'y', '']]);
  });

  it('without columns for reports name those there are', async () => {
    await put('a.csv', 'a,b\n1,2\n');
    await expect(all('a.csv')).rejects.toThrow(/a\.csv: no column is named .* the columns are: a, b/);
    await expect(all('a.csv', { columns: { text: 'z' } })).rejects.toThrow(UsageError);
    await expect(all('a.csv', { columns: { text: 'z' } })).rejects.toThrow(/no column "z".*: a, b/);
  });

  it('in Latin-1 are read as such', async () => {
    await put('a.csv', Buffer.from('id,text\n1,Größe normal.\n', 'latin1'));
    expect(brief(await all('a.csv'))).toEqual([['1', 'Größe normal.', '']]);
  });

  it('with rows without an id hand these over', async () => {
    await put('a.csv', 'id,text\n1,A.\n,B.\n');
    await expect(all('a.csv')).rejects.toThrow(/row 2 has no id/);
    expect(await all('a.csv', { onBad: () => {} })).toHaveLength(1);
  });
});

describe('a source', () => {
  it('that is not there, is empty, or is of no known form says so', async () => {
    await expect(all('none')).rejects.toThrow(/none: there is no such file or folder/);
    await put('empty.jsonl', '');
    await expect(all('empty.jsonl')).rejects.toThrow(/there are no reports in it/);
    await mkdir(at('empty'));
    await expect(all('empty')).rejects.toThrow(/there are no \.xml or \.txt reports in it/);
    await put('a.doc', 'x');
    await expect(all('a.doc')).rejects.toThrow(/say --format: jsonl, table, openi/);
    await expect(all('a.doc', { format: 'word' })).rejects.toThrow(UsageError);
    await put('a.zip', 'no archive');
    await expect(all('a.zip')).rejects.toThrow(/a\.zip: no whole zip archive/);
    await put('a.parquet', 'no table');
    await expect(all('a.parquet')).rejects.toThrow(InputError);
  });

  it('of no telling name is read in the form that is said', async () => {
    await put('a.txt', '{"id": 1, "text": "A."}\n');
    await rename(at('a.txt'), at('a.dat'));
    expect(brief(await all('a.dat', { format: 'jsonl' }))).toEqual([['1', 'A.', '']]);
  });
});
