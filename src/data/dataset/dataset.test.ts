import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { InputError, sha256, sha256OfFile, UsageError } from '../../base/index.js';
import { sqlText, withDatabase } from '../duckdb.js';
import { EntityType, Extent, Polarity, type Sample, Severity, Side, View } from '../records/index.js';
import {
  type DatasetDescription,
  DatasetWriter,
  finishDataset,
  openDataset,
  shardPath,
  writeShard,
} from './index.js';
import { readShards } from './shard.js';

const fingerprint = sha256('settings');
const description: DatasetDescription = {
  name: 'Test set',
  fingerprint,
  provenance: { producer: 'test', version: '0', description: 'Samples made by the test.' },
  settings: { seed: 1 },
};

let folder: string;
let made = 0;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'synray-dataset-'));
});
afterAll(() => rm(folder, { recursive: true }));
const fresh = () => join(folder, String(made++));

// Parquet text is UTF-8, which has no lone surrogates.
const text = fc.string({ unit: 'grapheme', maxLength: 20 });
const bytes = fc.uint8Array({ maxLength: 50 }).map(array => new Uint8Array(array));
const fraction = fc.double({ min: 0, max: 1, noNaN: true });
const optional = <T>(values: readonly T[]) => fc.option(fc.constantFrom(...values), { nil: undefined });
const nullable = <T>(values: readonly T[]) => fc.constantFrom(null, ...values);

const mention = fc
  .record({
    section: fc.constantFrom('findings' as const, 'impression' as const),
    start: fc.nat(1000),
    end: fc.integer({ min: 1, max: 1000 }),
    text,
    concept: text,
    type: fc.constantFrom(...EntityType.options),
    polarity: fc.constantFrom(...Polarity.options),
    side: optional(Side.options),
    severity: optional(Severity.options),
    extent: optional(Extent.options),
  })
  .map(withoutUndefined);
const picture = fc.record({ bytes, path: text });
const region = fc
  .record({
    concept: text,
    side: optional(Side.options),
    box: fc.tuple(fraction, fraction, fraction, fraction),
    mask: fc.option(bytes),
    faint: optional([true]),
    twin: fc.option(picture, { nil: undefined }),
  })
  .map(withoutUndefined);
const sample: fc.Arbitrary<Sample> = fc
  .record({
    id: text,
    image: picture,
    attenuation: fc.option(picture, { nil: undefined }),
    findings: text,
    impression: text,
    labels: fc.array(text, { maxLength: 3 }),
    patient: text,
    view: nullable(View.options),
    sex: nullable(['F', 'M'] as const),
    age: fc.option(fraction),
    mentions: fc.array(mention, { maxLength: 3 }),
    regions: fc.array(region, { maxLength: 3 }),
    unknown: fc.option(fc.array(text, { maxLength: 2 }), { nil: undefined }),
    verdicts: fc.array(
      fc.record({
        check: text,
        passed: fc.boolean(),
        score: fc.option(fraction),
        threshold: fc.option(fraction),
        reason: text,
      }),
      { maxLength: 2 },
    ),
    source: text,
  })
  .map(withoutUndefined);

function withoutUndefined<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, entry]) => entry !== undefined)) as T;
}

function numbered(id: number): Sample {
  return {
    id: `s${id}`,
    image: { bytes: Uint8Array.of(id, 2, 3), path: `s${id}.png` },
    findings: 'Lungs are clear.',
    impression: '',
    labels: id % 2 === 0 ? ['nodule', 'a|b'] : [],
    patient: `p${id >> 1}`,
    view: 'PA',
    sex: null,
    age: 40 + id,
    mentions: [],
    regions: [],
    verdicts: [],
    source: 'test',
  };
}

async function collect(samples: AsyncIterable<Sample>): Promise<Sample[]> {
  const all: Sample[] = [];
  for await (const one of samples) all.push(one);
  return all;
}

async function twoSplits(): Promise<string> {
  const out = fresh();
  await writeShard(join(out, shardPath('train', 0, 2)), [numbered(0), numbered(1)], {
    fingerprint,
    notes: [],
  });
  await writeShard(join(out, shardPath('train', 1, 2)), [numbered(2)], { fingerprint, notes: [] });
  await writeShard(join(out, shardPath('test', 0, 1)), [numbered(3)], { fingerprint, notes: [] });
  await finishDataset(out, description);
  return out;
}

describe('a shard', () => {
  it('gives back every sample as it was', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(sample, { maxLength: 5 }), async samples => {
        const path = `${fresh()}.parquet`;
        await writeShard(path, samples, { fingerprint, notes: [] });
        expect(await collect(readShards([path]))).toEqual(samples);
      }),
      { numRuns: 40 },
    );
  });

  it('is read when it was written before optional columns and fields were added', async () => {
    const [now, before] = [`${fresh()}.parquet`, `${fresh()}.parquet`];
    const region = { concept: 'nodule', box: [0, 0, 1, 1] as [number, number, number, number], mask: null };
    const one: Sample = { ...numbered(1), regions: [region] };
    await writeShard(now, [one], { fingerprint, notes: [] });
    await withDatabase(connection =>
      connection.run(
        `COPY (SELECT * EXCLUDE (attenuation, "unknown") REPLACE (list_transform(regions,
           lambda region: {concept: region.concept, side: region.side, box: region.box, mask: region.mask}) AS regions)
         FROM read_parquet(${sqlText(now)})) TO ${sqlText(before)} (FORMAT parquet)`,
      ),
    );
    expect(await collect(readShards([before]))).toEqual([one]);
  });

  it('has the same bytes whenever it is written', async () => {
    const [samples] = fc.sample(fc.array(sample, { minLength: 200, maxLength: 200 }), {
      numRuns: 1,
      seed: 5,
    });
    const paths = [`${fresh()}.parquet`, `${fresh()}.parquet`];
    for (const path of paths) await writeShard(path, samples!, { fingerprint, notes: [{ id: 'x' }] });
    expect(await sha256OfFile(paths[0]!)).toBe(await sha256OfFile(paths[1]!));
  });

  it('is not written when a sample does not fit the schema', async () => {
    const path = join(fresh(), 'x.parquet');
    const wrong = { ...numbered(1), age: 'old' } as unknown as Sample;
    await expect(writeShard(path, [wrong], { fingerprint, notes: [] })).rejects.toThrow(/sample s1: at age/);
    await expect(readFile(path)).rejects.toThrow('ENOENT');
  });
});

describe('openDataset', () => {
  it('reads splits, counts and samples in the order written', async () => {
    const dataset = await openDataset(await twoSplits(), { verify: true });
    expect(dataset.splits).toEqual(['train', 'test']);
    expect([dataset.count(), dataset.count('train'), dataset.count('test')]).toEqual([4, 3, 1]);
    expect((await collect(dataset.samples())).map(({ id }) => id)).toEqual(['s0', 's1', 's2', 's3']);
    expect(await collect(dataset.samples('test'))).toEqual([numbered(3)]);
    expect(await dataset.sample('s2')).toEqual(numbered(2));
    expect(await dataset.sample("s2' OR true --")).toBeUndefined();
    expect(dataset.manifest.splits.train).toMatchObject({ patients: 2, labels: { nodule: 2, 'a|b': 2 } });
    expect(() => dataset.count('validation')).toThrow(UsageError);
  });

  it('says what is wrong with a folder that is no whole data set', async () => {
    const shard = join('data', 'train-00001-of-00002.parquet');
    const open = async (spoil: (out: string) => Promise<void>) => {
      const out = await twoSplits();
      await spoil(out);
      await openDataset(out, { verify: true });
    };
    const outcomes: [RegExp, (out: string) => Promise<void>][] = [
      [/no such folder/, out => rm(out, { recursive: true })],
      [/not a finished data set/, out => rm(join(out, 'synray.json'))],
      [/not JSON/, out => writeFile(join(out, 'synray.json'), '{')],
      [
        /expected data\/<split>/,
        async out => {
          const manifest = await readFile(join(out, 'synray.json'), 'utf8');
          await writeFile(join(out, 'synray.json'), manifest.replace('data/test', '../../etc/test'));
        },
      ],
      [/at format/, out => writeFile(join(out, 'synray.json'), '{"format":9}')],
      [/train-00001-of-00002\.parquet: the shard is missing/, out => rm(join(out, shard))],
      [
        /bytes instead of/,
        async out => writeFile(join(out, shard), (await readFile(join(out, shard))).subarray(9)),
      ],
      [
        /SHA-256 differs/,
        async out => {
          const content = await readFile(join(out, shard));
          content[10]! ^= 1;
          await writeFile(join(out, shard), content);
        },
      ],
    ];
    for (const [message, spoil] of outcomes) {
      const outcome = open(spoil);
      await expect(outcome).rejects.toThrow(InputError);
      await expect(outcome).rejects.toThrow(message);
    }
  });
});

describe('finishDataset', () => {
  it('refuses a missing shard, foreign settings and an id that occurs twice', async () => {
    const missing = await twoSplits();
    await rm(join(missing, shardPath('train', 0, 2)));
    await expect(finishDataset(missing, description)).rejects.toThrow(/split train holds 1 of 2 shards/);

    const foreign = { ...description, fingerprint: sha256('other settings') };
    await expect(finishDataset(await twoSplits(), foreign)).rejects.toThrow(/made with other settings/);

    const twins = await twoSplits();
    await writeShard(join(twins, shardPath('test', 0, 1)), [numbered(1)], { fingerprint, notes: [] });
    await expect(finishDataset(twins, description)).rejects.toThrow(/more than one sample is named "s1"/);
  });

  it('writes a card whose YAML tells the Hugging Face tools features and splits', async () => {
    const card = await readFile(join(await twoSplits(), 'README.md'), 'utf8');
    const header = parse(card.split('---\n')[1]!);
    expect(header.dataset_info.features).toContainEqual({ name: 'image', dtype: 'image' });
    expect(header.dataset_info.features).toContainEqual({ name: 'labels', sequence: 'string' });
    expect(header.dataset_info.splits.map((split: { name: string }) => split.name)).toEqual([
      'train',
      'test',
    ]);
    expect(header.configs[0].data_files[0]).toEqual({ split: 'train', path: 'data/train-*.parquet' });
    expect(card).toContain('| a\\|b | 2 |');
    expect(card).not.toMatch(/`(attenuation|mask|twin|unknown)`/);
  });

  it('says on the card how much of what a picture may come with is there', async () => {
    const out = fresh();
    const found = { concept: 'nodule', mask: null, box: [0, 0, 1, 1] as [number, number, number, number] };
    const twin = { bytes: Uint8Array.of(1), path: 'twin.png' };
    const samples: Sample[] = [
      { ...numbered(0), attenuation: twin, unknown: ['stent'], regions: [found, { ...found, twin }] },
      { ...numbered(1), attenuation: twin, unknown: [], regions: [{ ...found, faint: true }] },
    ];
    for (const [index, sample] of samples.entries())
      await writeShard(join(out, shardPath('train', index, 2)), [sample], { fingerprint, notes: [] });
    await finishDataset(out, description);
    const card = await readFile(join(out, 'README.md'), 'utf8');
    expect(card).toContain('`attenuation` of 2 samples');
    expect(card).toContain('3 findings with a box');
    expect(card).toContain('`twin` of 1 of them');
    expect(card).toContain('1 of them are `faint`');
    expect(card).toContain('do not show, 1 in all');
    expect(card).not.toContain('`mask`');
    const { features } = parse(card.split('---\n')[1]!).dataset_info;
    expect(features).toContainEqual({ name: 'attenuation', dtype: 'image' });
    const regions = features.find(({ name }: { name: string }) => name === 'regions');
    expect(regions.list).toContainEqual({ name: 'twin', dtype: 'image' });
  });
});

describe('DatasetWriter', () => {
  it('shows the folder only when it is finished, and leaves nothing when discarded', async () => {
    const home = fresh();
    const out = join(home, 'set');
    const writer = await DatasetWriter.create(out, fingerprint);
    for (let id = 0; id < 1001; id++) await writer.add('train', { ...numbered(id), patient: 'p' });
    expect(await readdir(home)).not.toContain('set');
    const { fingerprint: _, ...rest } = description;
    await writer.finish(rest);
    expect(await readdir(home)).toEqual(['set']);
    const dataset = await openDataset(out, { verify: true });
    expect(dataset.manifest.splits.train!.shards.map(shard => shard.samples)).toEqual([1000, 1]);
    expect((await collect(dataset.samples())).at(-1)!.id).toBe('s1000');

    await expect(DatasetWriter.create(out, fingerprint)).rejects.toThrow(UsageError);
    const abandoned = await DatasetWriter.create(join(home, 'other'), fingerprint);
    await abandoned.add('train', numbered(1));
    await abandoned.discard();
    expect(await readdir(home)).toEqual(['set']);
  });

  it('counts masks of structures towards the size of a shard', async () => {
    const out = fresh();
    const writer = await DatasetWriter.create(out, fingerprint);
    const structures = [{ name: 'lungs', mask: new Uint8Array(32 * 2 ** 20) }];
    for (const id of [0, 1]) await writer.add('train', { ...numbered(id), structures });
    await writer.add('train', numbered(2));
    const { fingerprint: _, ...rest } = description;
    const { splits } = await writer.finish(rest);
    expect(splits.train!.shards.map(shard => shard.samples)).toEqual([2, 1]);
  });
});
