import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { Random } from '../../base/index.js';
import { decodeGrey, type GreyImage } from '../../data/index.js';
import { curate, refusals } from '../curate.js';
import { shrink } from '../pixels/shrink.js';
import { pixelStatistics } from '../pixels/statistics.js';
import { changed, chest, inputOf, negative, SIDE } from '../testing/chest.js';
import { checkGroups, checks } from './index.js';

const real = resolve(process.env.SYNRAY_TEST_DATA ?? '../shared/data');
const pixelChecks = checkGroups.pixels!.map(name => checks.get(name));

/** Names of the checks that refuse a picture. */
async function refusedBy(picture: GreyImage): Promise<string[]> {
  const [verdicts] = await curate([inputOf(picture)], pixelChecks);
  return verdicts!.filter(verdict => !verdict.passed).map(verdict => verdict.check);
}

/** A picture as a camera sees it on a screen: at a slant on a dark bezel, or with the beat of two grids. */
function onScreen(picture: GreyImage, part: 'slant' | 'grid'): GreyImage {
  return changed(picture, (value, at) => {
    const [x, y] = [at % SIDE, Math.floor(at / SIDE)];
    if (part === 'grid') return value + 10 * Math.sin(1.9 * x + 1.1 * y);
    const half = 0.3 + 0.12 * (y / SIDE);
    const across = (x / SIDE - 0.5) / (2 * half) + 0.5;
    const down = (y / SIDE - 0.1) / 0.8;
    if (across < 0 || across >= 1 || down < 0 || down >= 1) return 5;
    return 90 + picture.pixels[Math.floor(down * SIDE) * SIDE + Math.floor(across * SIDE)]! / 2;
  });
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
      ['inversion', negative(good)],
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
            (_, at) => 128 + 100 * Math.sin((Math.floor(at / SIDE) + (at % SIDE)) / 9),
          ),
        },
      ],
      ['moire', onScreen(good, 'grid')],
      ['keystone', onScreen(good, 'slant')],
      ['size', { pixels: good.pixels.subarray(0, 80 * SIDE), width: 80, height: SIDE }],
      ['shape', { pixels: good.pixels.subarray(0, 80 * SIDE), width: SIDE, height: 80 }],
    ];
    for (const [check, picture] of cases) expect(await refusedBy(picture), check).toContain(check);
    expect(new Set(cases.map(([check]) => check))).toEqual(new Set(checkGroups.pixels));
  });

  it('say the figure, the bound and the reason', async () => {
    const input = inputOf(changed(chest(1), () => 90));
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
          const { frontal, ...figures } = pixelStatistics(pixels, width, height);
          for (const figure of [figures, frontal].flatMap(each => Object.values(each)))
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

  it('refuse a chest on its side and upside down, and half of one', async () => {
    const { pixels, ...size } = chest(3);
    const turned = pixels.map((_, at) => pixels[(at % SIDE) * SIDE + (SIDE - 1 - Math.floor(at / SIDE))]!);
    expect(await refusedBy({ pixels: turned, ...size })).toContain('frontal');
    expect(await refusedBy({ pixels: pixels.toReversed(), ...size })).toContain('frontal');
    const stretched = pixels.map((_, at) => pixels[Math.floor(at / SIDE) * SIDE + ((at % SIDE) >> 1)]!);
    expect(await refusedBy({ pixels: stretched, ...size })).toContain('frontal');
  });

  it('do not mind a display setting: the frontal score is of edges and ranks', async () => {
    const [verdicts] = await curate(
      [inputOf(chest(4)), inputOf(changed(chest(4), value => 0.7 * value + 20))],
      [checks.get('frontal')],
    );
    expect(verdicts![0]!.passed).toBe(true);
    const [one, other] = (
      await checks
        .get('frontal')
        .check([inputOf(chest(4)), inputOf(changed(chest(4), value => 0.7 * value + 20))])
    ).map(({ score }) => score!);
    expect(Math.abs(one! - other!)).toBeLessThan(0.05);
  });

  // Pictures with odd numbers: the even ones are those that the figures of the frontal check come from.
  it.skipIf(!existsSync(real))(
    'pass 97 % of real pictures that no figure comes from, and refuse 95 % of inverted ones (needs ../shared/data)',
    async () => {
      for (const set of ['nih-cxr14', 'hannover']) {
        const folder = join(real, set, 'images');
        const names = (await readdir(folder)).sort().filter((_, index) => index % 6 === 1);
        let refused = 0;
        let inverted = 0;
        for (const name of names) {
          const picture = await decodeGrey(await readFile(join(folder, name)), { source: name });
          if ((await refusedBy(picture)).length > 0) refused++;
          if ((await refusedBy(negative(picture))).length > 0) inverted++;
        }
        expect(refused / names.length, set).toBeLessThanOrEqual(0.04);
        expect(inverted / names.length, set).toBeGreaterThanOrEqual(0.95);
      }
    },
  );

  it.skipIf(!existsSync(real))('refuse every lateral and CT picture (needs ../shared/data)', async () => {
    const folder = join(real, 'covid-chestxray/nonfrontal');
    const names = (await readdir(folder)).filter(name => name.endsWith('.jpg'));
    expect(names.length).toBeGreaterThan(5);
    for (const name of names) {
      const picture = await decodeGrey(await readFile(join(folder, name)), { source: name });
      expect(await refusedBy(picture), name).not.toEqual([]);
    }
  });
});
