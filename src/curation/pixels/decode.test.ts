import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { InputError } from '../../base/index.js';
import { decodeGrey16, encodePng, type GreyImage } from '../../data/index.js';
import { curate } from '../curate.js';
import { checkGroups, checks } from '../index.js';
import { changed, chest, deepPng, inputOf, negative, SIDE } from '../testing/chest.js';
import { decodeForChecks, decodeNegative } from './decode.js';

const source = { source: 'x.png' };
const dim = (seed: number) => changed(chest(seed), value => 0.15 * (value - 128) + 100);
const dark = (seed: number) => changed(chest(seed), value => 0.2 * value);

describe('decodeForChecks', () => {
  it.each([
    ['a chest', chest(1)],
    ['a negative', negative(chest(1))],
    ['a washed-out one', dim(1)],
    ['a dark one', dark(1)],
    ['black', changed(chest(1), () => 0)],
  ])('sees %s of 16 bits as its 8-bit copy', async (_, picture) => {
    expect(await decodeForChecks(await deepPng(picture), source)).toEqual(picture);
    const small = await encodePng(picture.pixels, SIDE, SIDE);
    expect(await decodeForChecks(small, source)).toEqual(picture);
  });

  it('sees the 10, 12 and 14 bits of a scanner as those of 8, in PNG and in TIFF', async () => {
    const picture = chest(2);
    for (const bits of [10, 12, 14]) {
      const png = await deepPng(picture, (2 ** bits - 1) / 255);
      const tiff = await sharp(png).toColourspace('grey16').tiff({ compression: 'lzw' }).toBuffer();
      for (const file of [png, new Uint8Array(tiff)]) {
        const seen = await decodeForChecks(file, source);
        const most = Math.max(...seen.pixels.map((value, at) => Math.abs(value - picture.pixels[at]!)));
        expect(most).toBeLessThanOrEqual(1);
      }
    }
  });

  it('so that verdicts do not depend on the depth', async () => {
    const pixelChecks = checkGroups.pixels!.map(name => checks.get(name));
    const cases: [GreyImage, boolean][] = [
      [chest(3), true],
      [negative(chest(3)), false],
      [dim(3), false],
    ];
    for (const [picture, isGood] of cases) {
      const deep = await decodeForChecks(await deepPng(picture), source);
      const [one, other] = await curate([inputOf(picture), inputOf(deep)], pixelChecks);
      expect(other).toEqual(one);
      expect(one!.every(({ passed }) => passed)).toBe(isGood);
    }
  });

  it('names the file that is cut short', async () => {
    const whole = await deepPng(chest(1));
    for (const length of [0, 20, 26, whole.length / 2]) {
      await expect(decodeForChecks(whole.slice(0, length), source)).rejects.toThrow(InputError);
    }
    await expect(decodeForChecks(Buffer.from('II*\0 and no more'), source)).rejects.toThrow(InputError);
  });
});

describe('decodeNegative', () => {
  it('keeps the depth, and the range of a scanner of fewer bits', async () => {
    const picture = chest(4);
    const shallow = await decodeNegative(await encodePng(picture.pixels, SIDE, SIDE), source);
    expect(shallow).toEqual(negative(picture));
    for (const times of [257, 16]) {
      const { pixels } = await decodeNegative(await deepPng(picture, times), source);
      const before = (await decodeGrey16(await deepPng(picture, times), source)).pixels;
      const range = times === 257 ? 65_535 : 4095;
      expect(pixels).toEqual(before.map(value => range - value));
    }
  });
});
