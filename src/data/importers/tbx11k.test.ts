import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openDataset } from '../dataset/index.js';
import { layTree, removeTrees, rowsOf, tinyPicture } from '../testing/layout-tree.js';
import { importDataset, tbx11k } from './index.js';

const sample = resolve(process.env.SYNRAY_TEST_DATA ?? '../shared/data', 'loader-fixtures/tbx11k_test_data');

const categories = [
  { id: 1, name: 'ActiveTuberculosis', supercategory: 'Tuberculosis' },
  { id: 2, name: 'ObsoletePulmonaryTuberculosis', supercategory: 'Tuberculosis' },
];
const image = (id: number, file_name: string) => ({ id, file_name, width: 512, height: 512 });
const TRAIN = {
  categories,
  images: [image(1, 'tb/tb0005.png'), image(2, 'health/h0001.png')],
  annotations: [
    { id: 1, image_id: 1, category_id: 1, iscrowd: 0, area: 1, bbox: [128, 256, 64, 32] },
    { id: 2, image_id: 1, category_id: 2, iscrowd: 0, area: 1, bbox: [0, 0, 512, 512] },
    { id: 3, image_id: 1, category_id: 1, iscrowd: 0, area: 1, bbox: [1, 2, 3, 4] },
  ],
};
const VAL = { categories, images: [image(9, 'sick/s0001.png')], annotations: [] };
const TREE = {
  'annotations/json/TBX11K_train.json': JSON.stringify(TRAIN),
  'annotations/json/TBX11K_val.json': JSON.stringify(VAL),
  'lists/TBX11K_train.txt': 'tb/tb0005.png\r\nhealth/h0001.png\r\n',
  'lists/TBX11K_val.txt': 'sick/s0001.png\n',
  'lists/all_test.txt': 'test/test_00001.png\n',
};

afterAll(removeTrees);

describe('tbx11k', () => {
  it('reads folders, boxes and the official split', async () => {
    const folder = await layTree(TREE);
    const rows = await rowsOf(await tbx11k.open(folder, {}));
    expect(rows.map(({ id, split, labels }) => [id, split, labels])).toEqual([
      ['tb/tb0005', 'train', ['Tuberculosis', 'ActiveTuberculosis', 'ObsoletePulmonaryTuberculosis']],
      ['health/h0001', 'train', ['Healthy']],
      ['sick/s0001', 'validation', ['Sick but non-TB']],
    ]);
    expect(rows[0]!.boxes[0]).toEqual({
      label: 'ActiveTuberculosis',
      pixels: [128, 256, 64, 32],
      drawnOn: [512, 512],
    });
    expect(rows[0]!.boxes).toHaveLength(3);
  });

  it('takes the pictures that are there of a part of it', async () => {
    const folder = await layTree({ ...TREE, 'imgs/tb/tb0005.png': await tinyPicture(1) });
    const source = await tbx11k.open(folder, { partial: true });
    const out = join(folder, 'out');
    expect(await importDataset(source, { out })).toMatchObject({ samples: 1 });
    for await (const { regions } of (await openDataset(out)).samples()) {
      expect(regions[0]!.box).toEqual([0.25, 0.5, 0.375, 0.5625]);
    }
    await expect(tbx11k.open(await layTree(TREE), { partial: true })).rejects.toThrow(
      /none of the 3 pictures/,
    );
  });

  it('names what is missing or does not fit', async () => {
    const open = async (changes: Record<string, string>) =>
      tbx11k.open(await layTree({ ...TREE, ...changes }), {});
    await expect(tbx11k.open(await layTree({ a: '' }), {})).rejects.toThrow(
      /no annotations\/json\/TBX11K_train/,
    );
    const train = (value: unknown) => open({ 'annotations/json/TBX11K_train.json': JSON.stringify(value) });
    await expect(open({ 'annotations/json/TBX11K_train.json': '{"images": [' })).rejects.toThrow(
      /no whole JSON/,
    );
    await expect(train({ ...TRAIN, images: 3 })).rejects.toThrow(/TBX11K_train\.json: at images/);
    await expect(train({ ...TRAIN, categories: [] })).rejects.toThrow(/does not list/);
    await expect(open({ 'lists/TBX11K_train.txt': 'tb/tb0007.png' })).rejects.toThrow(
      /tb\/tb0007\.png of the list/,
    );
    await expect(open({ 'lists/TBX11K_train.txt': '../x/tb0007.png' })).rejects.toThrow(/no picture inside/);
    await expect(open({ 'lists/TBX11K_train.txt': 'extra/a/b.png' })).rejects.toThrow(/none of the folders/);
  });

  it.skipIf(!existsSync(sample))(
    'reads a real sample, which has no lists (needs ../shared/data)',
    async () => {
      const out = join(await layTree({}), 'out');
      const result = await importDataset(await tbx11k.open(sample, {}), { out });
      expect(result).toMatchObject({ samples: 3, skipped: [] });
      expect(result.labels).toEqual({
        Tuberculosis: 2,
        Healthy: 1,
        ActiveTuberculosis: 1,
        ObsoletePulmonaryTuberculosis: 1,
      });
      const regions: number[] = [];
      for await (const found of (await openDataset(out)).samples()) regions.push(found.regions.length);
      expect(regions).toEqual([1, 2, 0]);
    },
  );
});
