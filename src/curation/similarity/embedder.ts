import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { sha256, sha256OfFile } from '../../base/index.js';
import { decodeGrey, encodePng, type GreyImage } from '../../data/index.js';
import { loadModel, MODEL_FOLDER, type VisionLanguageModel } from '../../models/index.js';

/** Turns pictures into vectors in which alike pictures lie near each other. */
export interface Embedder {
  readonly name: string;
  /** SHA-256 of what decides its vectors: the weights. */
  readonly fingerprint: string;
  /** Side of the square pictures that it takes, in pixels. */
  readonly size: number;
  /** @param pixels - count × size × size grey values. @returns count × D, each of length 1 */
  embed(pixels: Uint8Array, count: number): Promise<Float32Array>;
}

/** An embedder that also knows texts, in the same space. */
export interface TextEmbedder extends Embedder {
  /** @returns N × D, each of length 1 */
  embedTexts(texts: readonly string[]): Promise<Float32Array>;
}

/** The image and text encoders of a model of this project. */
export function modelEmbedder(model: VisionLanguageModel, fingerprint: string): TextEmbedder {
  return {
    name: model.name,
    fingerprint,
    size: model.imageSize,
    embed: async (pixels, count) => (await model.encodeImages(pixels, count)).global,
    embedTexts: texts => model.encodeTexts(texts),
  };
}

/**
 * An embedder whose vectors are taken from a centre, such as the mean of ordinary pictures, and made of length 1 again.
 * In the space of a small model all chest X-rays lie in one narrow cone; from its axis, what differs is seen.
 * @param name - What the centre is, for the fingerprint.
 */
export function centredEmbedder(embedder: Embedder, centre: Float32Array, name: string): Embedder {
  return {
    name: embedder.name,
    fingerprint: sha256(`${embedder.fingerprint} centred on ${name}`),
    size: embedder.size,
    async embed(pixels, count) {
      const vectors = await embedder.embed(pixels, count);
      for (let row = 0; row < count; row++) {
        const vector = vectors.subarray(row * centre.length, (row + 1) * centre.length);
        let length = 0;
        for (let at = 0; at < vector.length; at++) {
          vector[at]! -= centre[at]!;
          length += vector[at]! ** 2;
        }
        const scale = length > 0 ? 1 / Math.sqrt(length) : 0;
        for (let at = 0; at < vector.length; at++) vector[at]! *= scale;
      }
      return vectors;
    },
  };
}

/**
 * Opens a model folder, or the model of a training run, as an embedder.
 * @throws InputError when there is none
 */
export async function openEmbedder(path: string): Promise<TextEmbedder> {
  const model = await loadModel(path);
  const weights = [path, join(path, MODEL_FOLDER)]
    .map(folder => join(folder, 'model.safetensors'))
    .find(file => existsSync(file))!;
  return modelEmbedder(model, await sha256OfFile(weights));
}

/** Pictures as an embedder takes them: the shorter side scaled to its size, the longer one cut off at both ends. */
export async function fitPictures(pictures: readonly GreyImage[], size: number): Promise<Uint8Array> {
  const fitted = new Uint8Array(pictures.length * size * size);
  for (const [index, { pixels, width, height }] of pictures.entries()) {
    const isFit = width === size && height === size;
    const source = `picture ${index}`;
    const picture = isFit
      ? { pixels }
      : await decodeGrey(await encodePng(pixels, width, height), { size, source });
    fitted.set(picture.pixels, index * size * size);
  }
  return fitted;
}
