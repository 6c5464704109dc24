import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { InputError, sha256, UsageError } from '../../base/index.js';
import { encodePng } from '../../data/index.js';
import { shrink } from '../pixels/shrink.js';
import { changed, chest, datasetOf, inputOf, negative, SIDE, sampleOf } from '../testing/chest.js';
import {
  agreementCheck,
  centredEmbedder,
  type Embedder,
  meanOf,
  openReferenceSet,
  similarityCheck,
  type TextEmbedder,
} from './index.js';

let home: string;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'synray-like-'));
});
afterAll(() => rm(home, { recursive: true }));

/** Thumbnails minus their mean, of length 1; a text is the thumbnail of a grey stair as steep as its number says. */
class Thumbnails implements TextEmbedder {
  readonly name = 'thumbnails';
  readonly fingerprint = sha256('thumbnails');
  readonly size = 32;
  calls = 0;

  async embed(pixels: Uint8Array, count: number): Promise<Float32Array> {
    this.calls++;
    const result = new Float32Array(count * 64);
    for (let row = 0; row < count; row++) {
      result.set(unit(shrink(pixels.subarray(row * 1024, (row + 1) * 1024), 32, 32, 8)), row * 64);
    }
    return result;
  }

  async embedTexts(texts: readonly string[]): Promise<Float32Array> {
    const result = new Float32Array(texts.length * 64);
    for (const [row, text] of texts.entries()) {
      const angle = Number(/\d+/.exec(text)?.[0] ?? 0) / 10;
      const wave = Float32Array.from(
        { length: 64 },
        (_, at) => Math.cos(angle) * (at % 8) + Math.sin(angle) * Math.floor(at / 8),
      );
      result.set(unit(wave), row * 64);
    }
    return result;
  }
}

function unit(values: Float32Array): Float32Array {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const centred = values.map(value => value - mean);
  const length = Math.hypot(...centred) || 1;
  return centred.map(value => value / length);
}

const stripes = changed(chest(1), (_, at) => (Math.floor((at % SIDE) / 20) % 2) * 200);

async function folderOf(name: string, pictures: Readonly<Record<string, Uint8Array>>): Promise<string> {
  const folder = await mkdtemp(join(home, name));
  for (const [file, bytes] of Object.entries(pictures)) await writeFile(join(folder, file), bytes);
  return folder;
}

const png = ({ pixels, width, height }: ReturnType<typeof chest>) => encodePng(pixels, width, height);

describe('likeness', () => {
  it('refuses what is like any bad picture, and names it', async () => {
    const embedder = new Thumbnails();
    const folder = await folderOf('bad', {
      'a.png': await png(negative(chest(1))),
      'b.png': await png(stripes),
    });
    const references = await openReferenceSet([folder], embedder);
    const check = similarityCheck(embedder, references, { kind: 'bad', threshold: 0.5 });
    const [good, bad] = await check.check([
      inputOf(chest(2)),
      inputOf(changed(stripes, value => value / 2 + 9)),
    ]);
    expect(good).toMatchObject({ check: 'bad-likeness', passed: true, threshold: 0.5, reason: '' });
    expect(bad).toMatchObject({ passed: false, reason: expect.stringMatching(/bad picture b\.png: 1/) });
    expect(bad!.score).toBeCloseTo(1, 2);
  });

  it('refuses what is like no reference picture', async () => {
    const embedder = new Thumbnails();
    const source = await datasetOf(join(home, 'like'), [
      await sampleOf('one', chest(1)),
      await sampleOf('two', chest(2)),
    ]);
    const references = await openReferenceSet([source], embedder);
    expect(references.names).toEqual(['one', 'two']);
    const check = similarityCheck(embedder, references, { kind: 'like', threshold: 0.5 });
    const verdicts = await check.check([inputOf(chest(3)), inputOf(negative(chest(3)))]);
    expect(verdicts.map(({ passed }) => passed)).toEqual([true, false]);
  });

  it('refuses nothing of a model that gives no numbers as alike, and lets nothing pass', async () => {
    const broken: Thumbnails = new Thumbnails();
    const references = await openReferenceSet(
      [await folderOf('x', { 'a.png': await png(chest(1)) })],
      broken,
    );
    broken.embed = async (_, count) => new Float32Array(count * 64).fill(Number.NaN);
    for (const kind of ['bad', 'like'] as const) {
      const [verdict] = await similarityCheck(broken, references, { kind, threshold: 0.5 }).check([
        inputOf(chest(1)),
      ]);
      expect(verdict).toMatchObject({ passed: false, score: null });
    }
  });

  it('is seen from a centre where all pictures lie in one cone', async () => {
    const embedder = new Thumbnails();
    const ordinary = await folderOf(
      'ordinary',
      Object.fromEntries(
        await Promise.all([1, 2, 3, 4].map(async seed => [`${seed}.png`, await png(chest(seed))] as const)),
      ),
    );
    // A chest with one bright corner: near the others as it is.
    const marked = (seed: number) =>
      changed(chest(seed), (value, at) => (at % SIDE < 40 && at < 40 * SIDE ? value + 110 : value));
    const bad = await folderOf('marked', { 'a.png': await png(marked(5)) });
    const centre = await openReferenceSet([ordinary], embedder);
    const centred = centredEmbedder(embedder, meanOf(centre), centre.fingerprint);
    const scores = async (using: Embedder) => {
      const check = similarityCheck(using, await openReferenceSet([bad], using), {
        kind: 'bad',
        threshold: 0.5,
      });
      return (await check.check([inputOf(chest(7)), inputOf(marked(8))])).map(({ passed }) => passed);
    };
    expect(await scores(embedder)).toEqual([false, false]);
    expect(await scores(centred)).toEqual([true, false]);
  });

  it('keeps vectors of reference pictures, until a picture or the model changes', async () => {
    const cache = join(home, 'cache');
    const embedder = new Thumbnails();
    const folder = await folderOf('kept', { 'a.png': await png(chest(1)), 'b.png': await png(chest(2)) });
    const first = await openReferenceSet([folder], embedder, { cache });
    expect(await openReferenceSet([folder], embedder, { cache })).toEqual(first);
    expect(embedder.calls).toBe(1);
    await writeFile(join(cache, (await readdir(cache))[0]!), '{"names":["a.png"],"vectors":"AAA');
    expect(await openReferenceSet([folder], embedder, { cache })).toEqual(first);
    expect(embedder.calls).toBe(2);
    await writeFile(join(folder, 'b.png'), await png(chest(3)));
    expect((await openReferenceSet([folder], embedder, { cache })).fingerprint).not.toBe(first.fingerprint);
    expect(embedder.calls).toBe(3);
  });

  it('leaves out what cannot be read, and says when nothing is left', async () => {
    const embedder = new Thumbnails();
    const broken = new Uint8Array([1, 2, 3]);
    const some = await folderOf('some', { 'a.png': broken, 'b.png': await png(chest(1)) });
    expect((await openReferenceSet([some], embedder)).names).toEqual(['b.png']);
    const none = await folderOf('none', { 'a.png': broken });
    await expect(openReferenceSet([none], embedder)).rejects.toThrow(InputError);
    await expect(openReferenceSet([await folderOf('empty', {})], embedder)).rejects.toThrow(/no pictures/);
    await expect(openReferenceSet([join(home, 'missing')], embedder)).rejects.toThrow(UsageError);
  });
});

describe('agreement', () => {
  it('refuses a picture that most other reports fit better than its own', async () => {
    const embedder = new Thumbnails();
    const others = Array.from({ length: 40 }, (_, number) => `report ${number}`);
    const check = await agreementCheck(embedder, { threshold: 0.5, others });
    const slope = (angle: number) =>
      changed(
        chest(1),
        (_, at) => 128 + Math.cos(angle) * ((at % SIDE) - 80) + Math.sin(angle) * (at / SIDE - 80),
      );
    const [own, wrong, none] = await check.check([
      inputOf(slope(0.7), 'report 7'),
      inputOf(slope(0.7), 'report 38'),
      inputOf(slope(0.7), ''),
    ]);
    expect(own).toMatchObject({ passed: true, check: 'agreement' });
    expect(own!.score).toBeLessThan(0.05);
    expect(wrong).toMatchObject({ passed: false, reason: expect.stringMatching(/% of other reports fit/) });
    expect(none).toMatchObject({ passed: true, score: null });
  });
});
