import type { Random } from '../../base/index.js';
import { normalisePictures } from '../../models/index.js';
import { call, F, type Tensor, tensor } from '../../tensor/index.js';
import type { AugmentationSettings } from '../recipe.js';

/** How one picture is varied. */
export interface Variation {
  /** The 2 × 3 matrix, row by row, that brings places of the result (x, y in [−1, 1]) to places of the picture. */
  readonly affine: readonly [number, number, number, number, number, number];
  readonly gamma: number;
  readonly contrast: number;
  readonly brightness: number;
  /** Standard deviation in pixels; 0 for none. */
  readonly blur: number;
  /** Standard deviation in grey values in [0, 1]. */
  readonly noise: number;
  /** Factors on the detail of each octave, finest first. */
  readonly detail: readonly number[];
  /** SHADE × SHADE values of a smooth shade, in grey values in [0, 1]. */
  readonly shade: readonly number[];
}

/** Octaves whose detail is varied: 2, 4, 8, 16 pixels. */
const OCTAVES = 4;
/** Knots of a shade along a side. */
const SHADE = 3;
/** Pixels on either side that a blur reads. */
const BLUR_REACH = 2;
const BLUR_TAPS = 2 * BLUR_REACH + 1;

/** Far less than one step of 8 bits: what black counts as where a logarithm is taken. */
const BLACK = 1e-12;

/** First column of each part of a table of variations. */
const COLUMNS = {
  affine: 0,
  gamma: 6,
  contrast: 7,
  brightness: 8,
  noise: 9,
  blur: 10,
  detail: 10 + BLUR_TAPS,
  shade: 10 + BLUR_TAPS + OCTAVES,
  end: 10 + BLUR_TAPS + OCTAVES + SHADE * SHADE,
} as const;

/**
 * Draws how to vary one picture.
 * @param mayMirror - Whether the picture may be mirrored: nothing that is said of it names a side.
 */
export function drawVariation(settings: AugmentationSettings, random: Random, mayMirror = false): Variation {
  const zoom = random.uniform(...settings.zoom);
  const aspect = Math.sqrt(random.uniform(...settings.aspect));
  const angle = (random.uniform(-settings.rotation, settings.rotation) * Math.PI) / 180;
  const shift = () => 2 * random.uniform(-settings.shift, settings.shift);
  const width = zoom / aspect;
  const height = zoom * aspect;
  const variation = {
    affine: [
      width * Math.cos(angle),
      -height * Math.sin(angle),
      shift(),
      width * Math.sin(angle),
      height * Math.cos(angle),
      shift(),
    ] as const,
    gamma: Math.exp(random.uniform(Math.log(settings.gamma[0]), Math.log(settings.gamma[1]))),
    contrast: random.uniform(...settings.contrast),
    brightness: random.uniform(-settings.brightness, settings.brightness),
    blur: random.chance(0.5) ? random.uniform(0, settings.blur) : 0,
    noise: random.uniform(0, settings.noise),
    detail: Array.from({ length: OCTAVES }, () =>
      Math.exp(random.uniform(Math.log(settings.detail[0]), Math.log(settings.detail[1]))),
    ),
    shade: Array.from({ length: SHADE * SHADE }, () => random.uniform(-settings.shade, settings.shade)),
  };
  // Drawn last, so that a recipe without mirrored pictures draws as it always did.
  if (!mayMirror || !random.chance(settings.flip)) return variation;
  const [a, b, x, c, d, y] = variation.affine;
  return { ...variation, affine: [-a, b, x, -c, d, y] };
}

/**
 * Varies a batch of pictures and normalises each. All of the batch goes through each operator at once, and what the
 * operators need to know of each picture reaches the device in one table.
 * @param pictures - N × S × S, u8.
 * @param noise - Gives N × 1 × S × S normal draws where any are needed; by default from the device's generator.
 * @returns N × 1 × S × S, f32.
 */
export function varyPictures(
  pictures: Tensor,
  variations: readonly Variation[],
  noise?: () => Tensor,
): Tensor {
  const table = new VariationTable(variations, pictures.device);
  const grey = pictures.unsqueeze(1).to({ dtype: 'f32' }).div_(255);
  // Outside the picture its rim goes on: black corners would tell how a picture was turned.
  const warped = warp(grey, table.affine(), 'border').clamp(BLACK, 1);
  // x^γ as exp(γ log x) takes half the time of a power with another exponent for each picture.
  let varied = call('aten::exp_', call('aten::log_', warped).mul_(table.column('gamma')));
  varied = varied.sub_(0.5).mul_(table.column('contrast')).add_(table.column('brightness'));
  if (variations.some(each => each.blur > 0)) varied = blur(varied, table.blurs());
  if (variations.some(each => each.detail.some(gain => gain !== 1)))
    varied = scaleDetail(varied, octave => table.detail(octave));
  if (variations.some(each => each.shade.some(value => value !== 0)))
    varied = varied.add_(
      F.interpolate(table.shades(), varied.shape.slice(2) as [number, number], { mode: 'bicubic' }),
    );
  if (variations.some(each => each.noise > 0)) {
    const draws = noise?.() ?? call('aten::randn_like', varied);
    varied = varied.add_(draws.mul(table.column('noise')));
  }
  return normalisePictures(varied.clamp_(0, 1));
}

/**
 * Takes change maps through the same geometry as their pictures. Outside the picture nothing has changed.
 * @param changes - R × G × G, u8.
 * @param variations - R: that of each map's picture.
 * @returns R × h × w, f32 in [0, 1].
 */
export function varyChanges(
  changes: Tensor,
  variations: readonly Variation[],
  cells: readonly [number, number],
): Tensor {
  const maps = changes.unsqueeze(1).to({ dtype: 'f32' }).div_(255);
  return F.adaptiveAvgPool2d(
    warp(maps, new VariationTable(variations, changes.device).affine(), 'zeros'),
    cells,
  ).squeeze(1);
}

/** What operators need to know of each picture, N rows of numbers on the device. */
class VariationTable {
  readonly #table: Tensor;
  readonly #count: number;

  constructor(variations: readonly Variation[], device: string) {
    this.#count = variations.length;
    const rows = variations.flatMap(each => [
      ...each.affine,
      each.gamma,
      each.contrast,
      0.5 + each.brightness,
      each.noise,
      ...blurKernel(each.blur),
      ...each.detail.map(gain => gain - 1),
      ...each.shade,
    ]);
    this.#table = tensor(Float32Array.from(rows), { shape: [this.#count, COLUMNS.end] }).to({ device });
  }

  /** N × 2 × 3. */
  affine(): Tensor {
    return this.#part(COLUMNS.affine, 6).reshape([this.#count, 2, 3]);
  }

  /** N × 1 × 1 × 1. */
  column(name: 'gamma' | 'contrast' | 'brightness' | 'noise'): Tensor {
    return this.#part(COLUMNS[name], 1).reshape([this.#count, 1, 1, 1]);
  }

  /** The kernels of the blurs: N × 1 × 1 × taps. */
  blurs(): Tensor {
    return this.#part(COLUMNS.blur, BLUR_TAPS).reshape([this.#count, 1, 1, BLUR_TAPS]);
  }

  /** What to add of the detail of an octave: N × 1 × 1 × 1. */
  detail(octave: number): Tensor {
    return this.#part(COLUMNS.detail + octave, 1).reshape([this.#count, 1, 1, 1]);
  }

  /** Knots of the shades: N × 1 × SHADE × SHADE. */
  shades(): Tensor {
    return this.#part(COLUMNS.shade, SHADE * SHADE).reshape([this.#count, 1, SHADE, SHADE]);
  }

  #part(first: number, width: number): Tensor {
    return this.#table.slice(1, first, first + width);
  }
}

function warp(pictures: Tensor, affine: Tensor, padding: 'zeros' | 'border'): Tensor {
  const grid = F.affineGrid(affine, pictures.shape);
  return F.gridSample(pictures, grid, { mode: 'bilinear', padding });
}

/**
 * Another factor on the detail of each octave (differences of pictures averaged over 1, 2, 4 … pixels), so that no
 * machine's sharpness, and no painter's, is learnt as a sign of anything.
 */
function scaleDetail(pictures: Tensor, gains: (octave: number) => Tensor): Tensor {
  const [, , height, width] = pictures.shape as [number, number, number, number];
  let finer = pictures;
  let result = pictures;
  for (let octave = 0; octave < OCTAVES; octave++) {
    const scale = 2 ** (octave + 1);
    const grid: [number, number] = [Math.ceil(height / scale), Math.ceil(width / scale)];
    const coarse = F.interpolate(F.adaptiveAvgPool2d(pictures, grid), [height, width]);
    result = result.add(finer.sub(coarse).mul(gains(octave)));
    finer = coarse;
  }
  return result;
}

/** The taps of a Gaussian blur of this deviation in pixels, 1 together. */
function blurKernel(deviation: number): number[] {
  const kernel = Array.from({ length: BLUR_TAPS }, (_, tap) =>
    deviation > 0 ? Math.exp(-0.5 * ((tap - BLUR_REACH) / deviation) ** 2) : Number(tap === BLUR_REACH),
  );
  const sum = kernel.reduce((total, value) => total + value, 0);
  return kernel.map(value => value / sum);
}

/** Gaussian blur, another one for each picture: the pictures become the groups of one convolution. */
function blur(pictures: Tensor, across: Tensor): Tensor {
  const [count, , height, width] = pictures.shape as [number, number, number, number];
  const down = across.transpose(2, 3);
  const groups = pictures.reshape([1, count, height, width]);
  const blurred = F.conv2d(groups, across, null, { padding: [0, BLUR_REACH], groups: count });
  return F.conv2d(blurred, down, null, { padding: [BLUR_REACH, 0], groups: count }).reshape(pictures.shape);
}
