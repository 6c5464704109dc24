import { Random, sha256 } from '../../../base/index.js';
import { DatasetWriter, encodePng, type Sample } from '../../../data/index.js';

export const SIDE = 64;

/** A soft picture of its own for each key: hills of grey. @param shift - Moves its hills a little. */
export function hills(key: string | number, shift = 0): Uint8Array {
  const random = Random.of('hills', key);
  const tops = Array.from({ length: 12 }, () => ({
    x: random.uniform(0, SIDE) + shift,
    y: random.uniform(0, SIDE) + shift,
    width: random.uniform(4, 14),
    height: random.uniform(-110, 110),
  }));
  const pixels = new Uint8Array(SIDE * SIDE);
  for (let at = 0; at < pixels.length; at++) {
    const [x, y] = [at % SIDE, Math.floor(at / SIDE)];
    let grey = 128;
    for (const top of tops) {
      grey += top.height * Math.exp(-((x - top.x) ** 2 + (y - top.y) ** 2) / (2 * top.width ** 2));
    }
    pixels[at] = Math.max(0, Math.min(255, Math.round(grey)));
  }
  return pixels;
}

/** A sample of these pixels. */
export async function pictureSample(
  id: string,
  pixels: Uint8Array,
  more: Partial<Sample> = {},
): Promise<Sample> {
  return {
    id,
    image: { bytes: await encodePng(pixels, SIDE, SIDE), path: `${id}.png` },
    findings: '',
    impression: '',
    labels: [],
    patient: `patient ${id}`,
    view: null,
    sex: null,
    age: null,
    mentions: [],
    regions: [],
    verdicts: [],
    source: 'test',
    ...more,
  };
}

/** Writes a data set of one split, `train`. */
export async function writeSamples(folder: string, samples: readonly Sample[]): Promise<void> {
  const writer = await DatasetWriter.create(folder, sha256('test'));
  for (const sample of samples) await writer.add('train', sample);
  await writer.finish({
    name: 'test',
    provenance: { producer: 'test', version: '0', description: 'test' },
    settings: {},
  });
}
