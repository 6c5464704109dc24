import { Random } from '../../base/index.js';
import { normalisePictures, UNet } from '../../models/index.js';
import { F, manualSeed, noGrad, scope, type Tensor, tensor } from '../../tensor/index.js';
import { Batches } from '../fine-tuning/batches.js';
import type { PictureEncoder } from '../fine-tuning/picture-encoder.js';
import { inPrecision, train } from '../fine-tuning/train.js';
import { augment, mayMirror } from './augment.js';
import { overlapOf } from './overlap.js';
import type { OutlinedPictures } from './pictures.js';

export interface OutlineTraining {
  readonly target: string;
  readonly size: number;
  readonly steps: number;
  readonly batch: number;
  /** Learning rate of the decoder; the encoder's is a third of it. */
  readonly rate: number;
  /** Whether the encoder is used as it is. */
  readonly frozen: boolean;
  /** Weights of the whole network to begin with, in place of the encoder's own and a fresh decoder. */
  readonly start?: ReadonlyMap<string, Tensor> | undefined;
  readonly device: string;
  readonly seed: number;
  readonly onStep?: (step: number) => void;
  readonly signal?: AbortSignal | undefined;
}

/** How much slower the encoder learns than the decoder. */
const ENCODER_RATE = 1 / 3;
const VALIDATIONS = 10;
const PATIENCE = 4;
/** Pictures outlined at once. */
const BATCH = 32;
/** Most pictures that a validation looks at. */
const VALIDATED = 200;

/**
 * Trains a U-Net on the encoder; the loss is binary cross entropy plus 1 − soft Dice of each picture.
 * @param rows - Places in `data`.
 * @param validation - Places whose mean Dice says when to stop; empty for none.
 */
export async function trainOutlines(
  encoder: PictureEncoder,
  data: OutlinedPictures,
  { rows, validation }: { readonly rows: readonly number[]; readonly validation: readonly number[] },
  settings: OutlineTraining,
): Promise<UNet> {
  const { size, steps, seed, device, frozen, rate } = settings;
  const backbone = encoder.make();
  manualSeed(Random.of(seed, 'decoder').bits());
  const network = new UNet(backbone);
  if (settings.start !== undefined) network.loadStateDict(settings.start);
  if (frozen) backbone.requireGrad(false);
  network.to({ device });
  const mirror = mayMirror(settings.target);
  const batches = new Batches(rows, settings.batch, seed);
  const watched = validation.slice(0, VALIDATED);
  await train(
    {
      module: network,
      groups: [
        { params: network.decoderParameters(), rate },
        { params: frozen ? [] : backbone.parameters(), rate: rate * ENCODER_RATE },
      ],
      frozen: frozen ? [backbone] : [],
      loss: step => {
        const places = batches.of(step);
        const { input, truth } = augment(data.pictures.read(places), data.masks.read(places), size, {
          mirror,
          seed,
          step,
          device,
        });
        const logits = inPrecision(device, () => network.forward(input));
        return outlineLoss(logits.to({ dtype: 'f32' }), truth);
      },
      validate:
        watched.length === 0
          ? undefined
          : () => -meanDice(outlinesOf(network, data, watched, settings), data, watched, size),
      ...(settings.onStep && { onStep: settings.onStep }),
      signal: settings.signal,
    },
    {
      steps,
      every: Math.max(1, Math.ceil(steps / VALIDATIONS)),
      patience: PATIENCE,
      weightDecay: 1e-4,
    },
  );
  return network;
}

/**
 * Binary cross entropy, mean over pixels, plus 1 − (2 Σ p t + 1) / (Σ p + Σ t + 1), mean over pictures (Milletari et
 * al., 3DV 2016, with sums in place of squares).
 * @param logits - N × 1 × H × W.
 * @param truth - The same, in [0, 1].
 */
export function outlineLoss(logits: Tensor, truth: Tensor): Tensor {
  const chance = logits.sigmoid();
  const both = chance.mul(truth).sum([1, 2, 3]);
  const sum = chance.sum([1, 2, 3]).add(truth.sum([1, 2, 3]));
  const dice = both.mul(2).add(1).div(sum.add(1));
  return F.binaryCrossEntropyWithLogits(logits, truth).add(dice.mean().neg().add(1));
}

/**
 * Outlines of pictures; of targets that may be mirrored, by the mean log-odds of the picture and its mirror image.
 * @returns places × size × size: 255 inside, 0 outside.
 */
export function outlinesOf(
  network: UNet,
  { pictures }: Pick<OutlinedPictures, 'pictures'>,
  places: readonly number[],
  { target, size, device }: Pick<OutlineTraining, 'target' | 'size' | 'device'>,
): Uint8Array {
  network.eval();
  const result = new Uint8Array(places.length * size * size);
  for (let start = 0; start < places.length; start += BATCH) {
    const part = places.slice(start, start + BATCH);
    const inside = scope(() =>
      noGrad(() => {
        const grey = tensor(pictures.read(part), { shape: [part.length, size, size] }).to({ device });
        const input = normalisePictures(grey);
        const logitsOf = (x: Tensor) =>
          inPrecision(device, () => network.forward(x)).to({ dtype: 'f32', device: 'cpu' });
        const logits = logitsOf(input);
        const both = mayMirror(target) ? logits.add(logitsOf(input.flip(3)).flip(3)) : logits;
        return both.contiguous().toFloat32();
      }),
    );
    for (let pixel = 0; pixel < inside.length; pixel++) {
      if (inside[pixel]! > 0) result[start * size * size + pixel] = 255;
    }
  }
  return result;
}

function meanDice(
  outlines: Uint8Array,
  { masks }: Pick<OutlinedPictures, 'masks'>,
  places: readonly number[],
  size: number,
): number {
  const truth = masks.read(places);
  let sum = 0;
  for (let row = 0; row < places.length; row++) {
    const from = row * size * size;
    const to = from + size * size;
    sum += overlapOf(outlines.subarray(from, to), truth.subarray(from, to)).dice;
  }
  return sum / places.length;
}
