import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sha256, sha256OfFile } from '../../base/index.js';
import { Sample } from '../records/index.js';
import { DatasetWriter } from './index.js';

interface Field {
  '@id': string;
  dataType?: string;
  repeated?: boolean;
  subField?: Field[];
  source?: { extract: { column?: string }; transform?: { jsonPath?: string; regex?: string } };
}
interface Croissant {
  conformsTo: string;
  distribution: Record<string, unknown>[];
  recordSet: { '@id': string; field: Field[]; data?: unknown[] }[];
}

let folder: string;
let croissant: Croissant;
beforeAll(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'synray-croissant-')), 'set');
  const writer = await DatasetWriter.create(folder, sha256('croissant'));
  for (const [split, id] of [['train', 'a'] as const, ['test_two', 'b'] as const]) {
    await writer.add(split, {
      id,
      image: { bytes: Uint8Array.of(1), path: 'a.png' },
      findings: '',
      impression: '',
      labels: [],
      patient: id,
      view: null,
      sex: null,
      age: null,
      mentions: [],
      regions: [],
      verdicts: [],
      source: 'test',
    });
  }
  await writer.finish({
    name: 'set',
    provenance: { producer: 'test', version: '0.0.1', description: 'Made by the test.' },
    settings: {},
  });
  croissant = JSON.parse(await readFile(join(folder, 'croissant.json'), 'utf8')) as Croissant;
});
afterAll(() => rm(join(folder, '..'), { recursive: true }));

const samples = () => croissant.recordSet.find(set => set['@id'] === 'samples')!.field;
const field = (id: string, among = samples()): Field => {
  const found = among.find(one => one['@id'] === id || id.startsWith(`${one['@id']}/`));
  return found!['@id'] === id ? found! : field(id, found!.subField);
};

describe('croissant.json', () => {
  it('names every shard with its size and SHA-256', async () => {
    const files = croissant.distribution.filter(entry => entry['@type'] === 'cr:FileObject');
    expect(files.map(({ contentUrl }) => contentUrl)).toEqual([
      'data/train-00000-of-00001.parquet',
      'data/test_two-00000-of-00001.parquet',
    ]);
    for (const { contentUrl, contentSize, sha256: hash } of files) {
      const path = join(folder, contentUrl as string);
      expect(hash).toBe(await sha256OfFile(path));
      expect(contentSize).toBe(`${(await readFile(path)).length} B`);
    }
  });

  it('has a field for each column of a sample, with ids that occur once', () => {
    const columns = samples().map(one => one['@id'].replace('samples/', ''));
    expect(columns).toEqual(['split', ...Object.keys(Sample.shape)]);
    const ids: string[] = [];
    const visit = (one: Field): void => {
      ids.push(one['@id']);
      // What has no parts says where it comes from and what it is.
      if (one.subField === undefined && one['@id'] !== 'samples/split') {
        expect(one.source?.extract.column).toBe(one['@id'].split('/')[1]);
        expect(one.dataType).toMatch(/^sc:/);
      }
      one.subField?.forEach(visit);
    };
    samples().forEach(visit);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('finds pictures within structs, lists and lists of structs', () => {
    expect(field('samples/image')).toMatchObject({
      dataType: 'sc:ImageObject',
      source: { extract: { column: 'image' }, transform: { jsonPath: 'bytes' } },
    });
    expect(field('samples/labels')).toMatchObject({ dataType: 'sc:Text', repeated: true });
    expect(field('samples/regions')).toMatchObject({ repeated: true });
    expect(field('samples/regions/box')).toMatchObject({
      dataType: 'sc:Float',
      repeated: true,
      source: { extract: { column: 'regions' }, transform: { jsonPath: 'box' } },
    });
    expect(field('samples/regions/twin').source?.transform?.jsonPath).toBe('twin.bytes');
    // A part of a listed struct is read as a list of pictures.
    expect(field('samples/structures/mask')).toMatchObject({ dataType: 'sc:ImageObject', repeated: true });
    expect(field('samples/image').repeated).toBeUndefined();
    expect(field('samples/structures/name').repeated).toBeUndefined();
    expect(field('samples/age').dataType).toBe('sc:Float');
  });

  it('tells the splits, which shards bear in their names', () => {
    const splits = croissant.recordSet.find(set => set['@id'] === 'splits')!;
    expect(splits.data).toEqual([{ 'splits/name': 'train' }, { 'splits/name': 'test_two' }]);
    const regex = new RegExp(field('samples/split').source!.transform!.regex!);
    expect(regex.exec('test_two-00000-of-00001.parquet')![1]).toBe('test_two');
  });
});
