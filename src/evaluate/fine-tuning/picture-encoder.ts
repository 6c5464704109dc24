import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type OptionSpec, Random, sha256, sha256OfFile, UsageError } from '../../base/index.js';
import {
  type ImageConfig,
  loadModel,
  MODEL_FOLDER,
  makeImageEncoder,
  type ResNet,
  resNetForms,
  type Vit,
  vitForms,
} from '../../models/index.js';
import { manualSeed, type Tensor } from '../../tensor/index.js';
import { initialiseImage } from './initialise-image.js';

/** The network for pictures of a model, of which any number of fresh copies can be made. */
export interface PictureEncoder {
  readonly name: string;
  /** Side of the pictures that it was trained on, or is to be trained on. */
  readonly size: number;
  /** Names the weights. */
  readonly fingerprint: string;
  readonly config: ImageConfig;
  /** A copy with the model's weights. */
  make(): ResNet | Vit;
}

export interface PictureEncoderOptions {
  /** A model's folder, or that of a training run; `random` or `none` for fresh weights. */
  readonly model: string;
  /** Side of the pictures; default the model's, or 128. */
  readonly size?: number | undefined;
  /** The form of fresh weights: a named one, or a folder whose model's form is taken. Default `slim`. */
  readonly form?: string | undefined;
}

/** The same, for the command line. */
export const pictureEncoderOptions: readonly OptionSpec[] = [
  {
    flags: '--size <pixels>',
    help: 'side of the pictures (default: that of the model, or 128)',
    value: { whole: 32 },
  },
  {
    flags: '--form <name>',
    help: 'with --model random: slim, resnet18, resnet34, resnet50, vit-s16, vit-b16, or a model of that form (default: slim)',
  },
];

const FRESH = ['random', 'none'];
const MOST_SIZE = 4096;

/**
 * The network for pictures that options name.
 * @throws UsageError for a form that does not exist, InputError for a folder that is no model.
 */
export async function openPictureEncoder(
  options: PictureEncoderOptions,
  seed: number,
): Promise<PictureEncoder> {
  const { model, size } = options;
  if (size !== undefined && !(Number.isInteger(size) && size >= 32 && size <= MOST_SIZE)) {
    throw new UsageError({
      fault: `the side of the pictures is ${size}`,
      mend: `give 32 to ${MOST_SIZE}`,
    });
  }
  if (!FRESH.includes(model)) {
    if (options.form !== undefined) {
      throw new UsageError({
        fault: '--form goes with --model random: a model has a form of its own',
        mend: 'leave one of them out',
      });
    }
    return trained(model, size);
  }
  const config = await formOf(options.form ?? 'slim', size ?? 128);
  return {
    name: 'random',
    size: size ?? 128,
    fingerprint: sha256(JSON.stringify(['random', config, seed])),
    config,
    make() {
      manualSeed(Random.of(seed, 'encoder').bits());
      const encoder = makeImageEncoder(config);
      initialiseImage(encoder);
      return encoder;
    },
  };
}

async function trained(model: string, size: number | undefined): Promise<PictureEncoder> {
  const { encoder, preparation, name } = await loadModel(model);
  const weights = new Map<string, Tensor>(encoder.image.stateDict());
  const file = [model, join(model, MODEL_FOLDER)]
    .map(folder => join(folder, 'model.safetensors'))
    .find(path => existsSync(path))!;
  const config = encoder.config.image;
  return {
    name,
    size: size ?? preparation.size,
    fingerprint: await sha256OfFile(file),
    config,
    make() {
      const copy = makeImageEncoder(config);
      copy.loadStateDict(weights);
      return copy;
    },
  };
}

async function formOf(form: string, size: number): Promise<ImageConfig> {
  if (Object.hasOwn(resNetForms, form)) return resNetForms[form as keyof typeof resNetForms]();
  if (Object.hasOwn(vitForms, form)) return vitForms[form as keyof typeof vitForms](1, size);
  if (existsSync(form)) return (await loadModel(form)).encoder.config.image;
  throw new UsageError({
    fault: `there is no form of network named "${form}"`,
    mend: `use one of: ${[...Object.keys(resNetForms), ...Object.keys(vitForms)].join(', ')}, or the folder of a model`,
  });
}
