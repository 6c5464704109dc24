import { appendFile, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { InputError, Random, UsageError } from '../../base/index.js';
import {
  decodeGrey,
  decodeGrey16,
  encodePng,
  type GreyImage,
  openDataset,
  type Region,
  type Sample,
} from '../../data/index.js';
import { changed, chest, datasetOf, deepPng, negative, SIDE, sampleOf } from '../testing/chest.js';
import { curateDataset, defaultChecks } from './curate-dataset.js';
import { Journal } from './journal.js';
import { readRejections } from './rejections.js';

let home: string;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'synray-curate-'));
});
afterAll(() => rm(home, { recursive: true }));

async function samplesOf(folder: string): Promise<Sample[]> {
  const samples: Sample[] = [];
  for await (const one of (await openDataset(folder, { verify: true })).samples()) samples.push(one);
  return samples;
}

describe('curateDataset', () => {
  it('keeps good samples with their verdicts, and lists the others with reasons', async () => {
    const whole = await encodePng(chest(4).pixels, SIDE, SIDE);
    const source = await datasetOf(join(home, 'mixed'), [
      await sampleOf('good', chest(1)),
      await sampleOf('inverted', negative(chest(2))),
      await sampleOf('broken', whole.subarray(0, 900)),
      await sampleOf('fine', chest(3)),
      await sampleOf(
        'again',
        changed(chest(1), value => 0.8 * value + 20),
      ),
      await sampleOf('both', chest(5), 'Small left pleural effusion. No pleural effusion.'),
      await sampleOf('nothing', chest(6), 'Dictated by the resident.'),
    ]);
    const out = join(home, 'clean');
    const result = await curateDataset(source, out);
    expect(result).toEqual({
      kept: 2,
      rejected: 5,
      mended: 0,
      undecided: 0,
      reasons: { inversion: 1, decode: 1, duplicates: 1, contradiction: 1, boilerplate: 1 },
      out,
    });
    const kept = await samplesOf(out);
    expect(kept.map(({ id }) => id)).toEqual(['good', 'fine']);
    expect(kept[0]!.verdicts.map(({ check }) => check)).toEqual(['earlier', ...defaultChecks()]);
    const rejections = await readRejections(out);
    expect(rejections.map(({ id }) => id)).toEqual(['inverted', 'broken', 'again', 'both', 'nothing']);
    expect(rejections[0]!.reasons[0]).toMatch(/^inversion: the picture is inverted/);
    expect(rejections[0]!.verdicts.find(({ check }) => check === 'size')).toMatchObject({ score: SIDE });
    expect(rejections[2]!.reasons).toEqual([
      expect.stringMatching(/^duplicates: the same picture as good: \d+ of 256 bits differ$/),
    ]);
    await expect(curateDataset(source, out)).rejects.toThrow(UsageError);
    expect((await readdir(home)).filter(name => name.includes('curation'))).toEqual([]);
  });

  it('makes inverted pictures upright where that is asked for, and says so', async () => {
    const source = await datasetOf(join(home, 'upside'), [
      await sampleOf('good', chest(1)),
      await sampleOf('inverted', negative(chest(2))),
      await sampleOf('inverted copy', negative(chest(1))),
    ]);
    const out = join(home, 'mended');
    const result = await curateDataset(source, out, { inverted: 'mend' });
    // Made upright, the third is the first once more.
    expect(result).toMatchObject({ kept: 2, rejected: 1, mended: 1, reasons: { duplicates: 1 } });
    const mended = (await samplesOf(out))[1]!;
    expect((await decodeGrey(mended.image.bytes, { source: 'x' })).pixels).toEqual(chest(2).pixels);
    const verdict = mended.verdicts.find(({ check }) => check === 'inversion')!;
    expect(verdict).toMatchObject({
      passed: true,
      reason: expect.stringMatching(/^mended: it was inverted/),
    });
    expect(verdict.score).toBeLessThan(0);
  });

  it('sees pictures of 16 bits as those of 8, and mends them in 16', async () => {
    const deep = async (id: string, picture: GreyImage) => sampleOf(id, await deepPng(picture));
    const washed = changed(chest(3), value => 0.15 * (value - 128) + 100);
    const source = await datasetOf(join(home, 'deep'), [
      await sampleOf('eight', chest(1)),
      await deep('same in sixteen', chest(1)),
      await deep('inverted', negative(chest(2))),
      await deep('washed out', washed),
      {
        ...(await deep('cut', chest(4))),
        image: { bytes: (await deepPng(chest(4))).slice(0, 900), path: '' },
      },
    ]);
    const out = join(home, 'deep-clean');
    const result = await curateDataset(source, out, { inverted: 'mend' });
    expect(result).toMatchObject({ kept: 2, mended: 1 });
    expect(result.reasons).toMatchObject({ duplicates: 1, contrast: 1, decode: 1 });
    const mended = (await samplesOf(out))[1]!;
    const { pixels } = await decodeGrey16(mended.image.bytes, { source: 'x' });
    expect(pixels).toEqual(Uint16Array.from(chest(2).pixels, value => 257 * value));
  });

  it('mends what goes with an inverted picture as well, or leaves it out and says so', async () => {
    const png = async (picture: GreyImage) => ({
      bytes: await encodePng(picture.pixels, SIDE, SIDE),
      path: 'x.png',
    });
    const map = await encodePng(new Uint8Array(SIDE * SIDE).fill(9), SIDE, SIDE);
    const region = async (concept: string, twin: GreyImage | Uint8Array): Promise<Region> => ({
      concept,
      box: [0.1, 0.2, 0.3, 0.4],
      mask: map,
      twin: twin instanceof Uint8Array ? { bytes: twin, path: '' } : await png(twin),
    });
    const [upright, other] = [chest(2), changed(chest(2), value => 0.9 * value + 5)];
    const grain = Random.of(1, 'grain');
    const source = await datasetOf(join(home, 'with-twins'), [
      {
        ...(await sampleOf('agrees', negative(upright))),
        attenuation: { bytes: await deepPng(upright, 100), path: 'a.png' },
        regions: [await region('nodule', negative(other)), await region('mass', other)],
      },
      {
        ...(await sampleOf('does not', negative(chest(3)))),
        attenuation: { bytes: await deepPng(negative(chest(3)), 100), path: 'a.png' },
        regions: [
          await region(
            'nodule',
            changed(upright, () => grain.integer(256)),
          ),
          await region('mass', Buffer.from('no picture')),
        ],
      },
      {
        ...(await sampleOf('was upright', chest(4))),
        regions: [await region('nodule', negative(chest(4)))],
      },
    ]);
    const out = join(home, 'with-twins-mended');
    expect(await curateDataset(source, out, { inverted: 'mend' })).toMatchObject({ kept: 3, mended: 2 });
    const [first, second, third] = await samplesOf(out);
    const seen = async (picture: { bytes: Uint8Array } | undefined) =>
      (await decodeGrey(picture!.bytes, { source: 'x' })).pixels;
    expect(await seen(first!.image)).toEqual(upright.pixels);
    for (const { twin, mask, box } of first!.regions) {
      expect(await seen(twin)).toEqual(other.pixels);
      expect(mask).toEqual(map);
      expect(box).toEqual([0.1, 0.2, 0.3, 0.4]);
    }
    expect((await decodeGrey16(first!.attenuation!.bytes, { source: 'x' })).pixels).toEqual(
      Uint16Array.from(upright.pixels, value => 100 * value),
    );
    expect(second!.attenuation).toBeUndefined();
    expect(second!.regions.map(({ twin, mask }) => [twin, mask])).toEqual([
      [undefined, map],
      [undefined, map],
    ]);
    expect(second!.verdicts.find(({ check }) => check === 'inversion')!.reason).toMatch(
      /^mended: .*; left out, as it does not agree: attenuation, twin without nodule, twin without mass$/,
    );
    // Nothing is done to a sample whose picture was right.
    expect(await seen(third!.regions[0]!.twin)).toEqual(negative(chest(4)).pixels);
  });

  it('loses corrupt files only, each named with its reason', async () => {
    const random = Random.of(1, 'corrupt');
    const samples: Sample[] = [];
    const corrupt: string[] = [];
    for (let number = 0; number < 120; number++) {
      const bytes = await encodePng(chest(number).pixels, SIDE, SIDE);
      const id = `s${number}`;
      const broken = [
        new Uint8Array(0),
        bytes.subarray(0, 30 + random.integer(bytes.length - 60)),
        Uint8Array.from({ length: 500 }, () => random.integer(256)),
        Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'),
      ][number % 16];
      if (broken !== undefined) corrupt.push(id);
      samples.push(await sampleOf(id, broken === undefined ? bytes : new Uint8Array(broken)));
    }
    const out = join(home, 'spared');
    await curateDataset(await datasetOf(join(home, 'strewn'), samples), out);
    const rejections = await readRejections(out);
    expect(corrupt).toHaveLength(32);
    expect(rejections.map(({ id }) => id)).toEqual(corrupt);
    for (const { reasons } of rejections) expect(reasons[0]).toMatch(/^decode: .{10}/);
  });

  it('goes on where it was stopped, behind the last whole line, to the same bytes', async () => {
    const samples = await Promise.all(
      Array.from({ length: 50 }, (_, number) => sampleOf(`s${number}`, chest(number % 46))),
    );
    const source = await datasetOf(join(home, 'long'), samples);
    const whole = join(home, 'whole');
    await curateDataset(source, whole);
    const out = join(home, 'stopped');
    const controller = new AbortController();
    const stopped = curateDataset(source, out, {
      signal: controller.signal,
      onProgress: done => done >= 16 && controller.abort(new Error('stop')),
    });
    await expect(stopped).rejects.toThrow('stop');
    expect((await readdir(home)).filter(name => name.includes('stopped'))).toEqual(['stopped.curation']);
    // As a kill in the middle of a write leaves it.
    const journal = join(`${out}.curation`, 'verdicts.jsonl');
    await appendFile(journal, '{"id":"s16","verd');
    const seen: number[] = [];
    await expect(curateDataset(source, out, { checks: ['pixels'] })).rejects.toThrow(/other settings/);
    await curateDataset(source, out, { onProgress: done => seen.push(done) });
    expect(seen[0]).toBe(16);
    const shard = 'data/train-00000-of-00001.parquet';
    for (const file of [shard, 'rejected.jsonl']) {
      expect(await readFile(join(out, file))).toEqual(await readFile(join(whole, file)));
    }
    expect((await readRejections(out)).map(({ id }) => id)).toHaveLength(4);
  });

  it('leaves nothing behind when nothing is left, or a check is unknown', async () => {
    const source = await datasetOf(join(home, 'blank'), [
      await sampleOf(
        'a',
        changed(chest(1), () => 7),
      ),
    ]);
    const out = join(home, 'never');
    await expect(curateDataset(source, out)).rejects.toThrow(
      /all 1 samples were refused; the first: contrast/,
    );
    await expect(curateDataset(source, out, { checks: ['taste'] })).rejects.toThrow(/check named "taste"/);
    await expect(curateDataset(source, out, { settings: { bad: [home] } })).rejects.toThrow(/--model/);
    expect((await readdir(home)).filter(name => name === 'never')).toEqual([]);
  });

  it('a damaged list of rejections is told with its line', async () => {
    const folder = join(home, 'damaged');
    await datasetOf(folder, [await sampleOf('a', chest(1))]);
    await expect(readRejections(folder)).rejects.toThrow(InputError);
    await writeFile(join(folder, 'rejected.jsonl'), '{"id":"a"}\n');
    await expect(readRejections(folder)).rejects.toThrow(/rejected\.jsonl:1/);
  });
});

describe('Journal', () => {
  it('takes away a line that was cut at any place, and keeps the others', async () => {
    const path = join(home, 'journal', 'verdicts.jsonl');
    const line = (id: string) => ({ id, verdicts: [], hash: null, mend: false });
    const journal = await Journal.open(path, 'f');
    await journal.append([line('a'), line('b')]);
    const size = (await readFile(path)).length;
    await journal.append([line('ü')]);
    const all = (await readFile(path)).length;
    for (let cut = size; cut < all; cut++) {
      await truncate(path, cut);
      const again = await Journal.open(path, 'f');
      expect(again.count).toBe(2);
      await again.append([line('ü')]);
      const ids: string[] = [];
      for await (const { id } of again.lines()) ids.push(id);
      expect(ids).toEqual(['a', 'b', 'ü']);
    }
    await expect(Journal.open(path, 'other')).rejects.toThrow(UsageError);
  });
});
