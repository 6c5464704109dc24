import { execFileSync } from 'node:child_process';
import { chmod, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sha256 } from '../../base/index.js';
import {
  DatasetWriter,
  decodeGrey,
  decodeGrey16,
  finishDataset,
  openDataset,
  type Sample,
  shardPath,
  writeShard,
} from '../../data/index.js';
import { SQUARES_SIZE, writeSquares } from '../__fixtures__/squares.js';
import type { PixelCache } from './cache-files.js';
import { CHANGE_CELLS } from './change-map.js';
import { openPixelCache } from './pixel-cache.js';

let home: string;
let folder: string;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'synray-cache-'));
  folder = join(home, 'squares');
  await writeSquares(folder, 20);
});
afterAll(() => rm(home, { recursive: true, force: true }));

const options = (size: number) => ({ split: 'train', size, fallback: join(home, 'fallback') });

/** The pictures of a cache, one after the other. */
function pixelsOf(cache: PixelCache): Uint8Array[] {
  return Array.from({ length: cache.count }, (_, row) => {
    const pixels = new Uint8Array(cache.head.size ** 2);
    cache.readPixels(row, pixels);
    return pixels;
  });
}

/** Writes a data set of these samples. */
async function writeSamples(name: string, samples: readonly Sample[], perShard = 1000): Promise<string> {
  const target = join(home, name);
  const shards = Math.ceil(samples.length / perShard);
  const fingerprint = sha256(target);
  for (let shard = 0; shard < shards; shard++) {
    const part = samples.slice(shard * perShard, (shard + 1) * perShard);
    await writeShard(join(target, shardPath('train', shard, shards)), part, { fingerprint, notes: [] });
  }
  const provenance = { producer: 'test', version: '0', description: 'Broken.' };
  await finishDataset(target, { name, fingerprint, settings: {}, provenance });
  return target;
}

async function squares(): Promise<Sample[]> {
  const samples: Sample[] = [];
  for await (const sample of (await openDataset(folder)).samples('train')) samples.push(sample);
  return samples;
}

describe('openPixelCache', () => {
  it('holds every picture, change map and sentence of the split, in order', async () => {
    const cache = await openPixelCache(folder, options(32));
    const pixels = pixelsOf(cache);
    expect(pixels).toHaveLength(20);
    let row = 0;
    for await (const sample of (await openDataset(folder)).samples('train')) {
      const expected = await decodeGrey(sample.image.bytes, { size: 32, source: sample.id });
      expect(pixels[row]).toEqual(expected.pixels);
      const cached = cache.sample(row);
      expect(cached.id).toBe(sample.id);
      expect(cached.statements.map(({ text }) => text).join(' ')).toBe(sample.findings);
      expect(cached.sections).toEqual({ findings: cached.statements, impression: [] });
      expect(cached.regions).toEqual(sample.regions.map(({ concept, side }) => ({ concept, side })));
      const cells = CHANGE_CELLS * CHANGE_CELLS;
      const changes = new Uint8Array(sample.regions.length * cells);
      cache.readChanges(cached, changes);
      for (const [region, { mask }] of sample.regions.entries()) {
        const whole = await decodeGrey(mask!, { size: CHANGE_CELLS, source: sample.id });
        expect(changes.subarray(region * cells, (region + 1) * cells)).toEqual(whole.pixels);
      }
      row++;
    }
    cache.close();
  });

  it('is made once for each size, and leaves nothing else behind', async () => {
    const before = await readdir(join(folder, '.cache'));
    const again = await openPixelCache(folder, options(32));
    expect(await readdir(join(folder, '.cache'))).toEqual(before);
    const larger = await openPixelCache(folder, options(SQUARES_SIZE));
    expect(larger.fingerprint).not.toBe(again.fingerprint);
    expect(await readdir(join(folder, '.cache'))).toHaveLength(2);
  });

  it('keeps readings when asked to, of the samples that store one', async () => {
    const read = join(home, 'read');
    await writeSquares(read, 10, 1, true);
    const plain = await openPixelCache(read, options(32));
    expect(plain.head.readings).toBe(0);
    const cache = await openPixelCache(read, { ...options(32), readings: true });
    expect(cache.fingerprint).not.toBe(plain.fingerprint);
    expect(pixelsOf(cache)).toEqual(pixelsOf(plain));
    expect(cache.head.readings).toBe(8);
    let row = 0;
    for await (const { id, attenuation } of (await openDataset(read)).samples('train')) {
      const cached = cache.sample(row);
      expect(cached.redrawnAs).toBe(row++ % 5 === 4 ? undefined : 'PA');
      if (attenuation === undefined) continue;
      const { pixels } = await decodeGrey16(attenuation.bytes, { size: 32, source: id });
      expect(cache.reading(cached)).toEqual(pixels);
    }
    const none = await openPixelCache(folder, { ...options(32), readings: true });
    expect(none.head.readings).toBe(0);
    await rm(join(folder, '.cache', `train-32px-${none.fingerprint.slice(0, 16)}`), { recursive: true });
  });

  it('keeps twins when asked to, each with its region', async () => {
    const paired = join(home, 'paired');
    await writeSquares(paired, 10, 1, false, true);
    const cache = await openPixelCache(paired, { ...options(32), twins: true });
    let [row, twins] = [0, 0];
    for await (const sample of (await openDataset(paired)).samples('train')) {
      const cached = cache.sample(row++);
      for (const [region, { twin }] of sample.regions.entries()) {
        const { pixels } = await decodeGrey(twin!.bytes, { size: 32, source: sample.id });
        const stored = new Uint8Array(32 * 32);
        cache.readTwin(cached, region, stored);
        expect(stored).toEqual(pixels);
        twins++;
      }
    }
    expect(cache.head.twins).toBe(twins);
    expect(twins).toBeGreaterThan(3);
  });

  it('names the sample whose reading is broken', async () => {
    const broken = join(home, 'broken-reading');
    const writer = await DatasetWriter.create(broken, sha256(broken));
    for await (const sample of (await openDataset(join(home, 'read'))).samples('train')) {
      const { bytes, path } = sample.attenuation ?? sample.image;
      await writer.add('train', { ...sample, attenuation: { path, bytes: bytes.slice(0, 300) } });
    }
    await writer.finish({
      name: 'broken',
      settings: {},
      provenance: { producer: 'test', version: '0', description: 'Broken.' },
    });
    await expect(openPixelCache(broken, { ...options(32), readings: true })).rejects.toThrow(
      /square-0, attenuation: the PNG cannot be read/,
    );
  });

  it('names the sample whose picture is broken, and one without text; neither leaves a cache', async () => {
    const [sample] = await squares();
    const faults: [Partial<Sample>, RegExp][] = [
      [{ image: { path: 'x.png', bytes: sample!.image.bytes.slice(0, 200) } }, /square-0.*PNG/],
      [{ findings: '', mentions: [] }, /square-0.*no text/],
    ];
    for (const [change, message] of faults) {
      const broken = await writeSamples(`broken-${message.source.length}`, [{ ...sample!, ...change }]);
      await expect(openPixelCache(broken, options(32))).rejects.toThrow(message);
      await expect(openPixelCache(broken, { ...options(32), skipBad: true })).rejects.toThrow(
        /broken-.*none of the 1 samples.*can be used/,
      );
      expect(await readdir(join(broken, '.cache'))).toEqual([]);
    }
  });

  it('skips what cannot be read only if told so, and keeps its names', async () => {
    const samples = await squares();
    samples[3] = { ...samples[3]!, image: { path: 'x.png', bytes: samples[3]!.image.bytes.slice(0, 200) } };
    samples[7] = { ...samples[7]!, findings: '', mentions: [] };
    const broken = await writeSamples('bad', samples, 5);
    await expect(openPixelCache(broken, options(32))).rejects.toThrow(/bad, sample square-3: the PNG/);
    const [, , shard] = (await openDataset(broken)).manifest.splits.train!.shards;
    await truncate(join(broken, shard!.file), 500);
    await expect(openPixelCache(broken, options(32))).rejects.toThrow(
      /00002-of-00004.parquet: the shard has/,
    );

    const cache = await openPixelCache(broken, { ...options(32), skipBad: true });
    const ids = Array.from({ length: cache.count }, (_, row) => cache.sample(row).id);
    expect(ids).toEqual([0, 1, 2, 4, 5, 6, 8, 9, 15, 16, 17, 18, 19].map(index => `square-${index}`));
    expect(cache.head.skipped.samples).toBe(7);
    expect(cache.head.skipped.names.map(({ name }) => name)).toEqual([
      expect.stringMatching(/00002-of-00004/),
      expect.stringMatching(/square-3$/),
      expect.stringMatching(/square-7$/),
    ]);
    expect(pixelsOf(cache)[8]).toEqual(pixelsOf(await openPixelCache(folder, options(32)))[15]);
  });

  it('skips the rest of a shard that is damaged inside, with its right length', async () => {
    const broken = await writeSamples('rotten', await squares(), 5);
    const [, shard] = (await openDataset(broken)).manifest.splits.train!.shards;
    const path = join(broken, shard!.file);
    const bytes = await readFile(path);
    await writeFile(path, bytes.fill(0xff, 4, bytes.length - 8));
    await expect(openPixelCache(broken, options(32))).rejects.toThrow(/00001-of-00004.*cannot be read/);
    const cache = await openPixelCache(broken, { ...options(32), skipBad: true });
    expect(cache.count).toBe(15);
    expect(cache.head.skipped.names[0]!.name).toMatch(/00001-of-00004/);
  });

  it('makes no picture larger unless told to, also from a cache that was', async () => {
    const large = SQUARES_SIZE * 2;
    const message = /image\.size to 64 or less, or image\.upscale to true/;
    await expect(openPixelCache(folder, options(large))).rejects.toThrow(message);
    const cache = await openPixelCache(folder, { ...options(large), upscale: true });
    expect(cache.head).toMatchObject({ size: large, leastStored: SQUARES_SIZE });
    await expect(openPixelCache(folder, options(large))).rejects.toThrow(message);
    await rm(cache.folder, { recursive: true });
  });

  it.skipIf(!hasPrlimit())('leaves nothing behind when there is no room', async () => {
    const full = join(home, 'full');
    await writeSquares(full, 12);
    const limit = (bytes: string) => execFileSync('prlimit', [`--pid=${process.pid}`, `--fsize=${bytes}:`]);
    limit('20000');
    try {
      await expect(openPixelCache(full, options(SQUARES_SIZE))).rejects.toThrow(/no room.*free some space/);
    } finally {
      limit('unlimited');
    }
    expect(await readdir(join(full, '.cache'))).toEqual([]);
  });

  it('asks for a split that is there', async () => {
    await expect(openPixelCache(folder, { ...options(32), split: 'test' })).rejects.toThrow(/train/);
  });

  it.skipIf(process.getuid?.() === 0)('goes elsewhere when the data set cannot be written to', async () => {
    const locked = join(home, 'locked');
    await writeSquares(locked, 3);
    await chmod(locked, 0o555);
    await openPixelCache(locked, options(32));
    expect(await readdir(join(home, 'fallback'))).toHaveLength(1);
    await chmod(locked, 0o755);
  });

  it('names a cache that was tampered with', async () => {
    const { folder: cached } = await openPixelCache(folder, options(32));
    for (const name of ['samples.jsonl', 'statements.places', 'pixels.u8', 'cache.json']) {
      const file = join(cached, name);
      const whole = await readFile(file);
      await writeFile(file, whole.subarray(0, whole.length - 5));
      await expect(openPixelCache(folder, options(32))).rejects.toThrow(/damaged.*delete this folder/);
      await writeFile(file, whole);
    }
    (await openPixelCache(folder, options(32))).close();
  });
});

function hasPrlimit(): boolean {
  try {
    execFileSync('prlimit', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
