import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { layTree, removeTrees, rowsOf, tinyPicture } from '../testing/layout-tree.js';
import { importDataset, padchest, padchestLists } from './index.js';
import { labelsOf } from './padchest.js';

const real = resolve(process.env.SYNRAY_TEST_DATA ?? '../shared/data');
const TABLE = 'PADCHEST_chest_x_ray_images_labels_160K_01.02.19.csv';
/** The header line as published; the first column has no name. */
const HEADER =
  ',ImageID,ImageDir,StudyDate_DICOM,StudyID,PatientID,PatientBirth,PatientSex_DICOM,ViewPosition_DICOM,Projection,MethodProjection,Pediatric,Modality_DICOM,Manufacturer_DICOM,PhotometricInterpretation_DICOM,PixelRepresentation_DICOM,PixelAspectRatio_DICOM,SpatialResolution_DICOM,BitsStored_DICOM,WindowCenter_DICOM,WindowWidth_DICOM,Rows_DICOM,Columns_DICOM,XRayTubeCurrent_DICOM,Exposure_DICOM,ExposureInuAs_DICOM,ExposureTime,RelativeXRayExposure_DICOM,ReportID,Report,MethodLabel,Labels,Localizations,LabelsLocalizationsBySentence,labelCUIS,LocalizationsCUIS';
let line = 0;
function row(
  facts: Partial<Record<'id' | 'dir' | 'study' | 'birth' | 'view' | 'method' | 'labels', string>>,
): string {
  const { id = `pic_${line}.png`, dir = '0', study = 's1', birth = '1930.0', view = 'PA' } = facts;
  const { method = 'Physician', labels = "['normal']" } = facts;
  return `${line++},${id},${dir},20140915,${study},839,${birth},F,POSTEROANTERIOR,${view},Manual review of DICOM fields,No,CR,ImagingDynamicsCompanyLtd,MONOCHROME2,0,,0.15,12,2048,4096,2021,2021,,10,,8,,4765777,sin hallazgos . ,${method},"${labels}",[],"[['normal'], ['normal']]",[],[]`;
}
const table = (...rows: string[]) => [HEADER, ...rows, ''].join('\n');

afterAll(removeTrees);

describe('padchest', () => {
  it('reads labels, views, ages, patients and studies', async () => {
    const text = table(
      row({ id: 'a.png', labels: "['pleural effusion', ' COPD signs', 'pleural effusion', '']" }),
      row({ id: 'b.png', dir: '10', view: 'AP_horizontal', birth: '', method: 'RNN_model' }),
      row({ id: 'c.png', view: 'L' }),
      row({ id: 'd.png', labels: "['exclude']" }),
      row({ id: 'e.png', labels: 'nan' }),
      row({ id: 'f.png', view: 'COSTAL' }),
    );
    const folder = await layTree({
      [TABLE]: text,
      '0/a.png': await tinyPicture(1),
      '10/b.png': await tinyPicture(2),
    });
    const rows = await rowsOf(await padchest.open(folder, {}));
    expect(rows).toEqual([
      {
        id: 'a',
        split: 'train',
        file: join(folder, '0/a.png'),
        findings: '',
        impression: '',
        labels: ['pleural effusion', 'COPD signs'],
        patient: '839',
        study: 's1',
        view: 'PA',
        sex: 'F',
        age: 84,
        boxes: [],
        source: 'padchest',
      },
      expect.objectContaining({ id: 'b', view: 'AP supine', age: null, labels: ['normal'] }),
    ]);
    const all = await rowsOf(await padchest.open(folder, { views: ['all'], physician: true, split: 'Test' }));
    expect(all.map(({ id, view, split }) => [id, view, split])).toEqual([
      ['a', 'PA', 'test'],
      ['c', 'lateral', 'test'],
      ['f', null, 'test'],
    ]);
    expect((await rowsOf(await padchest.open(folder, { reports: true })))[0]!.findings).toBe(
      'sin hallazgos .',
    );
    expect(await importDataset(await padchest.open(folder, {}), { out: join(folder, 'out') })).toMatchObject({
      samples: 2,
      patients: 1,
    });
  });

  it('keeps the labels of a list, and pictures without any of them', async () => {
    const folder = await layTree({
      [TABLE]: table(
        row({ id: 'a.png', labels: "['cyst', 'COPD signs', 'fracture']" }),
        row({ id: 'b.png', labels: "['scoliosis']" }),
      ),
    });
    const labels = async (classes: string) =>
      (await rowsOf(await padchest.open(folder, { classes }))).map(found => found.labels);
    expect(await labels('seen')).toEqual([['fracture'], []]);
    expect(await labels('rare')).toEqual([['cyst'], []]);
    expect(await labels('unseen')).toEqual([['cyst', 'COPD signs'], []]);
    await expect(labels('common')).rejects.toThrow(
      /--classes "common" is not known \(give seen, rare, unseen\)/,
    );
  });

  it('finds pictures that lie flat, and names what is missing', async () => {
    const flat = await layTree({
      [TABLE]: table(row({ id: 'a.png', dir: '7' }), row({ id: 'b.png' })),
      'images/a.png': await tinyPicture(1),
    });
    expect((await rowsOf(await padchest.open(flat, { partial: true }))).map(({ id }) => id)).toEqual(['a']);
    const [, missing] = await rowsOf(await padchest.open(flat, {}));
    expect(missing!.file).toBe(join(flat, '0/b.png'));
    await expect(padchest.open(await layTree({ 'a.txt': '' }), {})).rejects.toThrow(
      /there is no PADCHEST_chest/,
    );
    const spoiled = await layTree({ [TABLE]: table(row({ labels: 'normal; cyst' })) });
    await expect(padchest.open(spoiled, {})).rejects.toThrow(/column "Labels" is no list/);
    const hostile = await layTree({ [TABLE]: table(row({ id: '../../x.png' })) });
    await expect(padchest.open(hostile, {})).rejects.toThrow(/names no picture inside of the folder/);
  });

  it('divides patients where told so', async () => {
    const rows = Array.from({ length: 20 }, (_, patient) =>
      row({ id: `p${patient}.png` }).replace(',839,', `,${patient % 10},`),
    );
    const folder = await layTree({ [TABLE]: table(...rows) });
    const found = await rowsOf(await padchest.open(folder, { splitByPatient: '60/40' }));
    expect(found.filter(({ split }) => split === 'test')).toHaveLength(8);
    expect(new Set(found.map(({ patient, split }) => `${patient} ${split}`)).size).toBe(10);
    const both = padchest.open(folder, { splitByPatient: '60/40', split: 'test' });
    await expect(both).rejects.toThrow(/exclude each other/);
  });

  it('reads back every list that Python prints of such names', () => {
    const name = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9 -]{0,20}[a-z]$/);
    const printed = fc.array(fc.tuple(name, fc.boolean()), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(printed, names => {
        // Python takes double quotes where there is an apostrophe in the text.
        const items = names.map(([text, quoted]) => (quoted ? `"${text}'s"` : `'${text}'`));
        const wanted = names.map(([text, quoted]) => (quoted ? `${text}'s` : text));
        expect(labelsOf(`[${items.join(', ')}]`, 't')).toEqual([...new Set(wanted)]);
      }),
    );
    for (const broken of ["['a'", "'a'", '[a]', "['a' 'b']", "['a']]", "['a', b]"]) {
      expect(() => labelsOf(broken, 't')).toThrow(/no list/);
    }
    expect(labelsOf('[]', 't')).toEqual([]);
  });
});

describe('lists of classes', () => {
  it('do not overlap between seen and unseen, and the unseen hold the rare', () => {
    const { seen, rare, unseen } = padchestLists;
    expect([seen, rare, unseen].map(list => new Set(list).size)).toEqual([14, 39, 60]);
    expect(seen.filter(name => unseen.includes(name))).toEqual([]);
    expect(rare.filter(name => !unseen.includes(name))).toEqual([]);
  });

  it.skipIf(!existsSync(real))(
    'are names of the published tree of labels (needs ../shared/data)',
    async () => {
      const tree = await readFile(join(real, 'label-tables/padchest_concept_tree.txt'), 'utf8');
      const known = new Set([...tree.matchAll(/label: (.+)/g)].map(([, name]) => name!.trim()));
      const { seen, unseen } = padchestLists;
      // The tree names it by its parts: hypoexpansion, and basal as a place.
      expect([...seen, ...unseen].filter(name => !known.has(name))).toEqual(['hypoexpansion basal']);
    },
  );
});
