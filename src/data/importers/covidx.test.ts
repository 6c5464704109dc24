import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDataset } from '../dataset/index.js';
import { encodePng } from '../images.js';
import { covidx } from './covidx.js';
import { importDataset } from './import-dataset.js';
import type { ImportRow } from './importer.js';

let home: string;
let made = 0;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'synray-covidx-'));
});
afterAll(() => rm(home, { recursive: true }));

async function download(lists: Record<string, string>, pictures: string[]): Promise<string> {
  const folder = join(home, String(made++));
  const picture = await encodePng(new Uint8Array(64).fill(90), 8, 8);
  for (const name of ['train', 'val', 'test']) await mkdir(join(folder, name), { recursive: true });
  for (const name of pictures) await writeFile(join(folder, name), picture);
  for (const [name, text] of Object.entries(lists)) await writeFile(join(folder, name), text);
  return folder;
}

async function rowsOf(folder: string, options = {}): Promise<ImportRow[]> {
  const rows: ImportRow[] = [];
  for await (const row of (await covidx.open(folder, options)).rows()) rows.push(row);
  return rows;
}

describe('covidx', () => {
  it('reads the lists of CXR-4 with the official split', async () => {
    const folder = await download(
      {
        'train.txt': '379 1e64.jumbo.jpeg positive cohen\n3 r.png negative rsna\r\n',
        'val.txt': '3 v.png positive ricord\n',
        'test.txt': 'c8 t one.png negative bimcv\n\n',
      },
      ['train/1e64.jumbo.jpeg', 'train/r.png', 'val/v.png', 'test/t one.png'],
    );
    const out = join(folder, 'out');
    const result = await importDataset(await covidx.open(folder, {}), { out });
    expect(result).toMatchObject({ samples: 4, patients: 4, labels: { 'COVID-19': 2 } });
    const dataset = await openDataset(out);
    expect(dataset.splits).toEqual(['train', 'validation', 'test']);
    const rows = await rowsOf(folder);
    expect(Object.fromEntries(rows.map(({ id, patient }) => [id, patient]))).toEqual({
      '1e64.jumbo': 'cohen:379',
      r: 'rsna:3',
      v: 'ricord:3',
      't one': 'bimcv:c8',
    });
  });

  it('asks which edition where there are several, and reads three classes', async () => {
    const folder = await download(
      {
        'train_COVIDx9A.txt': '1 a.png normal rsna\n2 b.png pneumonia rsna\n3 c.png COVID-19 sirm\n',
        'train_COVIDx9B.txt': '1 a.png negative rsna\n',
      },
      ['train/a.png', 'train/b.png', 'train/c.png'],
    );
    await expect(covidx.open(folder, {})).rejects.toThrow(/several editions .*--edition: 9A, 9B/);
    await expect(covidx.open(folder, { edition: '8' })).rejects.toThrow(/no lists of "8"/);
    const rows = await rowsOf(folder, { edition: '9A' });
    expect(rows.map(({ labels }) => labels)).toEqual([['Normal'], ['Pneumonia'], ['COVID-19']]);
  });

  it('keeps pictures of one name apart, and names faults', async () => {
    const twins = {
      'train.txt': '1 a.png negative x\n2 a.jpg negative x\n',
      'test.txt': '3 a.png positive x\n',
    };
    const folder = await download(twins, ['train/a.png', 'train/a.jpg', 'test/a.png']);
    expect((await rowsOf(folder)).map(({ id }) => id).sort()).toEqual(['a.jpg', 'test/a.png', 'train/a.png']);
    const bad = await download({ 'train.txt': '1 a.png negative x\n2 b.png maybe x\n' }, ['train/a.png']);
    await expect(covidx.open(bad, {})).rejects.toThrow(/train\.txt: line 2 is not patient, file name, class/);
    await expect(covidx.open(join(folder, 'train'), {})).rejects.toThrow(
      /there is no train\.txt or test\.txt/,
    );
    const again = await download({ 'train.txt': '1 a.png negative x\n2 a.png negative x\n' }, [
      'train/a.png',
    ]);
    await expect(covidx.open(again, {})).rejects.toThrow(/two pictures have the same name/);
  });
});
