import { existsSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDataset } from '../dataset/index.js';
import { encodePng } from '../images.js';
import type { Sample } from '../records/index.js';
import { importNihCxr14 } from './index.js';

const real = resolve(process.env.SYNRAY_TEST_DATA ?? '../shared/data');

/** The header lines are those of the published files. */
const ENTRY = `Image Index,Finding Labels,Follow-up #,Patient ID,Patient Age,Patient Gender,View Position,OriginalImage[Width,Height],OriginalImagePixelSpacing[x,y]
00000001_000.png,Cardiomegaly|Emphysema,0,1,57,M,PA,2682,2749,0.143,0.143
00000002_000.png,No Finding,0,2,080Y,F,AP,2500,2048,0.171,0.171
00000003_001.png,Infiltration,1,3,414,F,PA,2500,2048,0.168,0.168
`;
const BOXES = `Image Index,Finding Label,Bbox [x,y,w,h],,,
00000003_001.png,Infiltrate,256.0,512.0,128.0,64.0
`;

let home: string;
let made = 0;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'synray-nih-'));
});
afterAll(() => rm(home, { recursive: true }));

async function download(): Promise<{ folder: string; out: string }> {
  const folder = join(home, String(made++));
  const png = await encodePng(new Uint8Array(64).fill(90), 8, 8);
  await mkdir(join(folder, 'images_001', 'images'), { recursive: true });
  await mkdir(join(folder, 'images_002', 'images'), { recursive: true });
  await writeFile(join(folder, 'images_001', 'images', '00000001_000.png'), png);
  await writeFile(join(folder, 'images_001', 'images', '00000002_000.png'), png);
  await writeFile(join(folder, 'images_002', 'images', '00000003_001.png'), png);
  await writeFile(join(folder, 'Data_Entry_2017_v2020.csv'), ENTRY);
  await writeFile(join(folder, 'BBox_List_2017.csv'), BOXES);
  await writeFile(join(folder, 'train_val_list.txt'), '00000001_000.png\r\n00000002_000.png\r\n');
  await writeFile(join(folder, 'test_list.txt'), '00000003_001.png\r\n');
  return { folder, out: join(home, `out${made}`) };
}

async function samplesOf(out: string): Promise<Sample[]> {
  const samples: Sample[] = [];
  for await (const sample of (await openDataset(out, { verify: true })).samples()) samples.push(sample);
  return samples;
}

describe('importNihCxr14', () => {
  it('reads labels, patients, the official split and the boxes from the original folders', async () => {
    const { folder, out } = await download();
    const result = await importNihCxr14({ folder, out });
    expect(result).toMatchObject({ samples: 3, patients: 3 });
    const dataset = await openDataset(out);
    expect([dataset.count('train'), dataset.count('test')]).toEqual([2, 1]);
    const [first, second, third] = await samplesOf(out);
    expect(first).toMatchObject({
      id: '00000001_000',
      labels: ['Cardiomegaly', 'Emphysema'],
      sex: 'M',
      age: 57,
    });
    expect(second).toMatchObject({ view: 'AP', age: 80, labels: ['No Finding'] });
    expect(third).toMatchObject({ age: null, patient: '3' });
    expect(third!.regions).toEqual([
      { concept: 'Infiltration', box: [0.25, 0.5, 0.375, 0.5625], mask: null },
    ]);
  });

  it('takes a part of the download only when told so', async () => {
    const { folder, out } = await download();
    await rm(join(folder, 'images_002'), { recursive: true });
    await expect(importNihCxr14({ folder, out })).rejects.toThrow(
      /00000003_001\.png: the picture is missing/,
    );
    expect(await importNihCxr14({ folder, out, partial: true })).toMatchObject({ samples: 2 });
    expect((await openDataset(out)).manifest.provenance.description).toContain('2 of 3 pictures');
  });

  it('says what is missing of a folder that is no download', async () => {
    const empty = join(home, 'empty');
    await mkdir(empty);
    await expect(importNihCxr14({ folder: empty, out: join(home, 'x') })).rejects.toThrow(
      /no Data_Entry_2017\.csv/,
    );
    await writeFile(join(empty, 'Data_Entry_2017.csv'), ENTRY);
    const outcome = importNihCxr14({ folder: empty, out: join(home, 'x'), partial: true });
    await expect(outcome).rejects.toThrow(/none of the 3 pictures of the table is there/);
  });

  it.skipIf(!existsSync(real))(
    'reads the published table, boxes and pictures (needs ../shared/data)',
    async () => {
      const folder = join(home, 'real');
      await mkdir(join(folder, 'images'), { recursive: true });
      for (const name of ['Data_Entry_2017_v2020.csv.gz', 'BBox_List_2017.csv.gz']) {
        await copyFile(join(real, 'label-tables', name), join(folder, name));
      }
      const fixtures = join(real, 'loader-fixtures');
      const pictures = (await readdir(fixtures)).filter(name => name.endsWith('.png'));
      for (const name of pictures) await copyFile(join(fixtures, name), join(folder, 'images', name));
      const out = join(home, 'real-out');
      expect(await importNihCxr14({ folder, out, partial: true })).toMatchObject({ samples: 2, patients: 2 });
      const [first] = await samplesOf(out);
      expect(first).toMatchObject({
        id: '00000001_000',
        labels: ['Cardiomegaly'],
        view: 'PA',
        sex: 'M',
        age: 57,
      });
    },
  );
});
