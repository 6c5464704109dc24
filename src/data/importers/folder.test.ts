import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDataset } from '../dataset/index.js';
import { encodePng } from '../images.js';
import { folder } from './folder.js';
import { importDataset } from './import-dataset.js';
import type { ImportRow } from './importer.js';

let home: string;
let made = 0;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'synray-folder-'));
});
afterAll(() => rm(home, { recursive: true }));

async function tree(paths: readonly string[]): Promise<string> {
  const source = join(home, String(made++));
  const picture = await encodePng(new Uint8Array(64).fill(90), 8, 8);
  for (const path of paths) {
    await mkdir(dirname(join(source, path)), { recursive: true });
    await writeFile(join(source, path), picture);
  }
  return source;
}

async function rowsOf(source: string, options = {}): Promise<ImportRow[]> {
  const rows: ImportRow[] = [];
  for await (const row of (await folder.open(source, options)).rows()) rows.push(row);
  return rows;
}

describe('folder', () => {
  it('takes folders for classes, ids from paths, and passes over what is no picture', async () => {
    const source = await tree([
      'Edema+Effusion/a.png',
      'Normal/deep/b.jpeg',
      'Normal/b.png',
      'Normal/b.dcm',
      'Normal/notes.txt',
      'Normal/._b.png',
      '__MACOSX/x.png',
      'top.png',
    ]);
    const rows = await rowsOf(source);
    expect(rows.map(({ id, labels, split }) => [id, labels, split])).toEqual([
      ['Edema+Effusion/a', ['Edema', 'Effusion'], 'train'],
      ['Normal/b.dcm', ['Normal'], 'train'],
      ['Normal/b.png', ['Normal'], 'train'],
      ['Normal/deep/b', ['Normal'], 'train'],
      ['top', [], 'train'],
    ]);
    expect((await rowsOf(source, { labels: false })).every(({ labels }) => labels.length === 0)).toBe(true);
  });

  it('takes folders at the top for splits when all are named so', async () => {
    const source = await tree(['Training/Edema/a.png', 'val/Edema/b.png', 'test/Normal/deep/c.png']);
    const out = join(source, 'out');
    await importDataset(await folder.open(source, {}), { out });
    const dataset = await openDataset(out);
    expect(dataset.splits).toEqual(['train', 'validation', 'test']);
    expect(dataset.manifest.splits.test!.labels).toEqual({ Normal: 1 });
    await expect(folder.open(source, { splitByPatient: '80/20' })).rejects.toThrow(/are splits already/);
    const mixed = await tree(['train/a.png', 'Edema/b.png']);
    expect((await rowsOf(mixed)).map(({ labels }) => labels)).toEqual([['Edema'], ['train']]);
  });

  it('follows links without going around in circles', async () => {
    const source = await tree(['A/a.png']);
    const other = await tree(['b.png']);
    await symlink(other, join(source, 'B'));
    const ids = (await rowsOf(source)).map(({ id }) => id);
    expect(ids).toEqual(['A/a', 'B/b']);
    await symlink(source, join(source, 'A', 'around'));
    expect((await rowsOf(source)).map(({ id }) => id)).toEqual(ids);
  });

  it('divides by shares, the same way each time and another way for another seed', async () => {
    const source = await tree(Array.from({ length: 20 }, (_, index) => `c/${index}.png`));
    const splits = async (options: object) => (await rowsOf(source, options)).map(({ split }) => split);
    const first = await splits({ splitByPatient: '70/15/15' });
    const count = (name: string) => first.filter(split => split === name).length;
    expect([count('train'), count('validation'), count('test')]).toEqual([14, 3, 3]);
    expect(await splits({ splitByPatient: '0.7/0.15/0.15' })).toEqual(first);
    expect(await splits({ splitByPatient: '70/15/15', seed: 1 })).not.toEqual(first);
    for (const shares of ['x', '1', '1/-1', '0/0', '1//1', '1/1/1/1']) {
      await expect(folder.open(source, { splitByPatient: shares })).rejects.toThrow(/no shares of splits/);
    }
  });

  it('says so when there is nothing', async () => {
    const source = await tree(['a.txt']);
    await expect(folder.open(source, {})).rejects.toThrow(/there is no picture in the folder/);
    await expect(folder.open(join(source, 'none'), {})).rejects.toThrow(/there is no such folder/);
  });
});
