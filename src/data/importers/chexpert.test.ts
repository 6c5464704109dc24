import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openDataset } from '../dataset/index.js';
import { layTree, removeTrees, rowsOf, tinyPicture } from '../testing/layout-tree.js';
import { chexpert, importDataset } from './index.js';

const LABELS =
  'No Finding,Enlarged Cardiomediastinum,Cardiomegaly,Lung Opacity,Lung Lesion,Edema,Consolidation,Pneumonia,Atelectasis,Pneumothorax,Pleural Effusion,Pleural Other,Fracture,Support Devices';
/** The header line as published. */
const HEADER = `Path,Sex,Age,Frontal/Lateral,AP/PA,${LABELS}`;
const NAME = 'CheXpert-v1.0-small';
const TRAIN = `${HEADER}
${NAME}/train/patient00001/study1/view1_frontal.jpg,Female,68,Frontal,AP,1.0,,,,,,,,,0.0,,,,1.0
${NAME}/train/patient00002/study2/view1_frontal.jpg,Female,87,Frontal,PA,,,-1.0,1.0,,-1.0,-1.0,,-1.0,,-1.0,,1.0,
${NAME}/train/patient00002/study2/view2_lateral.jpg,Female,87,Lateral,,,,-1.0,1.0,,-1.0,-1.0,,-1.0,,-1.0,,1.0,
`;
const VALID = `${HEADER}
${NAME}/valid/patient64541/study1/view1_frontal.jpg,Male,73,Frontal,AP,0.0,1.0,1.0,1.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0
`;
const ZEROS = '0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,1.0,0.0,0.0,0.0';
const TEST = `Path,${LABELS}
test/patient64741/study1/view1_frontal.jpg,${ZEROS}
test/patient64741/study1/view2_lateral.jpg,${ZEROS}
`;

async function tree(more: Record<string, string | Uint8Array> = {}): Promise<string> {
  return layTree({
    'train.csv': TRAIN,
    'valid.csv': VALID,
    'train/patient00001/study1/view1_frontal.jpg': await tinyPicture(1),
    'train/patient00002/study2/view1_frontal.jpg': await tinyPicture(2),
    'train/patient00002/study2/view2_lateral.jpg': await tinyPicture(3),
    'valid/patient64541/study1/view1_frontal.jpg': await tinyPicture(4),
    ...more,
  });
}

afterAll(removeTrees);

describe('chexpert', () => {
  it('reads frontal pictures with labels, uncertain ones, facts and the official split', async () => {
    const folder = await tree();
    const rows = await rowsOf(await chexpert.open(folder, {}));
    expect(rows).toHaveLength(3);
    expect(rows[1]).toEqual({
      id: 'train/patient00002/study2/view1_frontal',
      split: 'train',
      file: join(folder, 'train/patient00002/study2/view1_frontal.jpg'),
      findings: '',
      impression: '',
      labels: ['Lung Opacity', 'Fracture'],
      uncertain: ['Cardiomegaly', 'Edema', 'Consolidation', 'Atelectasis', 'Pleural Effusion'],
      patient: 'patient00002',
      study: 'patient00002/study2',
      view: 'PA',
      sex: 'F',
      age: 87,
      boxes: [],
      source: 'chexpert',
    });
    expect(rows[0]).toMatchObject({ labels: ['No Finding', 'Support Devices'], view: 'AP' });
    expect(rows[0]).not.toHaveProperty('uncertain');
    expect(rows[2]).toMatchObject({ split: 'validation', sex: 'M' });
    const lateral = await rowsOf(await chexpert.open(folder, { views: ['lateral'] }));
    expect(lateral.map(({ id, view }) => [id, view])).toEqual([
      ['train/patient00002/study2/view2_lateral', 'lateral'],
    ]);
    const one = await rowsOf(await chexpert.open(folder, { views: ['all'], onePerStudy: true }));
    expect(one.map(({ view }) => view)).toEqual(['AP', 'PA', 'AP']);
  });

  it('finds the pictures in the batches of the large download', async () => {
    const folder = await layTree({
      'train.csv': TRAIN.replaceAll(NAME, 'CheXpert-v1.0'),
      'CheXpert-v1.0 batch 2 (train 1)/patient00001/study1/view1_frontal.jpg': await tinyPicture(1),
      'CheXpert-v1.0 batch 3 (train 2)/train/patient00002/study2/view1_frontal.jpg': await tinyPicture(2),
    });
    const source = await chexpert.open(folder, { partial: true });
    expect(source.count).toBe(2);
    expect(await importDataset(source, { out: join(folder, 'out') })).toMatchObject({ samples: 2 });
  });

  it('reads the test set with its own labels, which tell no facts', async () => {
    const rows = await rowsOf(await chexpert.open(await tree({ 'test_labels.csv': TEST }), {}));
    expect(rows.filter(({ split }) => split === 'test')).toMatchObject([
      {
        id: 'test/patient64741/study1/view1_frontal',
        labels: ['Pleural Effusion'],
        view: null,
        sex: null,
        age: null,
      },
    ]);
  });

  it('joins ground truth that is given by study to the pictures', async () => {
    const pictures = {
      'test/patient64741/study1/view1_frontal.jpg': await tinyPicture(1),
      'test/patient64741/study1/view2_lateral.jpg': await tinyPicture(2),
    };
    const truth = `Study,${LABELS}\nCheXpert-v1.0/test/patient64741/study1,${ZEROS}\n`;
    const bare = await layTree({ 'groundtruth.csv': truth, ...pictures });
    const [row, ...others] = await rowsOf(await chexpert.open(bare, {}));
    expect(others).toEqual([]);
    expect(row).toMatchObject({ split: 'test', labels: ['Pleural Effusion'] });
    const listed = `Path,Sex,Age,Frontal/Lateral,AP/PA
CheXpert-v1.0/test/patient64741/study1/view1_frontal.jpg,Male,50,Frontal,PA
CheXpert-v1.0/test/patient64742/study1/view1_frontal.jpg,Male,50,Frontal,PA
`;
    const alone = await tree({ 'test.csv': listed });
    expect((await rowsOf(await chexpert.open(alone, {}))).some(({ split }) => split === 'test')).toBe(false);
    const both = await layTree({ 'groundtruth.csv': truth, 'test.csv': listed, ...pictures });
    // The second picture has no labels: it is left out, not taken for one without findings.
    expect(await rowsOf(await chexpert.open(both, {}))).toMatchObject([
      { patient: 'patient64741', view: 'PA', age: 50, labels: ['Pleural Effusion'] },
    ]);
  });

  it('becomes a data set in which what is open is kept', async () => {
    const folder = await tree();
    const out = join(folder, 'out');
    await importDataset(await chexpert.open(folder, {}), { out });
    const dataset = await openDataset(out);
    expect([dataset.count('train'), dataset.count('validation')]).toEqual([2, 1]);
    const open: (string[] | undefined)[] = [];
    for await (const sample of dataset.samples()) open.push(sample.uncertain);
    expect(open).toContainEqual([
      'Cardiomegaly',
      'Edema',
      'Consolidation',
      'Atelectasis',
      'Pleural Effusion',
    ]);
  });

  it('names what is missing or odd', async () => {
    const open = async (files: Record<string, string>, options = {}) =>
      chexpert.open(await layTree(files), options);
    await expect(open({ 'a.txt': '' })).rejects.toThrow(/there is no train\.csv, valid\.csv or test\.csv/);
    await expect(open({ 'train.csv': TRAIN.replace('Edema', 'Oedema') })).rejects.toThrow(
      /no column "Edema"/,
    );
    await expect(open({ 'train.csv': TRAIN.replace('-1.0', 'maybe') })).rejects.toThrow(
      /column "Cardiomegaly" is none of/,
    );
    await expect(
      open({ 'train.csv': TRAIN.replace('train/patient00001', '../patient00001') }),
    ).rejects.toThrow(/names no picture inside of the folder/);
    await expect(open({ 'train.csv': TRAIN.replace('/study1/', '/') })).rejects.toThrow(/not of the form/);
    await expect(open({ 'train.csv': TRAIN }, { partial: true })).rejects.toThrow(/none of the 2 pictures/);
  });
});
