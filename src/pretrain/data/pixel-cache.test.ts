import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sha256 } from '../../base/index.js';
import { DatasetWriter, decodeGrey, decodeGrey16, openDataset } from '../../data/index.js';
import { SQUARES_SIZE, writeSquares } from '../__fixtures__/squares.js';
import { CHANGE_CELLS, openPixelCache } from './pixel-cache.js';

let home: string;
let folder: string;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'synray-cache-'));
  folder = join(home, 'squares');
  await writeSquares(folder, 20);
});
afterAll(() => rm(home, { recursive: true, force: true }));

const options = (size: number) => ({ split: 'train', size, fallback: join(home, 'fallback') });

describe('openPixelCache', () => {
  it('holds every picture, change map and sentence of the split, in order', async () => {
    const cache = await openPixelCache(folder, options(32));
    expect(cache.pixels.shape).toEqual([20, 32, 32]);
    const pixels = cache.pixels.toTypedArray();
    let row = 0;
    let region = 0;
    for await (const sample of (await openDataset(folder)).samples('train')) {
      const expected = await decodeGrey(sample.image.bytes, { size: 32, source: sample.id });
      expect(pixels.slice(row * 32 * 32, (row + 1) * 32 * 32)).toEqual(expected.pixels);
      const cached = cache.samples[row]!;
      expect(cached.id).toBe(sample.id);
      expect(cached.statements.map(({ text }) => text).join(' ')).toBe(sample.findings);
      expect(cached.regions).toEqual(sample.regions.map(({ concept, side }) => ({ concept, side })));
      for (const { box } of sample.regions) {
        const map = cache.changes!.select(0, region++).toTypedArray();
        const [x, y] = [(box[0] + box[2]) / 2, (box[1] + box[3]) / 2];
        const cell = Math.floor(y * CHANGE_CELLS) * CHANGE_CELLS + Math.floor(x * CHANGE_CELLS);
        expect(map[cell]).toBeGreaterThan(200);
        expect(map[0]).toBe(0);
      }
      row++;
    }
    expect(cache.changes!.shape).toEqual([region, CHANGE_CELLS, CHANGE_CELLS]);
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
    expect(plain.readings).toBeUndefined();
    const cache = await openPixelCache(read, { ...options(32), readings: true });
    expect(cache.fingerprint).not.toBe(plain.fingerprint);
    expect(cache.pixels.toTypedArray()).toEqual(plain.pixels.toTypedArray());
    expect(cache.readings!.shape).toEqual([8, 32, 32]);
    expect(cache.samples.map(({ redrawnAs }) => redrawnAs)).toEqual(
      Array.from({ length: 10 }, (_, index) => (index % 5 === 4 ? undefined : 'PA')),
    );
    let row = 0;
    for await (const { id, attenuation } of (await openDataset(read)).samples('train')) {
      if (attenuation === undefined) continue;
      const { pixels } = await decodeGrey16(attenuation.bytes, { size: 32, source: id });
      const stored = cache.readings!.select(0, row++).toTypedArray();
      expect(new Uint16Array(stored.buffer)).toEqual(pixels);
    }
    const none = await openPixelCache(folder, { ...options(32), readings: true });
    expect(none.readings).toBeUndefined();
    await rm(join(folder, '.cache', `train-32px-${none.fingerprint.slice(0, 16)}`), { recursive: true });
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
    const first = (await openDataset(folder)).samples('train');
    for await (const sample of first) {
      const faults: [Partial<typeof sample>, RegExp][] = [
        [{ image: { path: 'x.png', bytes: sample.image.bytes.slice(0, 200) } }, /square-0.*PNG/],
        [{ findings: '', mentions: [] }, /square-0.*no text/],
      ];
      for (const [change, message] of faults) {
        const broken = join(home, `broken-${message.source.length}`);
        const writer = await DatasetWriter.create(broken, sha256(broken));
        await writer.add('train', { ...sample, ...change });
        await writer.finish({
          name: 'broken',
          settings: {},
          provenance: { producer: 'test', version: '0', description: 'Broken.' },
        });
        await expect(openPixelCache(broken, options(32))).rejects.toThrow(message);
        expect(await readdir(join(broken, '.cache'))).toEqual([]);
      }
      break;
    }
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
    const [name] = await readdir(join(folder, '.cache'));
    const file = join(folder, '.cache', name!, 'samples.jsonl');
    await writeFile(file, (await readFile(file, 'utf8')).split('\n').slice(0, 5).join('\n'));
    const size = Number(/-(\d+)px-/.exec(name!)![1]);
    await expect(openPixelCache(folder, options(size))).rejects.toThrow(/delete this folder/);
  });
});
