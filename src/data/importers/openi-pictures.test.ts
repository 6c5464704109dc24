import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { create } from 'tar';
import { afterAll, describe, expect, it } from 'vitest';
import { layTree, removeTrees, rowsOf, tinyPicture } from '../testing/layout-tree.js';
import { importDataset, openiPictures } from './index.js';

const reports = resolve(process.env.SYNRAY_TEST_DATA ?? '../shared/data', 'openi-reports');

const xmlOf = (id: string, pictures: readonly string[], codes: readonly string[]) => `<?xml version="1.0"?>
<eCitation><uId id="${id}"/><MedlineCitation><Article><Abstract>
<AbstractText Label="FINDINGS">Heart is large.</AbstractText><AbstractText Label="IMPRESSION">${id}</AbstractText>
</Abstract></Article></MedlineCitation>
<MeSH>${codes.map(code => `<major>${code}</major>`).join('')}</MeSH>
${pictures.map(name => `<parentImage id="${name}"><figureId>F1</figureId></parentImage>`).join('\n')}
</eCitation>`;
const REPORTS = {
  'ecgen-radiology/1.xml': xmlOf('CXR1', ['CXR1_1_IM-0001-3001', 'CXR1_1_IM-0001-4001'], ['normal']),
  'ecgen-radiology/2.xml': xmlOf(
    'CXR2',
    ['CXR2_IM-0652-1001'],
    ['Cardiomegaly/borderline', 'Cardiomegaly/mild', 'Nodule/lung'],
  ),
  'ecgen-radiology/3.xml': xmlOf('CXR3', [], ['normal']),
};
const pictures = async (folder: string) => ({
  [`${folder}CXR1_1_IM-0001-3001.png`]: await tinyPicture(1),
  [`${folder}CXR1_1_IM-0001-4001.png`]: await tinyPicture(2),
  [`${folder}CXR2_IM-0652-1001.png`]: await tinyPicture(3),
});

afterAll(removeTrees);

describe('openi-pictures', () => {
  it('joins pictures, reports and headings', async () => {
    const folder = await layTree({ ...REPORTS, ...(await pictures('NLMCXR_png/')) });
    const rows = await rowsOf(await openiPictures.open(folder, {}));
    expect(rows.map(({ id, patient, labels }) => [id, patient, labels])).toEqual([
      ['CXR1_1_IM-0001-3001', 'CXR1', ['normal']],
      ['CXR1_1_IM-0001-4001', 'CXR1', ['normal']],
      ['CXR2_IM-0652-1001', 'CXR2', ['Cardiomegaly', 'Nodule']],
    ]);
    expect(rows[2]).toEqual({
      id: 'CXR2_IM-0652-1001',
      split: 'train',
      file: join(folder, 'NLMCXR_png/CXR2_IM-0652-1001.png'),
      findings: 'Heart is large.',
      impression: 'CXR2',
      labels: ['Cardiomegaly', 'Nodule'],
      patient: 'CXR2',
      study: 'CXR2',
      view: null,
      sex: null,
      age: null,
      boxes: [],
      source: 'openi',
    });
    const out = join(folder, 'out');
    const source = await openiPictures.open(folder, { onePerStudy: true });
    expect(await importDataset(source, { out })).toMatchObject({ samples: 2, patients: 2 });
  });

  it('reads the archive of reports as it reads their folder', async () => {
    const folder = await layTree(await pictures(''));
    const apart = await layTree(REPORTS);
    await create({ gzip: true, file: join(apart, 'NLMCXR_reports.tgz'), cwd: apart }, ['ecgen-radiology']);
    const archive = await openiPictures.open(folder, { reports: join(apart, 'NLMCXR_reports.tgz') });
    const unpacked = await openiPictures.open(folder, { reports: apart });
    expect(archive.settings).toEqual(unpacked.settings);
    expect(archive.count).toBe(3);
    const divided = await openiPictures.open(folder, { reports: apart, splitByPatient: '50/50' });
    const splits = (await rowsOf(divided)).map(({ patient, split }) => `${patient} ${split}`);
    expect(new Set(splits).size).toBe(2);
  });

  it('chooses by a table of views, in either form', async () => {
    const folder = await layTree({
      ...REPORTS,
      ...(await pictures('')),
      'indiana_projections.csv': `uid,filename,projection
1,1_IM-0001-4001.dcm.png,Frontal
1,1_IM-0001-3001.dcm.png,Lateral
2,IM-0652-1001.dcm.png,Frontal
`,
      'tsne.csv': 'imageid,tsne-view\nCXR1_1_IM-0001-3001,L\nCXR1_1_IM-0001-4001,PA\n',
    });
    const by = async (name: string, views?: string[]) => {
      const options = { projections: join(folder, name), ...(views === undefined ? {} : { views }) };
      return (await rowsOf(await openiPictures.open(folder, options))).map(({ id, view }) => [id, view]);
    };
    expect(await by('indiana_projections.csv')).toEqual([
      ['CXR1_1_IM-0001-4001', null],
      ['CXR2_IM-0652-1001', null],
    ]);
    expect(await by('indiana_projections.csv', ['lateral'])).toEqual([['CXR1_1_IM-0001-3001', 'lateral']]);
    expect(await by('tsne.csv')).toEqual([['CXR1_1_IM-0001-4001', 'PA']]);
  });

  it('finds the DICOM files, which are named shorter, and a part of the pictures', async () => {
    const folder = await layTree({ ...REPORTS, 'NLMCXR_dcm/1/1_IM-0001-3001.dcm': 'x' });
    const rows = await rowsOf(await openiPictures.open(folder, { partial: true }));
    expect(rows.map(({ file }) => file)).toEqual([join(folder, 'NLMCXR_dcm/1/1_IM-0001-3001.dcm')]);
  });

  it('names what is missing', async () => {
    const empty = await layTree({ 'a.txt': '' });
    await expect(openiPictures.open(empty, {})).rejects.toThrow(/there are no XML reports in it/);
    const bare = await layTree({ 'ecgen-radiology/3.xml': REPORTS['ecgen-radiology/3.xml'] });
    await expect(openiPictures.open(bare, {})).rejects.toThrow(/none of its reports names a picture/);
    const without = await layTree(REPORTS);
    await expect(openiPictures.open(without, { partial: true })).rejects.toThrow(/none of the 3 pictures/);
    await expect(openiPictures.open(without, { views: ['odd'] })).rejects.toThrow(/"odd" is no view/);
  });

  it.skipIf(!existsSync(reports))('reads the real reports and views (needs ../shared/data)', async () => {
    const folder = await layTree({ 'CXR1_1_IM-0001-3001.png': await tinyPicture(1) });
    const options = {
      reports: join(reports, 'NLMCXR_reports.tgz'),
      projections: join(reports, 'nlmcxr_tsne_pa.csv.gz'),
    };
    const source = await openiPictures.open(folder, { ...options, views: ['lateral'], partial: true });
    const [row, ...others] = await rowsOf(source);
    expect(others).toEqual([]);
    expect(row).toMatchObject({ patient: 'CXR1', labels: ['normal'], view: 'lateral' });
    expect(row!.impression).toMatch(/^Normal chest/);
  });
});
