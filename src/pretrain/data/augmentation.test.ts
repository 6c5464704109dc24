import { describe, expect, it } from 'vitest';
import { Random } from '../../base/index.js';
import { normalisePictures } from '../../models/index.js';
import { scope, tensor } from '../../tensor/index.js';
import { AugmentationSettings } from '../recipe.js';
import { drawVariation, type Variation, varyChanges, varyPictures } from './augmentation.js';

const size = 32;
const still: Variation = {
  affine: [1, 0, 0, 0, 1, 0],
  gamma: 1,
  contrast: 1,
  brightness: 0,
  blur: 0,
  noise: 0,
  detail: [1, 1, 1, 1],
  shade: Array.from({ length: 9 }, () => 0),
};

/** A dark picture with a light square around (x, y), as fractions. */
function spot(x: number, y: number): Uint8Array {
  return Uint8Array.from({ length: size * size }, (_, place) => {
    const [column, row] = [(place % size) / size, Math.floor(place / size) / size];
    return Math.max(Math.abs(column - x), Math.abs(row - y)) < 0.15 ? 255 : 0;
  });
}

const vary = (pixels: Uint8Array, variation: Variation): Float32Array =>
  scope(() => varyPictures(tensor(pixels, { shape: [1, size, size] }), [variation]).toFloat32());

describe('varyPictures', () => {
  it('leaves a picture as it is, but normalised, when nothing is to be varied', () => {
    const pixels = spot(0.3, 0.6);
    const expected = scope(() => normalisePictures(tensor(pixels, { shape: [1, size, size] })).toFloat32());
    vary(pixels, still).forEach((value, place) => {
      expect(value).toBeCloseTo(expected[place]!, 3);
    });
  });

  it('gives mean 0 and deviation 1, and treats each picture of a batch by itself', () => {
    const random = Random.of('variations');
    const variations = Array.from({ length: 4 }, () => drawVariation(AugmentationSettings.parse({}), random));
    const pixels = Uint8Array.from({ length: 4 * size * size }, () => random.integer(256));
    scope(() => {
      const varied = varyPictures(tensor(pixels, { shape: [4, size, size] }), variations);
      expect(varied.shape).toEqual([4, 1, size, size]);
      for (const value of varied.mean([1, 2, 3]).toFloat32()) expect(value).toBeCloseTo(0, 4);
      for (const value of varied.std([1, 2, 3], { unbiased: false }).toFloat32())
        expect(value).toBeCloseTo(1, 2);
    });
    const silent = variations.map(variation => ({ ...variation, noise: 0 }));
    scope(() => {
      const together = varyPictures(tensor(pixels, { shape: [4, size, size] }), silent)
        .select(0, 2)
        .toFloat32();
      const alone = vary(pixels.slice(2 * size * size, 3 * size * size), silent[2]!);
      for (let place = 0; place < alone.length; place++)
        expect(alone[place]).toBeCloseTo(together[place]!, 3);
    });
  });

  it('blurs by the deviation asked for', () => {
    const dot = new Uint8Array(size * size);
    dot[16 * size + 16] = 255;
    const varied = vary(dot, { ...still, blur: 1 });
    const low = varied[0]!;
    const at = (column: number) => varied[16 * size + column]! - low;
    // exp(−1/2) and exp(−4/2).
    expect(at(17) / at(16)).toBeCloseTo(0.607, 2);
    expect(at(14) / at(16)).toBeCloseTo(0.135, 2);
    expect(at(13)).toBeCloseTo(0, 5);
  });

  it('takes away or doubles the detail of one octave and leaves the others', () => {
    // Stripes 2 pixels wide on a broad slope.
    const pixels = Uint8Array.from({ length: size * size }, (_, place) => {
      const column = place % size;
      return 60 + 3 * column + (column % 2 === 0 ? 20 : -20);
    });
    const stripes = (picture: Float32Array) => {
      const row = picture.subarray(16 * size + 8, 16 * size + 24);
      let sum = 0;
      for (let at = 1; at + 1 < row.length; at++)
        sum += Math.abs(row[at]! - (row[at - 1]! + row[at + 1]!) / 2);
      return sum;
    };
    const plain = vary(pixels, still);
    const without = vary(pixels, { ...still, detail: [0, 1, 1, 1] });
    expect(stripes(without)).toBeLessThan(0.05 * stripes(plain));
    expect(without[16 * size + 24]! - without[16 * size + 8]!).toBeGreaterThan(1);
    expect(stripes(vary(pixels, { ...still, detail: [1, 1, 1, 0.2] })) / stripes(plain)).toBeCloseTo(1, 0);
  });

  it('lays a smooth shade over a picture, also of a size that no octave divides', () => {
    const odd = 37;
    const pixels = Uint8Array.from({ length: odd * odd }, (_, place) => 100 + (place % 2));
    const shade = [0.1, 0, -0.1, 0.1, 0, -0.1, 0.1, 0, -0.1];
    const varied = scope(() =>
      varyPictures(tensor(pixels, { shape: [1, odd, odd] }), [
        { ...still, shade, detail: [0, 0, 0, 0] },
      ]).toFloat32(),
    );
    const row = varied.subarray(18 * odd, 19 * odd);
    for (let column = 1; column < odd; column++) expect(row[column]!).toBeLessThan(row[column - 1]! + 0.02);
    expect(row[0]! - row[odd - 1]!).toBeGreaterThan(2);
  });
});

describe('varyChanges', () => {
  it('moves a change map as its picture is moved', () => {
    const random = Random.of('moves');
    for (let round = 0; round < 30; round++) {
      const drawn = drawVariation(AugmentationSettings.parse({ rotation: 30 }), random);
      const geometry = { ...still, affine: drawn.affine };
      const pixels = spot(random.uniform(0.35, 0.65), random.uniform(0.35, 0.65));
      const picture = vary(pixels, geometry);
      const changes = scope(() =>
        varyChanges(tensor(pixels, { shape: [1, size, size] }), [geometry], [size, size]).toFloat32(),
      );
      const [lit, unlit] = [Math.max(...picture), Math.min(...picture)];
      picture.forEach((value, place) => {
        expect(changes[place]!).toBeCloseTo((value - unlit) / (lit - unlit), 1);
      });
    }
  });

  it('averages to the cells of the encoder’s map', () => {
    const pixels = new Uint8Array(size * size);
    pixels.fill(255, 0, (size * size) / 4);
    const changes = scope(() =>
      varyChanges(tensor(pixels, { shape: [1, size, size] }), [still], [2, 2]).toFloat32(),
    );
    [0.5, 0.5, 0, 0].forEach((share, cell) => {
      expect(changes[cell]).toBeCloseTo(share, 5);
    });
  });
});

it('draws inside its settings, never mirrors, and gives the same for the same stream', () => {
  const settings = AugmentationSettings.parse({});
  for (let round = 0; round < 200; round++) {
    const variation = drawVariation(settings, Random.of(round));
    expect(drawVariation(settings, Random.of(round))).toEqual(variation);
    const [a, b, , c, d] = variation.affine;
    expect(a * d - b * c).toBeGreaterThan(0.6);
    expect(variation.gamma).toBeGreaterThanOrEqual(settings.gamma[0]);
    expect(variation.gamma).toBeLessThanOrEqual(settings.gamma[1]);
    expect(variation.blur).toBeLessThanOrEqual(settings.blur);
    for (const gain of variation.detail) expect(gain).toBe(1);
  }
});
