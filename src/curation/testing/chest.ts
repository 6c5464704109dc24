import { Random, sha256 } from '../../base/index.js';
import { DatasetWriter, encodePng, type GreyImage, type Sample } from '../../data/index.js';
import type { CheckInput } from '../check.js';

/** Side of the pictures that {@link chest} draws. */
export const SIDE = 160;

/** A chest of the simplest kind that passes all checks: body, lungs over domes, heart, spine, ribs, clavicles, grain. */
export function chest(seed: number): GreyImage {
  const random = Random.of(seed, 'chest');
  const shift = random.uniform(-0.02, 0.02);
  const firstRib = random.uniform(0, 6);
  const width = random.uniform(0.13, 0.15);
  const clouds = Array.from({ length: 400 }, () => random.normal(0, 7));
  const pixels = new Uint8ClampedArray(SIDE * SIDE);
  for (let y = 0; y < SIDE; y++) {
    for (let x = 0; x < SIDE; x++) {
      const across = Math.abs(x / SIDE - 0.5);
      const down = y / SIDE;
      const apex = Math.sqrt(Math.max(0, 1 - ((down - 0.45) / 0.36) ** 2));
      const dome = 0.8 + 0.9 * (across - 0.2) ** 2 + 1.2 * Math.max(0, across - 0.28);
      const isLung =
        down > 0.09 && down < dome && Math.abs(across - 0.21) < width * (down < 0.45 ? apex : 1.08);
      const isHeart = ((x / SIDE - 0.55 - shift) / 0.17) ** 2 + ((down - 0.68) / 0.17) ** 2 < 1;
      const isOutside =
        (down < 0.16 && across > 0.1 + 1.6 * down) || across > 0.44 + 0.03 * Math.sin(Math.PI * down);
      const rib = isLung ? 12 * Math.sin(down * 55 - 14 * across + firstRib) : 0;
      const clavicle =
        Math.abs(down - 0.19 + 0.25 * across) < 0.015 && across > 0.05 && across < 0.36 ? 25 : 0;
      let level = 140 - 60 * Math.max(0, across - 0.3);
      if (across < 0.07) level = 175;
      if (down >= dome) level = 205;
      if (isLung) level = 75 + 60 * Math.abs(across - 0.21);
      if (isHeart) level = 185;
      if (isOutside) level = 12;
      const cloud = clouds[(y >> 3) * 20 + (x >> 3)]!;
      pixels[y * SIDE + x] = level + rib + clavicle + cloud + random.normal(0, 5);
    }
  }
  return { pixels: new Uint8Array(pixels.buffer), width: SIDE, height: SIDE };
}

/** A picture with every value changed. */
export function changed(
  { pixels, width, height }: GreyImage,
  change: (value: number, index: number) => number,
): GreyImage {
  return { pixels: new Uint8Array(Uint8ClampedArray.from(pixels, change).buffer), width, height };
}

/** The file of a picture in 16 bits, each value `times` as large: 257 for the whole range, 16 for 12 bits. */
export async function deepPng({ pixels, width, height }: GreyImage, times = 257): Promise<Uint8Array> {
  return encodePng(
    Uint16Array.from(pixels, value => value * times),
    width,
    height,
  );
}

export function negative(picture: GreyImage): GreyImage {
  return changed(picture, value => 255 - value);
}

/** A check's input of a picture, perhaps with a report. */
export function inputOf(picture: GreyImage, findings = '', impression = ''): CheckInput {
  return { id: 'x', findings, impression, mentions: [], ...picture };
}

/** A sample of a picture, or of the bytes of a file. */
export async function sampleOf(id: string, picture: GreyImage | Uint8Array, findings = ''): Promise<Sample> {
  const bytes =
    picture instanceof Uint8Array ? picture : await encodePng(picture.pixels, picture.width, picture.height);
  return {
    id,
    image: { bytes, path: `${id}.png` },
    findings,
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

/** A finished data set of samples, in the split `train`. */
export async function datasetOf(out: string, samples: readonly Sample[]): Promise<string> {
  const writer = await DatasetWriter.create(out, sha256(out));
  for (const sample of samples) await writer.add('train', sample);
  const provenance = { producer: 'test', version: '0', description: 'Test.' };
  await writer.finish({ name: 'test', provenance, settings: {} });
  return out;
}
