import { Random } from '../../../base/index.js';
import { encodePng, type Sample } from '../../../data/index.js';
import { sample } from './light-reader.js';

export const SIDE = 40;

/**
 * A noisy picture with a light disc in one half and its outline: label `disc`, structure `lungs`. Every third picture
 * has none.
 */
export async function disc(id: number, more: Partial<Sample> = {}): Promise<Sample> {
  const random = Random.of('disc', id);
  const there = id % 3 !== 0;
  const [x, y] = [random.uniform(12, 28), random.uniform(12, 28)];
  const radius = random.uniform(6, 10);
  const pixels = new Uint8Array(SIDE * SIDE);
  const mask = new Uint8Array(SIDE * SIDE);
  for (let at = 0; at < pixels.length; at++) {
    const inside = there && Math.hypot((at % SIDE) - x, Math.floor(at / SIDE) - y) < radius;
    mask[at] = inside ? 255 : 0;
    pixels[at] = Math.max(0, Math.min(255, (inside ? 200 : 80) + 20 * random.normal()));
  }
  return sample(id, [], there ? ['disc'] : [], {
    image: { bytes: await encodePng(pixels, SIDE, SIDE), path: `${id}.png` },
    patient: `patient-${id >> 1}`,
    structures: [{ name: 'lungs', mask: await encodePng(mask, SIDE, SIDE) }],
    regions: there
      ? [{ concept: 'disc', side: undefined, box: [0, 0, 1, 1], mask: await encodePng(mask, SIDE, SIDE) }]
      : [],
    ...more,
  });
}
