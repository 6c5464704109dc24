import { Random } from '../../base/index.js';
import { drawVariation, varyChanges, varyPictures } from '../../pretrain/data/augmentation.js';
import { AugmentationSettings } from '../../pretrain/recipe.js';
import { type Tensor, tensor } from '../../tensor/index.js';

/** Wide, so that what is learnt on pictures of one kind (a simulator's) holds on others. */
const WIDE: AugmentationSettings = AugmentationSettings.parse({
  zoom: [0.6, 1.1],
  aspect: [0.75, 1.3],
  rotation: 12,
  shift: 0.1,
  gamma: [0.5, 2],
  contrast: [0.6, 1.5],
  brightness: 0.2,
  blur: 1.2,
  noise: 0.06,
  detail: [0.4, 2.5],
  shade: 0.15,
  flip: 0.5,
});

/** Targets that look the same in a mirror: the name says no side, and no side is likelier. */
const SYMMETRIC: readonly string[] = ['lungs', 'lung fields'];

/** Whether pictures of a target may be mirrored. */
export function mayMirror(target: string): boolean {
  return SYMMETRIC.includes(target);
}

/**
 * Varies pictures and masks alike, and lays over the pictures what archives lay over them: borders (in which masks end),
 * plates and lines.
 * @param pictures - count × size × size grey values; changed.
 * @param masks - count × size × size, 255 inside; changed.
 * @param keys - Name the random stream of the batch.
 * @returns Normalised pictures N × 1 × S × S and masks N × 1 × S × S in [0, 1].
 */
export function augment(
  pictures: Uint8Array,
  masks: Uint8Array,
  size: number,
  options: {
    readonly mirror: boolean;
    readonly seed: number;
    readonly step: number;
    readonly device: string;
  },
): { input: Tensor; truth: Tensor } {
  const count = pictures.length / (size * size);
  const random = Random.of(options.seed, 'segmentation', options.step);
  for (let row = 0; row < count; row++) {
    const part = <T extends Uint8Array>(all: T) => all.subarray(row * size * size, (row + 1) * size * size);
    clutter(part(pictures), part(masks), size, random.fork('clutter', row));
  }
  const variations = Array.from({ length: count }, (_, row) =>
    drawVariation(WIDE, random.fork('variation', row), options.mirror),
  );
  const { device } = options;
  const shape = [count, size, size];
  const grey = tensor(pictures, { shape }).to({ device });
  const inside = tensor(masks, { shape }).to({ device });
  return {
    input: varyPictures(grey, variations),
    truth: varyChanges(inside, variations, [size, size]).unsqueeze(1),
  };
}

function clutter(picture: Uint8Array, mask: Uint8Array, size: number, random: Random): void {
  if (random.chance(0.3)) {
    const grey = random.chance(0.7) ? random.integer(30) : random.integer(256);
    for (let edge = 0; edge < 4; edge++) {
      if (random.chance(0.5)) continue;
      const wide = Math.round(random.uniform(0, 0.14) * size);
      for (let along = 0; along < size; along++) {
        for (let deep = 0; deep < wide; deep++) {
          const across = edge % 2 === 0 ? deep : size - 1 - deep;
          const at = edge < 2 ? along * size + across : across * size + along;
          picture[at] = grey;
          mask[at] = 0;
        }
      }
    }
  }
  const things = random.chance(0.5) ? random.integer(5) : 0;
  for (let thing = 0; thing < things; thing++) {
    const grey = random.chance(0.75) ? 160 + random.integer(96) : random.integer(120);
    const strength = random.uniform(0.3, 1);
    const long = random.uniform(0.04, random.chance(0.4) ? 0.9 : 0.25) * size;
    const wide = Math.max(1, random.uniform(0.004, long > 0.3 * size ? 0.015 : 0.12) * size);
    const angle = random.uniform(0, Math.PI);
    const [x, y] = [random.uniform(0, size), random.uniform(0, size)];
    const [dx, dy] = [Math.cos(angle), Math.sin(angle)];
    const reach = Math.ceil((long + wide) / 2);
    for (let row = Math.max(0, Math.floor(y - reach)); row < Math.min(size, y + reach); row++) {
      for (let column = Math.max(0, Math.floor(x - reach)); column < Math.min(size, x + reach); column++) {
        const along = (column - x) * dx + (row - y) * dy;
        const across = (row - y) * dx - (column - x) * dy;
        if (Math.abs(along) > long / 2 || Math.abs(across) > wide / 2) continue;
        const at = row * size + column;
        picture[at] = picture[at]! * (1 - strength) + grey * strength;
      }
    }
  }
}
