import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { list } from 'tar';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sha256, sha256OfFile } from '../../base/index.js';
import { DatasetWriter } from '../dataset/index.js';
import { encodePng } from '../images.js';
import type { Sample } from '../records/index.js';
import { cocoMask } from './coco-mask.js';
import { exportCoco, exportWebDataset } from './index.js';
import { endingOf, keyOf } from './sample-files.js';

let home: string;
let dataset: string;
let made = 0;
const fresh = () => join(home, `out${made++}`);

/** A square of 255 in a mask of 8 × 4. */
function square(left: number, top: number, side: number): Promise<Uint8Array> {
  const inside = (at: number) => {
    const [x, y] = [at % 8, Math.floor(at / 8)];
    return x >= left && x < left + side && y >= top && y < top + side;
  };
  return encodePng(
    Uint8Array.from({ length: 32 }, (_, at) => (inside(at) ? 255 : 0)),
    8,
    4,
  );
}

async function sampleOf(id: string, more: Partial<Sample> = {}): Promise<Sample> {
  const pixels = new Uint8Array(32).fill(id.length);
  return {
    id,
    image: { bytes: await encodePng(pixels, 8, 4), path: 'any' },
    findings: 'A nodule.',
    impression: 'Nodule.',
    labels: ['nodule'],
    patient: `p-${id}`,
    view: 'PA',
    sex: 'F',
    age: 40,
    mentions: [],
    regions: [],
    verdicts: [],
    source: 'test',
    ...more,
  };
}

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'synray-exports-'));
  dataset = join(home, 'dataset');
  const writer = await DatasetWriter.create(dataset, sha256('exports'));
  await writer.add(
    'train',
    await sampleOf('a/b.c', {
      study: 's',
      uncertain: ['mass'],
      regions: [
        { concept: 'nodule', box: [0.25, 0.25, 0.5, 0.75], mask: await square(2, 1, 2) },
        { concept: 'mass', box: [0, 0, 0.5, 1], mask: null },
      ],
      structures: [{ name: 'lungs', mask: await square(5, 0, 3) }],
    }),
  );
  for (const id of ['x1', 'x2', 'x3']) await writer.add('train', await sampleOf(id));
  const regions = [{ concept: 'mass', box: [0, 0, 1, 1] as [number, number, number, number], mask: null }];
  await writer.add('test', await sampleOf('t', { regions, findings: '', impression: '' }));
  await writer.finish({
    name: 'exports',
    provenance: { producer: 'test', version: '1.0.0', description: 'Made by the test.' },
    settings: {},
  });
});
afterAll(() => rm(home, { recursive: true }));

async function entriesOf(archive: string): Promise<Map<string, Buffer>> {
  const entries = new Map<string, Buffer>();
  await list({
    file: archive,
    onReadEntry(entry) {
      const parts: Buffer[] = [];
      entry.on('data', part => parts.push(part));
      entry.on('end', () => entries.set(entry.path, Buffer.concat(parts)));
    },
  });
  return entries;
}

async function treeOf(folder: string): Promise<Record<string, string>> {
  const files = (await readdir(folder, { recursive: true, withFileTypes: true })).filter(entry =>
    entry.isFile(),
  );
  const paths = files.map(entry => join(entry.parentPath, entry.name)).sort();
  return Object.fromEntries(
    await Promise.all(paths.map(async path => [path.slice(folder.length), await sha256OfFile(path)])),
  );
}

describe('keys', () => {
  it('are plain, short, and different for different ids', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.string({ unit: 'binary', maxLength: 120 }), { maxLength: 20 }), ids => {
        const keys = ids.map(keyOf);
        expect(new Set(keys).size).toBe(ids.length);
        expect(keys.every(key => /^[A-Za-z0-9_-]{1,73}$/.test(key))).toBe(true);
      }),
    );
    expect(keyOf('sample-0001_b')).toBe('sample-0001_b');
  });

  it('get the ending of what the bytes are', () => {
    expect(
      [[0x89], [0xff, 0xd8], [0x49, 0x49], [0x52]].map(bytes => endingOf(Uint8Array.from(bytes))),
    ).toEqual(['png', 'jpg', 'tif', 'webp']);
  });
});

describe('exportWebDataset', () => {
  it('puts picture, text, facts and masks of each sample side by side', async () => {
    const out = fresh();
    const seen: number[] = [];
    const result = await exportWebDataset({ dataset, out, onProgress: done => seen.push(done) });
    expect(result.files.map(({ file, split, samples }) => [file, split, samples])).toEqual([
      ['train-000000.tar', 'train', 4],
      ['test-000000.tar', 'test', 1],
    ]);
    expect(seen).toEqual([1, 2, 3, 4, 5]);
    const entries = await entriesOf(join(out, 'train-000000.tar'));
    const key = keyOf('a/b.c');
    expect([...entries.keys()].slice(0, 6)).toEqual([
      `${key}.png`,
      `${key}.txt`,
      `${key}.json`,
      `${key}.region-0.png`,
      `${key}.structure-0.png`,
      'x1.png',
    ]);
    expect(entries.get(`${key}.txt`)!.toString()).toBe('A nodule.\nNodule.');
    expect(new Uint8Array(entries.get(`${key}.region-0.png`)!)).toEqual(await square(2, 1, 2));
    expect(JSON.parse(entries.get(`${key}.json`)!.toString())).toMatchObject({
      id: 'a/b.c',
      labels: ['nodule'],
      uncertain: ['mass'],
      patient: 'p-a/b.c',
      study: 's',
      view: 'PA',
      regions: [
        { concept: 'nodule', box: [0.25, 0.25, 0.5, 0.75], mask: 'region-0.png' },
        { concept: 'mass', mask: null },
      ],
      structures: [{ name: 'lungs', mask: 'structure-0.png' }],
    });
    const { bytes, sha256: hash } = result.files[0]!;
    const archive = await readFile(join(out, 'train-000000.tar'));
    expect([archive.length, sha256(archive)]).toEqual([bytes, hash]);
  });

  it('closes archives by size, gives the same bytes twice, and does finished work once', async () => {
    const [first, second] = [fresh(), fresh()];
    const options = { dataset, shardBytes: 4000, splits: ['train'] };
    const result = await exportWebDataset({ ...options, out: first });
    expect(result.files.length).toBeGreaterThan(1);
    expect(result.files.reduce((sum, { samples }) => sum + samples, 0)).toBe(4);
    expect(await exportWebDataset({ ...options, out: second })).toEqual(result);
    expect(await treeOf(first)).toEqual(await treeOf(second));
    let worked = 0;
    expect(await exportWebDataset({ ...options, out: first, onProgress: () => worked++ })).toEqual(result);
    expect(worked).toBe(0);
    await expect(exportWebDataset({ dataset, out: first })).rejects.toThrow(/holds something else/);
  });

  it('leaves nothing behind when stopped, and names unknown splits', async () => {
    const out = fresh();
    const stop = new AbortController();
    const stopped = exportWebDataset({ dataset, out, signal: stop.signal, onProgress: () => stop.abort() });
    await expect(stopped).rejects.toThrow();
    expect((await readdir(home)).filter(name => name.includes(out.slice(home.length + 1)))).toEqual([]);
    await expect(exportWebDataset({ dataset, out, splits: ['dev'] })).rejects.toThrow(/no split named "dev"/);
    await writeFile(out, 'mine');
    await expect(exportWebDataset({ dataset, out })).rejects.toThrow(/holds something else/);
    expect(await readFile(out, 'utf8')).toBe('mine');
  });
});

describe('cocoMask', () => {
  it('writes run lengths, areas and boxes as pycocotools does', async () => {
    const text = await readFile(new URL('./__fixtures__/coco_rle.json', import.meta.url), 'utf8');
    const cases = JSON.parse(text) as {
      height: number;
      width: number;
      rows: string[];
      counts: string;
      area: number;
      bbox: number[];
    }[];
    for (const { height, width, rows, counts, area, bbox } of cases) {
      const pixels = Uint8Array.from(rows.join(''), digit => Number(digit) * 255);
      const mask = cocoMask(pixels, width, height, 128);
      expect(mask.segmentation).toEqual({ size: [height, width], counts });
      expect(mask.area).toBe(area);
      expect(mask.bbox ?? [0, 0, 0, 0]).toEqual(bbox);
    }
  });
});

describe('exportCoco', () => {
  it('writes images, boxes and masks, with one list of categories', async () => {
    const out = fresh();
    const result = await exportCoco({ dataset, out });
    expect(result.samples).toBe(5);
    const read = async (split: string) =>
      JSON.parse(await readFile(join(out, `annotations/instances_${split}.json`), 'utf8')) as Record<
        'images' | 'annotations' | 'categories',
        Record<string, unknown>[]
      >;
    const [train, test] = [await read('train'), await read('test')];
    expect(train.categories).toEqual([
      { id: 1, name: 'nodule', supercategory: 'finding' },
      { id: 2, name: 'mass', supercategory: 'finding' },
      { id: 3, name: 'lungs', supercategory: 'structure' },
    ]);
    expect(test.categories).toEqual(train.categories);
    expect(train.images.map(({ id }) => id)).toEqual([1, 2, 3, 4]);
    expect(train.images[0]).toMatchObject({ file_name: `${keyOf('a/b.c')}.png`, width: 8, height: 4 });
    const files = await readdir(join(out, 'images/train'));
    expect(files.sort()).toEqual(train.images.map(({ file_name }) => file_name).sort());
    expect(train.annotations).toMatchObject([
      { id: 1, image_id: 1, category_id: 1, bbox: [2, 1, 2, 2], area: 4, iscrowd: 0 },
      { id: 2, image_id: 1, category_id: 2, bbox: [0, 0, 4, 4], area: 16, segmentation: [] },
      { id: 3, image_id: 1, category_id: 3, bbox: [5, 0, 3, 3], area: 9 },
    ]);
    expect(train.annotations[0]!.segmentation).toMatchObject({ size: [4, 8] });
    expect(test.annotations).toMatchObject([{ id: 4, image_id: 5, category_id: 2 }]);
    expect((await readdir(out)).sort()).toEqual(['annotations', 'export.json', 'images']);
    const again = fresh();
    await exportCoco({ dataset, out: again });
    expect(await treeOf(again)).toEqual(await treeOf(out));
  });
});
