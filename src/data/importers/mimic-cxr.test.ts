import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { openDataset } from '../dataset/index.js';
import { layTree, removeTrees, rowsOf, tinyPicture } from '../testing/layout-tree.js';
import { zipOf } from '../testing/zip.js';
import { importDataset, mimicCxrJpg } from './index.js';

/** Header lines as published; rows of our own. */
const METADATA = `dicom_id,subject_id,study_id,PerformedProcedureStepDescription,ViewPosition,Rows,Columns,StudyDate,StudyTime,ProcedureCodeSequence_CodeMeaning,ViewCodeSequence_CodeMeaning,PatientOrientationCodeSequence_CodeMeaning
02aa-04,10000001,50000001,CHEST (PA AND LAT),AP,3056,2544,21800506,213014.531,CHEST (PA AND LAT),antero-posterior,Erect
02aa-05,10000001,50000001,CHEST (PA AND LAT),PA,3056,2544,21800506,213014.531,CHEST (PA AND LAT),postero-anterior,Erect
02aa-06,10000001,50000001,CHEST (PA AND LAT),LATERAL,3056,2544,21800506,213014.531,CHEST (PA AND LAT),lateral,Erect
03bb-01,11000002,50000002,"CHEST, PORTABLE",AP LLD,3056,2544,21800506,213014.531,CHEST (PORTABLE AP),,
03bb-02,11000002,50000002,"CHEST, PORTABLE",AP,3056,2544,21800506,213014.531,CHEST (PORTABLE AP),,
04cc-01,11000003,50000003,CHEST (PA AND LAT),,3056,2544,21800506,213014.531,,,
04cc-02,11000003,50000003,CHEST (PA AND LAT),PA,3056,2544,21800506,213014.531,,,
`;
const SPLIT = `dicom_id,study_id,subject_id,split
02aa-04,50000001,10000001,train
02aa-05,50000001,10000001,train
02aa-06,50000001,10000001,train
03bb-01,50000002,11000002,validate
03bb-02,50000002,11000002,validate
04cc-01,50000003,11000003,test
04cc-02,50000003,11000003,test
`;
const HEADER =
  'subject_id,study_id,Atelectasis,Cardiomegaly,Consolidation,Edema,Enlarged Cardiomediastinum,Fracture,Lung Lesion,Lung Opacity,No Finding,Pleural Effusion,Pleural Other,Pneumonia,Pneumothorax,Support Devices';
const CHEXPERT = `${HEADER}
10000001,50000001,1.0,,-1.0,0.0,,,,,,1.0,,,,
11000002,50000002,,,,,,,,,1.0,,,,,
`;
const NEGBIO = `${HEADER}
10000001,50000001,,,,,,,,,,-1.0,,,,
`;
const LABELED = `study_id,Airspace Opacity,Atelectasis,Pneumonia
50000003,1.0,0.0,-1.0
`;
const REPORT = 'FINAL REPORT\n\nFINDINGS: Small effusion.\n\nIMPRESSION: Effusion.\n';
const STUDY = 'files/p10/p10000001/s50000001';

async function download(more: Record<string, string | Uint8Array> = {}): Promise<string> {
  return layTree({
    'mimic-cxr-2.0.0-metadata.csv.gz': gzipSync(METADATA),
    'mimic-cxr-2.0.0-split.csv.gz': gzipSync(SPLIT),
    'mimic-cxr-2.0.0-chexpert.csv.gz': gzipSync(CHEXPERT),
    'mimic-cxr-2.0.0-negbio.csv': NEGBIO,
    'mimic-cxr-2.1.0-test-set-labeled.csv': LABELED,
    [`${STUDY}/02aa-04.jpg`]: await tinyPicture(1),
    [`${STUDY}/02aa-05.jpg`]: await tinyPicture(2),
    [`${STUDY}/02aa-06.jpg`]: await tinyPicture(3),
    'files/p11/p11000002/s50000002/03bb-02.jpg': await tinyPicture(4),
    'files/p11/p11000003/s50000003/04cc-02.jpg': await tinyPicture(5),
    ...more,
  });
}

afterAll(removeTrees);

describe('mimic-cxr', () => {
  it('reads frontal pictures with labels, what is open, study, patient and the official split', async () => {
    const folder = await download();
    const rows = await rowsOf(await mimicCxrJpg.open(folder, {}));
    expect(rows.map(({ id, split, view }) => [id, split, view])).toEqual([
      ['02aa-04', 'train', 'AP'],
      ['02aa-05', 'train', 'PA'],
      ['03bb-02', 'validation', 'AP'],
      ['04cc-02', 'test', 'PA'],
    ]);
    expect(rows[0]).toEqual({
      id: '02aa-04',
      split: 'train',
      file: join(folder, STUDY, '02aa-04.jpg'),
      findings: '',
      impression: '',
      labels: ['Atelectasis', 'Pleural Effusion'],
      uncertain: ['Consolidation'],
      patient: 'p10000001',
      study: 's50000001',
      view: 'AP',
      sex: null,
      age: null,
      boxes: [],
      source: 'mimic-cxr',
    });
    expect(rows[2]).not.toHaveProperty('uncertain');
    // A study that the labeller could not read counts for no label, neither as with it nor as without.
    expect(rows[3]!.labels).toEqual([]);
    expect(rows[3]!.uncertain).toHaveLength(14);
  });

  it('takes one picture a study, other views and another labeller when told so', async () => {
    const folder = await download();
    const one = await rowsOf(await mimicCxrJpg.open(folder, { onePerStudy: true, labeller: 'negbio' }));
    expect(one.map(({ id }) => id)).toEqual(['02aa-05', '03bb-02', '04cc-02']);
    expect(one[0]).toMatchObject({ labels: [], uncertain: ['Pleural Effusion'] });
    const all = await rowsOf(await mimicCxrJpg.open(folder, { views: ['all'] }));
    expect(all.map(({ view }) => view)).toEqual(['AP', 'PA', 'lateral', null, 'AP', null, 'PA']);
    const lateral = await rowsOf(await mimicCxrJpg.open(folder, { views: ['lateral'] }));
    expect(lateral.map(({ id }) => id)).toEqual(['02aa-06']);
  });

  it('takes the studies that radiologists labelled alone', async () => {
    const rows = await rowsOf(await mimicCxrJpg.open(await download(), { labeller: 'radiologist' }));
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatchObject({ id: '04cc-02', labels: ['Lung Opacity'], uncertain: ['Pneumonia'] });
  });

  it('reads reports from the archive, its folder, or beside the pictures, all to one fingerprint', async () => {
    const name = 'files/p10/p10000001/s50000001.txt';
    const archive = zipOf({ [name]: REPORT, 'files/p11/p11000002/s50000002.txt': 'Clear lungs.' });
    const apart = await layTree({ 'mimic-cxr-reports.zip': archive, [`unpacked/${name}`]: REPORT });
    const inside = await download({ [name]: REPORT, 'files/p11/p11000002/s50000002.txt': 'Clear lungs.' });
    const zip = await mimicCxrJpg.open(await download(), { reports: join(apart, 'mimic-cxr-reports.zip') });
    const [first, , third, fourth] = await rowsOf(zip);
    expect(first).toMatchObject({ findings: 'Small effusion.', impression: 'Effusion.' });
    expect([third!.findings, fourth!.findings]).toEqual(['Clear lungs.', '']);
    const beside = await mimicCxrJpg.open(inside, {});
    expect(beside.settings).toEqual(zip.settings);
    const without = await mimicCxrJpg.open(inside, { reports: 'none' });
    expect(without.settings).not.toEqual(zip.settings);
    const part = await mimicCxrJpg.open(await download(), { reports: join(apart, 'unpacked') });
    expect((await rowsOf(part)).map(({ findings }) => findings)).toEqual([
      'Small effusion.',
      'Small effusion.',
      '',
      '',
    ]);
  });

  it('becomes a data set', async () => {
    const folder = await download();
    const out = join(folder, 'out');
    const source = await mimicCxrJpg.open(folder, { views: ['PA', 'lateral'] });
    expect(await importDataset(source, { out })).toMatchObject({ samples: 3, patients: 2 });
    const dataset = await openDataset(out);
    expect([dataset.count('train'), dataset.count('test')]).toEqual([2, 1]);
  });

  it('takes a part of the download only when told so', async () => {
    const folder = await layTree({
      'mimic-cxr-2.0.0-metadata.csv': METADATA,
      'mimic-cxr-2.0.0-split.csv': SPLIT,
      'mimic-cxr-2.0.0-chexpert.csv': CHEXPERT,
      [`${STUDY}/02aa-04.jpg`]: await tinyPicture(1),
    });
    expect((await mimicCxrJpg.open(folder, {})).count).toBe(4);
    const part = await mimicCxrJpg.open(folder, { partial: true, onePerStudy: true });
    expect((await rowsOf(part)).map(({ id }) => id)).toEqual(['02aa-04']);
    expect(part.description).toContain('1 of 4 pictures');
  });

  it('names the table, column or option that is wrong, and no patient', async () => {
    const open = async (files: Record<string, string>, options = {}) =>
      mimicCxrJpg.open(await layTree(files), options);
    await expect(open({ 'a.txt': '' })).rejects.toThrow(/there is no mimic-cxr-2\.0\.0-metadata\.csv/);
    const tables = {
      'mimic-cxr-2.0.0-metadata.csv': METADATA,
      'mimic-cxr-2.0.0-split.csv': SPLIT,
      'mimic-cxr-2.0.0-chexpert.csv': CHEXPERT,
    };
    await expect(open(tables, { labeller: 'negbio' })).rejects.toThrow(/no mimic-cxr-2\.0\.0-negbio\.csv/);
    await expect(open(tables, { labeller: 'me' })).rejects.toThrow(/give chexpert, negbio, radiologist/);
    await expect(open(tables, { views: ['oblique'] })).rejects.toThrow(/"oblique" is no view/);
    await expect(open(tables, { partial: true })).rejects.toThrow(/none of the 4 pictures/);
    await expect(open(tables, { reports: '/nowhere' })).rejects.toThrow(/no such file or folder/);
    const headless = { ...tables, 'mimic-cxr-2.0.0-metadata.csv': METADATA.replace('dicom_id', 'image') };
    await expect(open(headless)).rejects.toThrow(/no column "dicom_id"/);
    const odd = { ...tables, 'mimic-cxr-2.0.0-chexpert.csv': CHEXPERT.replace('-1.0', '2.0') };
    await expect(open(odd)).rejects.toThrow(/column "Consolidation" is none of 1, 0, -1/);
    const short = { ...tables, 'mimic-cxr-2.0.0-split.csv': SPLIT.replace(/04cc-02.*\n/, '') };
    await expect(open(short)).rejects.toThrow(/not in the table of splits/);
    const hostile = {
      ...tables,
      'mimic-cxr-2.0.0-metadata.csv': METADATA.replace('02aa-04', '../../x'),
      'mimic-cxr-2.0.0-split.csv': SPLIT.replace('02aa-04', '../../x'),
    };
    await expect(open(hostile)).rejects.toThrow(/names no picture inside of the folder/);
    const twice = { ...tables, 'mimic-cxr-2.0.0-metadata.csv': METADATA + METADATA.split('\n')[1] };
    const fault = await open(twice).catch((error: Error) => error.message);
    expect(fault).toMatch(/two of the first 5 rows are of the same picture/);
    expect(fault).not.toContain('10000001');
    const report = { 'files/p10/p10000001/s50000001.txt': 'a\u0000b' };
    const broken = await open({ ...tables, ...report }).catch((error: Error) => error.message);
    expect(broken).toMatch(/a report in it cannot be read: it is not text/);
    expect(broken).not.toContain('p10000001');
  });
});
