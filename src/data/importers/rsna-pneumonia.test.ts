import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDataset } from '../dataset/index.js';
import { encodePng } from '../images.js';
import type { Sample } from '../records/index.js';
import { importDataset } from './import-dataset.js';
import type { ImportRow } from './importer.js';
import { rsnaPneumonia } from './rsna-pneumonia.js';

/** Header lines as published; names made up. */
const LABELS = `patientId,x,y,width,height,Target
aaa,264.0,152.0,213.0,379.0,1
bbb,,,,,0
aaa,562.0,152.0,256.0,453.0,1
ccc,,,,,0
`;
const CLASSES = `patientId,class
aaa,Lung Opacity
bbb,No Lung Opacity / Not Normal
aaa,Lung Opacity
ccc,Normal
`;
const MAPPINGS = JSON.stringify([
  { subset_img_id: 'aaa', img_id: '00000007_001.png', orig_labels: ['Mass'] },
  { subset_img_id: 'bbb', img_id: '00000007_002.png', orig_labels: [] },
]);

let home: string;
let made = 0;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'synray-rsna-'));
});
afterAll(() => rm(home, { recursive: true }));

async function download(ending = 'png'): Promise<{ folder: string; out: string }> {
  const folder = join(home, String(made++));
  const images = join(folder, 'stage_2_train_images');
  await mkdir(images, { recursive: true });
  const picture = await encodePng(new Uint8Array(64).fill(90), 8, 8);
  for (const name of ['aaa', 'bbb', 'ccc']) await writeFile(join(images, `${name}.${ending}`), picture);
  await writeFile(join(folder, 'stage_2_train_labels.csv'), LABELS);
  await writeFile(join(folder, 'stage_2_detailed_class_info.csv'), CLASSES);
  return { folder, out: join(folder, 'out') };
}

async function rowsOf(folder: string, options = {}): Promise<ImportRow[]> {
  const rows: ImportRow[] = [];
  for await (const row of (await rsnaPneumonia.open(folder, options)).rows()) rows.push(row);
  return rows;
}

describe('rsna-pneumonia', () => {
  it('joins the boxes of a picture, and its class', async () => {
    const { folder, out } = await download();
    const result = await importDataset(await rsnaPneumonia.open(folder, {}), { out });
    expect(result).toMatchObject({ samples: 3, patients: 3 });
    const samples: Sample[] = [];
    for await (const sample of (await openDataset(out)).samples('train')) samples.push(sample);
    expect(samples.map(({ id, labels }) => [id, labels])).toEqual([
      ['aaa', ['Pneumonia', 'Lung Opacity']],
      ['bbb', ['No Lung Opacity / Not Normal']],
      ['ccc', ['Normal']],
    ]);
    // In pixels of 1024 × 1024, whatever the size of the file.
    expect(samples[0]!.regions).toMatchObject([
      { concept: 'Pneumonia', box: [264 / 1024, 152 / 1024, 477 / 1024, 531 / 1024] },
      { concept: 'Pneumonia', box: [562 / 1024, 152 / 1024, 818 / 1024, 605 / 1024] },
    ]);
    expect(samples[1]!.regions).toEqual([]);
  });

  it('finds DICOM files, and people through the NIH mapping', async () => {
    const { folder } = await download('dcm');
    await writeFile(join(folder, 'pneumonia-challenge-dataset-mappings_2018.json'), MAPPINGS);
    const rows = await rowsOf(folder);
    expect(rows.map(({ file }) => file)).toEqual(
      ['aaa', 'bbb', 'ccc'].map(name => join(folder, 'stage_2_train_images', `${name}.dcm`)),
    );
    expect(rows.map(({ patient }) => patient)).toEqual(['00000007', '00000007', 'ccc']);
    const [first, second] = await rowsOf(folder, { splitByPatient: '50/50' });
    expect(first!.split).toBe(second!.split);
  });

  it('names what is wrong', async () => {
    const { folder } = await download();
    await expect(rsnaPneumonia.open(join(folder, 'stage_2_train_images'), {})).rejects.toThrow(
      /there is no stage_2_train_labels\.csv/,
    );
    await writeFile(join(folder, 'stage_2_train_labels.csv'), LABELS.replace('264.0', ''));
    await expect(rsnaPneumonia.open(folder, {})).rejects.toThrow(/line 2 has target 1 and no four numbers/);
    await writeFile(join(folder, 'stage_2_train_labels.csv'), 'patientId,x,y\naaa,1,2\n');
    await expect(rsnaPneumonia.open(folder, {})).rejects.toThrow(/no column "width"/);
    await writeFile(join(folder, 'stage_2_train_labels.csv'), LABELS);
    await writeFile(join(folder, 'pneumonia-challenge-dataset-mappings_2018.json'), '[{"img_id":3}]');
    await expect(rsnaPneumonia.open(folder, {})).rejects.toThrow(/mappings_2018\.json.*subset_img_id/);
  });
});
