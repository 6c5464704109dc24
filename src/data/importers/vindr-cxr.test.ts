import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { openDataset } from '../dataset/index.js';
import { layTree, removeTrees, rowsOf, tinyPicture } from '../testing/layout-tree.js';
import { importDataset, vindrCxr } from './index.js';
import { agreedBoxes, type ReaderBox } from './vindr-cxr-boxes.js';

const NAMES = [
  ...[
    'Aortic enlargement',
    'Atelectasis',
    'Calcification',
    'Cardiomegaly',
    'Clavicle fracture',
    'Consolidation',
  ],
  ...['Edema', 'Emphysema', 'Enlarged PA', 'ILD', 'Infiltration', 'Lung Opacity', 'Lung cavity', 'Lung cyst'],
  ...['Mediastinal shift', 'Nodule/Mass', 'Pleural effusion', 'Pleural thickening', 'Pneumothorax'],
  ...[
    'Pulmonary fibrosis',
    'Rib fracture',
    'Other lesion',
    'COPD',
    'Lung tumor',
    'Pneumonia',
    'Tuberculosis',
  ],
];
const labels = (set: readonly string[], other: string) =>
  [...NAMES, other, 'No finding'].map(name => (set.includes(name) ? 1 : 0)).join();
const trainLabels = (rows: readonly (readonly [string, string, readonly string[]])[]) =>
  [
    ['image_id,rad_id', ...NAMES, 'Other diseases', 'No finding'].join(),
    ...rows.map(([id, reader, set]) => `${id},${reader},${labels(set, 'Other diseases')}`),
    '',
  ].join('\n');
const TREE = {
  'annotations/image_labels_train.csv': trainLabels([
    ['aa01', 'R1', ['Cardiomegaly', 'Nodule/Mass']],
    ['aa01', 'R2', ['Cardiomegaly', 'Other diseases']],
    ['aa01', 'R3', ['Cardiomegaly', 'Other diseases']],
    ['aa02', 'R8', ['No finding']],
    ['aa02', 'R9', ['No finding']],
    ['aa02', 'R10', ['No finding']],
  ]),
  'annotations/annotations_train.csv': `image_id,rad_id,class_name,x_min,y_min,x_max,y_max
aa01,R1,Cardiomegaly,0,0,4,2
aa01,R2,Cardiomegaly,1,0,5,2
aa01,R3,Cardiomegaly,6,3,8,4
aa01,R1,Nodule/Mass,0,0,1,1
aa02,R8,No finding,,,,
`,
  'annotations/image_labels_test.csv': [
    ['image_id', ...NAMES, 'Other disease', 'No finding'].join(),
    `bb01,${labels(['Other disease', 'Pneumonia'], 'Other disease')}`,
    '',
  ].join('\n'),
  'annotations/annotations_test.csv': `image_id,class_name,x_min,y_min,x_max,y_max
bb01,Consolidation,2,1,6,3
`,
};

afterAll(removeTrees);

describe('vindr-cxr', () => {
  it('takes what most readers say, leaves open what few say, and joins the boxes they agree on', async () => {
    const folder = await layTree({ ...TREE, 'train/aa01.dicom': 'x', 'test/bb01.png': 'x' });
    const [first, second, third] = await rowsOf(await vindrCxr.open(folder, {}));
    expect(first).toEqual({
      id: 'aa01',
      split: 'train',
      file: join(folder, 'train/aa01.dicom'),
      findings: '',
      impression: '',
      labels: ['Cardiomegaly', 'Other disease'],
      uncertain: ['Nodule/Mass'],
      patient: 'aa01',
      view: 'PA',
      sex: null,
      age: null,
      boxes: [{ label: 'Cardiomegaly', pixels: [0.5, 0, 4, 2], drawnOn: undefined }],
      source: 'vindr-cxr',
    });
    expect(second).toMatchObject({ id: 'aa02', labels: ['No finding'], boxes: [] });
    expect(second!.file).toBe(join(folder, 'train/aa02.dicom'));
    expect(third).toMatchObject({
      split: 'test',
      file: join(folder, 'test/bb01.png'),
      labels: ['Pneumonia', 'Other disease'],
      boxes: [{ label: 'Consolidation', pixels: [2, 1, 4, 2] }],
    });
  });

  it('takes all that any reader says when told so', async () => {
    const [first] = await rowsOf(await vindrCxr.open(await layTree(TREE), { readers: 'any' }));
    expect(first!.labels.sort()).toEqual(['Cardiomegaly', 'Nodule/Mass', 'Other disease']);
    expect(first).not.toHaveProperty('uncertain');
    expect(first!.boxes).toHaveLength(4);
  });

  it('scales boxes by the original sizes where pictures were made smaller', async () => {
    const sizes = 'image_id,dim0,dim1\naa01,4,8\nbb01,8,16\n';
    const folder = await layTree({
      ...TREE,
      'meta.csv': sizes,
      'test/bb01.png': await tinyPicture(3),
    });
    const source = await vindrCxr.open(folder, { sizes: join(folder, 'meta.csv'), partial: true });
    const out = join(folder, 'out');
    expect(await importDataset(source, { out })).toMatchObject({ samples: 1 });
    for await (const { regions } of (await openDataset(out)).samples()) {
      expect(regions[0]!.box).toEqual([2 / 16, 1 / 8, 6 / 16, 3 / 8]);
    }
  });

  it('names what is missing or odd', async () => {
    const open = async (changes: Record<string, string>, options = {}) =>
      vindrCxr.open(await layTree({ ...TREE, ...changes }), options);
    await expect(vindrCxr.open(await layTree({ a: '' }), {})).rejects.toThrow(
      /no annotations\/image_labels_train/,
    );
    const { 'annotations/annotations_test.csv': _, ...lacking } = TREE;
    await expect(vindrCxr.open(await layTree(lacking), {})).rejects.toThrow(/no annotations_test\.csv/);
    await expect(open({}, { readers: 'R1' })).rejects.toThrow(/give majority, any/);
    await expect(open({}, { partial: true })).rejects.toThrow(/none of the 3 pictures/);
    const train = TREE['annotations/annotations_train.csv'];
    const boxes = (text: string) => open({ 'annotations/annotations_train.csv': text });
    await expect(boxes(train.replace('6,3,8,4', '8,3,6,4'))).rejects.toThrow(/no box x_min < x_max/);
    await expect(boxes(train.replace('6,3,8,4', '6,3,8,'))).rejects.toThrow(/no box x_min < x_max/);
    await expect(boxes(train.replace('x_max', 'right'))).rejects.toThrow(/no column "x_max"/);
    const sizes = join(await layTree({ 'meta.csv': 'image_id,dim0,dim1\naa02,4,8\n' }), 'meta.csv');
    await expect(open({}, { sizes })).rejects.toThrow(/--sizes has no row/);
  });
});

describe('boxes that readers agree on', () => {
  const box = fc.record({
    reader: fc.constantFrom('R1', 'R2', 'R3'),
    label: fc.constantFrom('a', 'b'),
    corners: fc
      .tuple(fc.nat(50), fc.nat(50), fc.integer({ min: 1, max: 50 }), fc.integer({ min: 1, max: 50 }))
      .map(([x, y, w, h]) => [x, y, x + w, y + h] as const),
  });

  it('are no more than half as many as were drawn, and lie inside of what was drawn', () => {
    fc.assert(
      fc.property(fc.array(box, { maxLength: 12 }), boxes => {
        const agreed = agreedBoxes(boxes, 3);
        expect(2 * agreed.length).toBeLessThanOrEqual(boxes.length);
        for (const { label, pixels } of agreed) {
          const same = boxes.filter(other => other.label === label);
          expect(pixels[0]).toBeGreaterThanOrEqual(Math.min(...same.map(({ corners }) => corners[0])));
          expect(pixels[0] + pixels[2]).toBeLessThanOrEqual(
            Math.max(...same.map(({ corners }) => corners[2])) + 1e-9,
          );
        }
      }),
    );
  });

  it('are a reader’s own boxes when all readers drew the same, and none when one draws twice', () => {
    fc.assert(
      fc.property(box, drawn => {
        const by = (reader: string): ReaderBox => ({ ...drawn, reader });
        const [x0, y0, x1, y1] = drawn.corners;
        const [first, ...others] = agreedBoxes([by('R1'), by('R2'), by('R3')], 3);
        expect(others).toEqual([]);
        expect(first).toEqual({ label: drawn.label, pixels: [x0, y0, x1 - x0, y1 - y0], drawnOn: undefined });
        expect(agreedBoxes([by('R1'), by('R1')], 3)).toEqual([]);
      }),
    );
  });
});
