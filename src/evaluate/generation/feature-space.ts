import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { parseAs, Registry, readJson, sha256, sha256OfFile, UsageError } from '../../base/index.js';
import {
  loadModel,
  loadPublished,
  MODEL_FOLDER,
  makeImageEncoder,
  normalisePictures,
  publishedImageConfig,
} from '../../models/index.js';
import { noGrad, scope, type Tensor, tensor } from '../../tensor/index.js';

/**
 * A space in which pictures are compared. An `Embedder` of the curation is one too; here vectors may have any length,
 * as the Fréchet and kernel distances expect them.
 */
export interface FeatureSpace {
  /** For tables: what made the vectors. */
  readonly name: string;
  /** SHA-256 of what decides its vectors. */
  readonly fingerprint: string;
  /** Side of the square pictures that it takes, in pixels. */
  readonly size: number;
  /** @param pixels - count × size × size grey values. @returns count × D */
  embed(pixels: Uint8Array, count: number): Promise<Float32Array>;
}

export interface FeatureSpaceOptions {
  /** The model whose image encoder `project` is. */
  readonly model?: string | undefined;
}

/** Opens a feature space of a name. A new one is a function and a line in {@link featureSpaces}. */
export type FeatureSpaceOpener = (options: FeatureSpaceOptions) => Promise<FeatureSpace>;

/** The feature spaces that have a name; any other word is a folder with weights. */
export const featureSpaces = new Registry<FeatureSpaceOpener>('feature space', {
  project: async ({ model }) => {
    if (model !== undefined) return modelSpace(model);
    throw new UsageError({
      fault: 'the feature space `project` is the image encoder of a model, and none is given',
      mend: 'add --model, or choose --features pixels or a folder with weights',
    });
  },
  pixels: async () => pixelSpace(),
});

/**
 * The feature space of a name, or of a folder: a model of this project, or weights as Hugging Face or timm publish them
 * (`config.json`, `model.safetensors`).
 * @throws UsageError where it is neither, InputError where the weights cannot be used.
 */
export async function openFeatureSpace(
  name: string,
  options: FeatureSpaceOptions = {},
): Promise<FeatureSpace> {
  if (featureSpaces.names().includes(name)) return featureSpaces.get(name)(options);
  if (!existsSync(name)) {
    throw new UsageError({
      fault: `there is no feature space or folder "${name}"`,
      mend: `use ${featureSpaces.names().join(', ')}, or a folder with weights`,
    });
  }
  const isOwn = [name, join(name, MODEL_FOLDER)].some(folder => existsSync(join(folder, 'tokenizer.json')));
  return isOwn ? modelSpace(name) : publishedSpace(name);
}

/** The image encoder of a model before its projection, which keeps what texts do not say. */
export async function modelSpace(path: string): Promise<FeatureSpace> {
  const model = await loadModel(path);
  const weights = [path, join(path, MODEL_FOLDER)]
    .map(folder => join(folder, 'model.safetensors'))
    .find(file => existsSync(file))!;
  return {
    name: path,
    fingerprint: await sha256OfFile(weights),
    size: model.imageSize,
    embed: inBatches(
      model.imageSize,
      pictures => model.encoder.image.forward(normalisePictures(pictures)).pooled,
    ),
  };
}

/** Side of the pictures whose grey values are vectors themselves, and how many times as large they are read. */
const PIXEL_SIDE = 32;
const PIXEL_SCALE = 2;

/**
 * Small pictures as vectors: 32 × 32 grey values, of each picture less their mean and over their deviation, so that
 * brightness and contrast fall out. A squared distance over 2 × 1,024 is 1 − the correlation.
 */
export function pixelSpace(): FeatureSpace {
  const size = PIXEL_SIDE * PIXEL_SCALE;
  return {
    name: 'pixels',
    fingerprint: sha256(`pixels ${PIXEL_SIDE} of ${size}`),
    size,
    embed: inBatches(size, pictures => {
      const cells = [-1, PIXEL_SIDE, PIXEL_SCALE, PIXEL_SIDE, PIXEL_SCALE];
      const small = pictures.to({ dtype: 'f32' }).reshape(cells).mean([2, 4]);
      return normalisePictures(small).flatten(1);
    }),
  };
}

/** How weights expect their pictures; Hugging Face's `preprocessor_config.json`. */
const Preprocessor = z.looseObject({
  image_mean: z.array(z.number()).length(3).default([0.485, 0.456, 0.406]),
  image_std: z.array(z.number().positive()).length(3).default([0.229, 0.224, 0.225]),
  crop_size: z.union([z.int(), z.looseObject({ height: z.int() })]).optional(),
  size: z
    .union([z.int(), z.looseObject({ height: z.int() }), z.looseObject({ shortest_edge: z.int() })])
    .optional(),
});

/** A published network for pictures, which sees the grey channel three times. */
async function publishedSpace(folder: string): Promise<FeatureSpace> {
  const config = await publishedImageConfig(folder, { channels: 3, pooling: 'cls' });
  if (config === undefined) {
    throw new UsageError({
      file: folder,
      fault: 'bare weights do not say what network they are of',
      mend: 'give a folder with its config.json',
    });
  }
  const file = join(folder, 'preprocessor_config.json');
  const said = existsSync(file) ? await readJson(file, 'preprocessor', 'replace the file') : {};
  const { image_mean, image_std, crop_size, size: edge } = parseAs(Preprocessor, said, file);
  const network = makeImageEncoder(config);
  loadPublished(network, folder);
  network.eval();
  const size = sideOf(crop_size) ?? sideOf(edge) ?? (config.architecture === 'vit' ? config.image_size : 224);
  return {
    name: folder,
    fingerprint: await sha256OfFile(join(folder, 'model.safetensors')),
    size,
    embed: inBatches(size, pictures => {
      const byColour = (values: readonly number[]) => tensor(values, { shape: [1, 3, 1, 1] });
      const grey = pictures.to({ dtype: 'f32' }).div(255).unsqueeze(1);
      return network.forward(grey.sub(byColour(image_mean)).div(byColour(image_std))).pooled;
    }),
  };
}

function sideOf(
  size: number | { height: number } | { shortest_edge: number } | undefined,
): number | undefined {
  if (size === undefined || typeof size === 'number') return size;
  return 'height' in size ? size.height : size.shortest_edge;
}

/** Pictures that go through a network at once. */
const BATCH = 32;

/** @param embed - N × size × size grey values, u8 → N × D. */
function inBatches(size: number, embed: (pictures: Tensor) => Tensor): FeatureSpace['embed'] {
  return async (pixels, count) => {
    if (pixels.length !== count * size * size) {
      throw new RangeError(`expected ${count} × ${size} × ${size} pixels and got ${pixels.length}`);
    }
    let vectors = new Float32Array(0);
    for (let start = 0; start < count; start += BATCH) {
      const rows = Math.min(BATCH, count - start);
      const part = scope(() =>
        noGrad(() => {
          const pictures = pixels.subarray(start * size * size, (start + rows) * size * size);
          return embed(tensor(pictures, { shape: [rows, size, size] })).toFloat32();
        }),
      );
      if (start === 0) vectors = new Float32Array(count * (part.length / rows));
      vectors.set(part, start * (part.length / rows));
      await new Promise(setImmediate);
    }
    return vectors;
  };
}
