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

/** Draws how to vary one picture. */
export function drawVariation(settings: AugmentationSettings, random: Random): Variation {
  const zoom = random.uniform(...settings.zoom);
  const aspect = Math.sqrt(random.uniform(...settings.aspect));
  const angle = (random.uniform(-settings.rotation, settings.rotation) * Math.PI) / 180;
  const shift = () => 2 * random.uniform(-settings.shift, settings.shift);
  const width = zoom / aspect;
  const height = zoom * aspect;
  return {
    affine: [
      width * Math.cos(angle),
      -height * Math.sin(angle),
      shift(),
      width * Math.sin(angle),
      height * Math.cos(angle),
      shift(),
    ],
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
}

/**
 * Varies a batch of pictures and normalises each.
 * @param pictures - N × S × S, u8.
 * @returns N × 1 × S × S, f32. Draws its noise from the generator of the pictures' device.
 */
export function varyPictures(pictures: Tensor, variations: readonly Variation[]): Tensor {
  const { device } = pictures;
  const column = (value: (variation: Variation) => number) =>
    tensor(Float32Array.from(variations, value), { shape: [variations.length, 1, 1, 1] }).to({ device });
  const grey = pictures.unsqueeze(1).to({ dtype: 'f32' }).div_(255);
  // Outside the picture its rim goes on: black corners would tell how a picture was turned.
  let varied = warp(grey, variations, 'border')
    .clamp(0, 1)
    .pow(column(each => each.gamma));
  varied = varied
    .sub_(0.5)
    .mul_(column(each => each.contrast))
    .add_(column(each => 0.5 + each.brightness));
  if (variations.some(each => each.blur > 0)) varied = blur(varied, variations);
  if (variations.some(each => each.detail.some(gain => gain !== 1))) varied = scaleDetail(varied, variations);
  if (variations.some(each => each.shade.some(value => value !== 0)))
    varied = varied.add_(shades(variations, varied));
  const noise = column(each => each.noise);
  return normalisePictures(varied.add_(call('aten::randn_like', varied).mul_(noise)).clamp_(0, 1));
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
  return F.adaptiveAvgPool2d(warp(maps, variations, 'zeros'), cells).squeeze(1);
}

function warp(pictures: Tensor, variations: readonly Variation[], padding: 'zeros' | 'border'): Tensor {
  const affine = tensor(Float32Array.from(variations.flatMap(each => each.affine)), {
    shape: [variations.length, 2, 3],
  }).to({ device: pictures.device });
  const grid = F.affineGrid(affine, pictures.shape);
  return F.gridSample(pictures, grid, { mode: 'bilinear', padding });
}

/**
 * Another factor on the detail of each octave (differences of pictures averaged over 1, 2, 4 … pixels), so that no
 * machine's sharpness, and no painter's, is learnt as a sign of anything.
 */
function scaleDetail(pictures: Tensor, variations: readonly Variation[]): Tensor {
  const [, , height, width] = pictures.shape as [number, number, number, number];
  let finer = pictures;
  let result = pictures;
  for (let octave = 0; octave < OCTAVES; octave++) {
    const scale = 2 ** (octave + 1);
    const grid: [number, number] = [Math.ceil(height / scale), Math.ceil(width / scale)];
    const coarse = F.interpolate(F.adaptiveAvgPool2d(pictures, grid), [height, width]);
    const gains = tensor(
      Float32Array.from(variations, each => each.detail[octave]! - 1),
      {
        shape: [variations.length, 1, 1, 1],
      },
    ).to({ device: pictures.device });
    result = result.add(finer.sub(coarse).mul(gains));
    finer = coarse;
  }
  return result;
}

function shades(variations: readonly Variation[], { shape, device }: Tensor): Tensor {
  const knots = tensor(Float32Array.from(variations.flatMap(each => each.shade)), {
    shape: [variations.length, 1, SHADE, SHADE],
  }).to({ device });
  return F.interpolate(knots, [shape[2]!, shape[3]!], { mode: 'bicubic' });
}

/** Pixels on either side that a blur reads. */
const BLUR_REACH = 2;

/** Gaussian blur, another one for each picture: the pictures become the groups of one convolution. */
function blur(pictures: Tensor, variations: readonly Variation[]): Tensor {
  const [count, , height, width] = pictures.shape as [number, number, number, number];
  const taps = 2 * BLUR_REACH + 1;
  const kernels = new Float32Array(count * taps);
  variations.forEach(({ blur: deviation }, index) => {
    const kernel = Array.from({ length: taps }, (_, tap) =>
      deviation > 0 ? Math.exp(-0.5 * ((tap - BLUR_REACH) / deviation) ** 2) : Number(tap === BLUR_REACH),
    );
    const sum = kernel.reduce((total, value) => total + value, 0);
    kernels.set(
      kernel.map(value => value / sum),
      index * taps,
    );
  });
  const { device } = pictures;
  const across = tensor(kernels, { shape: [count, 1, 1, taps] }).to({ device });
  const down = across.transpose(2, 3);
  const groups = pictures.reshape([1, count, height, width]);
  const blurred = F.conv2d(groups, across, null, { padding: [0, BLUR_REACH], groups: count });
  return F.conv2d(blurred, down, null, { padding: [BLUR_REACH, 0], groups: count }).reshape(pictures.shape);
}
