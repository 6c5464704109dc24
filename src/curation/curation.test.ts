import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import fc from 'fast-check';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Random, sha256, UsageError } from '../base/index.js';
import {
  DatasetWriter,
  decodeGrey,
  encodePng,
  type GreyImage,
  openDataset,
  type Sample,
} from '../data/index.js';
import {
  checks,
  curate,
  curateDataset,
  DUPLICATE_DISTANCE,
  DuplicateIndex,
  perceptualHash,
  refusals,
} from './index.js';
import { shrink } from './pixels/shrink.js';
import { pixelStatistics } from './pixels/statistics.js';

const real = resolve(process.env.SYNRAY_TEST_DATA ?? '../shared/data');
const SIDE = 160;

/** A chest of the simplest kind: a grey body with two dark lungs, a bright spine and a heart, ribs, clouds and grain. */
function chest(seed: number): GreyImage {
  const random = Random.of(seed, 'chest');
  const [shift, rib0, width] = [
    random.uniform(-0.04, 0.04),
    random.uniform(0, 6),
    random.uniform(0.12, 0.15),
  ];
  const clouds = Array.from({ length: 400 }, () => random.normal(0, 12));
  const pixels = new Uint8ClampedArray(SIDE * SIDE);
  for (let y = 0; y < SIDE; y++) {
    for (let x = 0; x < SIDE; x++) {
      const across = Math.abs(x / SIDE - 0.5);
      const down = y / SIDE;
      const isLung = ((across - 0.22) / width) ** 2 + ((down - 0.45) / 0.33) ** 2 < 1;
      const isHeart = ((x / SIDE - 0.56 - shift) / width) ** 2 + ((down - 0.66) / 0.16) ** 2 < 1;
      const rib = isLung ? 14 * Math.sin(down * 60 + rib0) : 0;
      const outside = across > 0.46 || down < 0.06;
      const level = outside ? 25 : isHeart ? 180 : isLung ? 75 : 130 + 60 * down + (across < 0.06 ? 30 : 0);
      pixels[y * SIDE + x] = level + rib + clouds[(y >> 3) * 20 + (x >> 3)]! + random.normal(0, 6);
    }
  }
  return { pixels: new Uint8Array(pixels.buffer), width: SIDE, height: SIDE };
}

function changed(
  { pixels, width, height }: GreyImage,
  change: (value: number, index: number) => number,
): GreyImage {
  return { pixels: new Uint8Array(Uint8ClampedArray.from(pixels, change).buffer), width, height };
}

/** Names of the checks that refuse a picture. */
async function refusedBy(picture: GreyImage): Promise<string[]> {
  const input = { id: 'x', findings: '', impression: '', mentions: [], ...picture };
  const [verdicts] = await curate(
    [input],
    checks.entries().map(([, check]) => check),
  );
  return verdicts!.filter(verdict => !verdict.passed).map(verdict => verdict.check);
}

describe('the pixel checks', () => {
  it('pass a frontal chest', async () => {
    for (let seed = 0; seed < 5; seed++) expect(await refusedBy(chest(seed))).toEqual([]);
  });

  it('each refuse what they are there for', async () => {
    const random = Random.of(1, 'bad');
    const good = chest(1);
    const raw = { raw: { width: SIDE, height: SIDE, channels: 1 as const } };
    const soft = await sharp(good.pixels, raw).blur(5).extractChannel(0).raw().toBuffer();
    const cases: [string, GreyImage][] = [
      ['inversion', changed(good, value => 255 - value)],
      ['contrast', changed(good, value => 120 + value / 20)],
      ['exposure', changed(good, value => 4 * value)],
      ['noise', changed(good, value => 0.3 * value + 0.7 * random.integer(256))],
      ['blur', { ...good, pixels: new Uint8Array(soft) }],
      ['borders', changed(good, (value, index) => (index < (SIDE * SIDE) / 2 ? value : 128))],
      [
        'frontal',
        {
          ...good,
          pixels: Uint8Array.from(
            good.pixels,
            (_, at) => 128 + 100 * Math.sin(at / SIDE / 6) * Math.cos((at % SIDE) / 6),
          ),
        },
      ],
      ['size', { pixels: good.pixels.subarray(0, 80 * SIDE), width: 80, height: SIDE }],
      ['shape', { pixels: good.pixels.subarray(0, 80 * SIDE), width: SIDE, height: 80 }],
    ];
    for (const [check, picture] of cases) expect(await refusedBy(picture), check).toContain(check);
    expect(new Set(cases.map(([check]) => check))).toEqual(new Set(checks.names()));
  });

  it('say the figure, the bound and the reason', async () => {
    const input = { id: 'x', findings: '', impression: '', mentions: [], ...changed(chest(1), () => 90) };
    const [verdicts] = await curate([input], [checks.get('contrast')]);
    expect(verdicts).toEqual([
      {
        check: 'contrast',
        passed: false,
        score: 0,
        threshold: 0.12,
        reason: 'the picture is blank or nearly so, its contrast: 0 is below 0.12',
      },
    ]);
    expect(refusals(verdicts!)).toEqual([
      'contrast: the picture is blank or nearly so, its contrast: 0 is below 0.12',
    ]);
  });

  it('give finite scores for any picture', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 1, max: 20 }),
        fc.nat(),
        async (width, height, seed) => {
          const random = Random.of(seed, 'any');
          const range = random.integer(256) + 1;
          const pixels = Uint8Array.from({ length: width * height }, () => random.integer(range));
          const { frontal, screen, ...figures } = pixelStatistics(pixels, width, height);
          for (const figure of [figures, frontal, screen].flatMap(each => Object.values(each)))
            expect(figure).toSatisfy(Number.isFinite);
          expect(figures.border).toBeGreaterThanOrEqual(0);
          expect(figures.border).toBeLessThanOrEqual(1);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('shrink keeps the mean when cells are whole', () => {
    const { pixels } = chest(2);
    const mean = pixels.reduce((sum, value) => sum + value, 0) / pixels.length / 255;
    const small = shrink(pixels, SIDE, SIDE, 16);
    expect(small.reduce((sum, value) => sum + value, 0) / small.length).toBeCloseTo(mean, 5);
  });

  it.skipIf(!existsSync(real))(
    'pass 97 % of real pictures, and refuse 95 % of inverted ones (needs ../shared/data)',
    async () => {
      for (const set of ['nih-cxr14', 'hannover']) {
        const folder = join(real, set, 'images');
        const names = (await readdir(folder)).sort().filter((_, index) => index % 10 === 0);
        let refused = 0;
        let inverted = 0;
        for (const name of names) {
          const picture = await decodeGrey(await readFile(join(folder, name)), { source: name });
          if ((await refusedBy(picture)).length > 0) refused++;
          if ((await refusedBy(changed(picture, value => 255 - value))).length > 0) inverted++;
        }
        expect(refused / names.length, set).toBeLessThanOrEqual(0.03);
        expect(inverted / names.length, set).toBeGreaterThanOrEqual(0.95);
      }
    },
  );
});

describe('DuplicateIndex', () => {
  it('finds the nearest hash within the distance, whichever bits differ, and none beyond it', () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 0, max: 20 }), (seed, flips) => {
        const random = Random.of(seed, 'hash');
        const draw = () => Uint8Array.from({ length: 256 }, () => random.integer(2));
        const index = new DuplicateIndex();
        const hash = draw();
        for (let other = 0; other < 20; other++) index.add(`other ${other}`, draw());
        index.add('one', hash);
        const changedHash = hash.slice();
        for (const bit of random.shuffle([...hash.keys()]).slice(0, flips)) changedHash[bit]! ^= 1;
        const expected = flips <= DUPLICATE_DISTANCE ? { id: 'one', distance: flips } : undefined;
        expect(index.find(changedHash)).toEqual(expected);
      }),
      { numRuns: 200 },
    );
  });

  it('knows a picture that was scaled, compressed or brightened from another one', async () => {
    const { pixels } = chest(1);
    const raw = { raw: { width: SIDE, height: SIDE, channels: 1 as const } };
    const index = new DuplicateIndex();
    index.add('one', perceptualHash(pixels, SIDE, SIDE));
    const copies = [
      await sharp(pixels, raw).jpeg({ quality: 50 }).toBuffer(),
      await sharp(pixels, raw).resize(100).png().toBuffer(),
      await sharp(pixels, raw).linear(0.7, 30).png().toBuffer(),
    ];
    for (const copy of copies) {
      const picture = await decodeGrey(copy, { source: 'copy' });
      expect(index.find(perceptualHash(picture.pixels, picture.width, picture.height))?.id).toBe('one');
    }
    expect(index.find(perceptualHash(chest(2).pixels, SIDE, SIDE))).toBeUndefined();
  });
});

describe('curateDataset', () => {
  let home: string;
  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'synray-curate-'));
  });
  afterAll(() => rm(home, { recursive: true }));

  async function sample(id: string, picture: GreyImage | Uint8Array): Promise<Sample> {
    const bytes =
      picture instanceof Uint8Array
        ? picture
        : await encodePng(picture.pixels, picture.width, picture.height);
    return {
      id,
      image: { bytes, path: `${id}.png` },
      findings: '',
      impression: '',
      labels: ['nodule'],
      patient: id,
      view: 'PA',
      sex: null,
      age: null,
      mentions: [],
      regions: [],
      verdicts: [{ check: 'earlier', passed: true, score: 1, threshold: null, reason: '' }],
      source: 'test',
    };
  }

  async function dataset(name: string, samples: readonly Sample[]): Promise<string> {
    const out = join(home, name);
    const writer = await DatasetWriter.create(out, sha256(name));
    for (const one of samples) await writer.add('train', one);
    const provenance = { producer: 'test', version: '0', description: 'Test.' };
    await writer.finish({ name, provenance, settings: {} });
    return out;
  }

  it('keeps good samples with their verdicts, and lists the others with reasons', async () => {
    const whole = await encodePng(chest(4).pixels, SIDE, SIDE);
    const source = await dataset('mixed', [
      await sample('good', chest(1)),
      await sample(
        'inverted',
        changed(chest(2), value => 255 - value),
      ),
      await sample('broken', whole.subarray(0, 900)),
      await sample('fine', chest(3)),
      await sample(
        'again',
        changed(chest(1), value => 0.8 * value + 20),
      ),
    ]);
    const out = join(home, 'clean');
    const result = await curateDataset(source, out);
    expect(result).toEqual({
      kept: 2,
      rejected: 3,
      reasons: { inversion: 1, decode: 1, duplicates: 1 },
      out,
    });
    const kept: Sample[] = [];
    for await (const one of (await openDataset(out, { verify: true })).samples()) kept.push(one);
    expect(kept.map(({ id }) => id)).toEqual(['good', 'fine']);
    expect(kept[0]!.verdicts.map(({ check }) => check)).toEqual(['earlier', ...checks.names(), 'duplicates']);
    const rejected = (await readFile(join(out, 'rejected.jsonl'), 'utf8')).trim().split('\n');
    expect(rejected.map(line => JSON.parse(line).id)).toEqual(['inverted', 'broken', 'again']);
    await expect(curateDataset(source, out)).rejects.toThrow(UsageError);
  });

  it('leaves nothing behind when nothing is left, or a check is unknown', async () => {
    const source = await dataset('blank', [
      await sample(
        'a',
        changed(chest(1), () => 7),
      ),
    ]);
    const out = join(home, 'nothing');
    await expect(curateDataset(source, out)).rejects.toThrow(
      /all 1 samples were refused; the first: contrast/,
    );
    await expect(curateDataset(source, out, { checks: ['taste'] })).rejects.toThrow(/check named "taste"/);
    expect((await readdir(home)).filter(name => name.includes('nothing'))).toEqual([]);
  });
});
