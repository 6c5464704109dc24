import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { InputError, UsageError } from '../../base/index.js';
import { openDataset } from '../dataset/index.js';
import { encodePng } from '../images.js';
import type { Sample } from '../records/index.js';
import { importTable } from './index.js';

const real = resolve(process.env.SYNRAY_TEST_DATA ?? '../shared/data', 'nih-cxr14');

let home: string;
let made = 0;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'synray-table-'));
});
afterAll(() => rm(home, { recursive: true }));

/** A folder with a table and three pictures a.png, b.png, c/d.png of 8 × 4 pixels. */
async function source(
  content: string | Uint8Array,
  name = 'index.csv',
): Promise<{ table: string; out: string }> {
  const folder = join(home, String(made++));
  await mkdir(join(folder, 'c'), { recursive: true });
  const png = await encodePng(new Uint8Array(32).fill(90), 8, 4);
  for (const picture of ['a.png', 'b.png', 'c/d.png']) await writeFile(join(folder, picture), png);
  await writeFile(join(folder, name), content);
  return { table: join(folder, name), out: join(folder, 'out') };
}

async function samplesOf(out: string, split?: string): Promise<Sample[]> {
  const samples: Sample[] = [];
  for await (const sample of (await openDataset(out)).samples(split)) samples.push(sample);
  return samples;
}

const whole = `Image Index,Finding Labels,Patient ID,View Position,Patient Gender,Patient Age,Report,Split
a.png,Nodule|Effusion,7,AP Supine,F,060Y,"FINDINGS: A nodule. IMPRESSION: Nodule.",train
b.png,No Finding,7,PA,male,414,,Valid
c/d.png,,9,LL,,18M,"Said ""clear"", free text",TEST
`;

describe('importTable', () => {
  it('reads labels, patient, view, sex, age, report and split from columns named so', async () => {
    const { table, out } = await source(whole);
    const result = await importTable({ table, out });
    expect(result).toEqual({
      samples: 3,
      labels: { Nodule: 1, Effusion: 1, 'No Finding': 1 },
      patients: 2,
      out,
      skipped: [],
      skippedCount: 0,
      burntInText: 0,
      // One picture three times, patient 7 in train and validation.
      overlaps: { copies: 2, alike: 0, picturesAcrossSplits: 1, patientsAcrossSplits: 1 },
    });
    expect((await openDataset(out, { verify: true })).splits).toEqual(['train', 'validation', 'test']);
    const [a, b, d] = await samplesOf(out);
    expect(a).toMatchObject({
      id: 'a',
      labels: ['Nodule', 'Effusion'],
      patient: '7',
      view: 'AP supine',
      sex: 'F',
      age: 60,
      findings: 'A nodule.',
      impression: 'Nodule.',
      source: 'table:index.csv',
    });
    expect(b).toMatchObject({ view: 'PA', sex: 'M', age: null, labels: ['No Finding'] });
    expect(d).toMatchObject({
      id: 'c/d',
      view: 'lateral',
      age: 1,
      labels: [],
      findings: 'Said "clear", free text',
    });
    expect(a!.image.bytes).toEqual(new Uint8Array(await readFile(join(table, '..', 'a.png'))));
  });

  it('reads TSV, gzipped CSV, JSON Lines with lists, and one label a column', async () => {
    const wide = 'file;Nodule;Edema\na.png;1.0;-1\nb.png;0;1\nc/d.png;;\n';
    const formats: [string, string | Uint8Array, string[][]][] = [
      ['x.tsv', 'file\tlabels\na.png\tNodule|Mass\nb.png\tMass\n', [['Nodule', 'Mass'], ['Mass']]],
      ['x.csv.gz', gzipSync('file,labels\na.png,Nodule\n'), [['Nodule']]],
      [
        'x.jsonl',
        '{"file":"a.png","labels":["x|y","z"]}\n{"file":"b.png","labels":[]}\n',
        [['x|y', 'z'], []],
      ],
      ['x.csv', wide, [['Nodule'], ['Edema'], []]],
      ['x.csv', '\uFEFFfile,labels\r\na.png,"Mass, left|Nodule"\r\n', [['Mass, left', 'Nodule']]],
    ];
    for (const [name, content, labels] of formats) {
      const { table, out } = await source(content, name);
      await importTable({ table, out, labelColumns: content === wide ? ['Nodule', 'Edema'] : [] });
      expect((await samplesOf(out)).map(sample => sample.labels)).toEqual(labels);
    }
  });

  it('turns boxes into fractions of the picture they were drawn on', async () => {
    const boxes = '"[[""Mass"", 2, 1, 4, 2]]"';
    const own = await source(`file,boxes\na.png,${boxes}\n`);
    await importTable(own);
    expect((await samplesOf(own.out))[0]!.regions).toEqual([
      { concept: 'Mass', box: [0.25, 0.25, 0.75, 0.75], mask: null },
    ]);
    const original = await source(`file,boxes,orig_w,orig_h\na.png,${boxes},16,16\n`);
    await importTable(original);
    expect((await samplesOf(original.out))[0]!.regions[0]!.box).toEqual([0.125, 0.0625, 0.375, 0.1875]);
  });

  it('refuses a wrong column with the columns there are, exit code 2', async () => {
    const { table, out } = await source(whole);
    const outcome = importTable({ table, out, columns: { labels: 'diagnosis' } });
    await expect(outcome).rejects.toThrow(UsageError);
    await expect(outcome).rejects.toThrow(
      /no column "diagnosis" \(the columns are: Image Index, Finding Labels/,
    );
    const unnamed = await source('scan,labels\na.png,x\n');
    await expect(importTable(unnamed)).rejects.toThrow(/--image-column; the columns are: scan, labels/);
  });

  it('names what is wrong with the source and leaves nothing behind', async () => {
    const png = await encodePng(
      new Uint8Array(4096).map((_, index) => (index * index * 97) >> 4),
      64,
      64,
    );
    const cut = png.subarray(0, png.length >> 1);
    const cases: [RegExp, string, string?][] = [
      [
        /gone\.png: the picture is missing, and 1 more .* of 3 in all: more than 10 % .*--skip-bad/,
        'file\na.png\ngone.png\nlost.png\n',
      ],
      [/cut\.png: the PNG cannot be read: .*--skip-bad/, 'file\na.png\ncut.png\n'],
      [/row 2 names a picture outside of the images folder/, 'file\na.png\n../../etc/passwd\n'],
      [/row 1 names no picture/, 'file,labels\n,x\n'],
      [/more than one row has "a\.png"/, 'file,labels\na.png,x\na.png,y\n'],
      [/the boxes of row 1 are no JSON list/, 'file,boxes\na.png,oops\n'],
      [/the table has no rows/, 'file,labels\n'],
      [/the table cannot be read/, 'PAR1 nonsense', 'x.parquet'],
      [/no table by its name/, 'file\na.png\n', 'x.xlsx'],
    ];
    for (const [message, content, name] of cases) {
      const { table, out } = await source(content, name);
      await writeFile(join(table, '..', 'cut.png'), cut);
      await expect(importTable({ table, out })).rejects.toThrow(message);
      expect((await readdir(join(table, '..'))).filter(entry => entry.includes('out'))).toEqual([]);
    }
    await expect(importTable({ table: join(home, 'none.csv'), out: join(home, 'o') })).rejects.toThrow(
      InputError,
    );
  });

  it('leaves bad rows out when told so, and lists them', async () => {
    const { table, out } = await source('file,labels\na.png,x\ngone.png,x\nbad.png,y\nb.png,y\n');
    await writeFile(join(table, '..', 'bad.png'), 'no picture');
    const result = await importTable({ table, out, skipBad: true });
    expect(result).toMatchObject({ samples: 2, labels: { x: 1, y: 1 } });
    expect(result.skipped.map(({ file }) => file)).toEqual(['gone.png', 'bad.png']);
    expect(await readFile(join(out, 'skipped.jsonl'), 'utf8')).toContain('"file":"bad.png"');
    expect(await importTable({ table, out, skipBad: true })).toEqual(result);
  });

  it('does finished work once, and never overwrites another data set', async () => {
    const { table, out } = await source(whole);
    const first = await importTable({ table, out });
    let pictures = 0;
    expect(await importTable({ table, out, onProgress: () => pictures++ })).toEqual(first);
    expect(pictures).toBe(0);
    const other = importTable({ table, out, labelsSeparator: ';' });
    await expect(other).rejects.toThrow(/made from something else \(choose another --out/);
  });

  it.skipIf(!existsSync(real))('imports the 952 real NIH pictures (needs ../shared/data)', async () => {
    const out = join(home, 'nih');
    const result = await importTable({
      table: join(real, 'index.csv'),
      images: join(real, 'images'),
      columns: { image: 'file', labels: 'finding_labels', patient: 'patient_id' },
      out,
    });
    expect(result.samples).toBe(952);
    expect(result.skipped).toEqual([]);
    const samples = await samplesOf(out);
    const views = new Set(samples.map(sample => sample.view));
    expect(views).toEqual(new Set(['PA', 'AP']));
    const boxed = samples.filter(sample => sample.regions.length > 0);
    expect(boxed.length).toBeGreaterThan(0);
    expect(
      boxed.every(({ regions }) => regions.every(({ box }) => box.every(edge => edge >= 0 && edge <= 1))),
    ).toBe(true);
  });
});
