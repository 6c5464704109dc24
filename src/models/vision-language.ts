import { noGrad, scope, tensor } from '../tensor/index.js';
import type { ImagePreparation } from './config.js';
import { type DualEncoder, normalisePictures, unitVectors } from './dual-encoder.js';
import type { TextTokenizer } from './text/tokenizer.js';

/** Pictures in the space that they share with texts. */
export interface ImageFeatures {
  /** N × D, of length 1. */
  readonly global: Float32Array;
  /** N × D × h × w, of length 1 in each cell. */
  readonly map: Float32Array;
  /** h and w. */
  readonly cells: readonly [number, number];
  /** D. */
  readonly dimension: number;
}

/** A model that can say how well a text fits a picture, and where. */
export interface VisionLanguageModel {
  readonly name: string;
  /** Height and width, in pixels, of the pictures it takes. */
  readonly imageSize: number;
  /** Whether cells of its map were trained to lie near the words of what they show. */
  readonly grounded: boolean;
  /** @param pixels - `count` × size × size grey values. */
  encodeImages(pixels: Uint8Array, count: number): Promise<ImageFeatures>;
  /** @returns N × D, of length 1. */
  encodeTexts(texts: readonly string[]): Promise<Float32Array>;
}

/** Pictures and texts that go through the network at once; more are done in turns. */
const BATCH = 64;

/** A trained dual encoder, ready to answer. */
export class TrainedModel implements VisionLanguageModel {
  readonly name: string;
  readonly imageSize: number;
  readonly grounded: boolean;
  readonly encoder: DualEncoder;
  readonly tokenizer: TextTokenizer;
  readonly preparation: ImagePreparation;

  constructor(name: string, encoder: DualEncoder, tokenizer: TextTokenizer, preparation: ImagePreparation) {
    this.name = name;
    this.encoder = encoder;
    this.tokenizer = tokenizer;
    this.preparation = preparation;
    this.imageSize = preparation.size;
    this.grounded = encoder.config.projection.cells;
    encoder.eval();
  }

  async encodeImages(pixels: Uint8Array, count: number): Promise<ImageFeatures> {
    const size = this.imageSize;
    if (pixels.length !== count * size * size) {
      throw new RangeError(`expected ${count} × ${size} × ${size} pixels and got ${pixels.length}`);
    }
    const parts: ImageFeatures[] = [];
    for (let start = 0; start < count; start += BATCH) {
      const rows = Math.min(BATCH, count - start);
      const part = pixels.subarray(start * size * size, (start + rows) * size * size);
      parts.push(scope(() => noGrad(() => this.#encodePictures(part, rows))));
      await nextTurn();
    }
    const [first] = parts;
    return {
      global: joined(parts.map(part => part.global)),
      map: joined(parts.map(part => part.map)),
      cells: first?.cells ?? [0, 0],
      dimension: this.encoder.config.projection.dimension,
    };
  }

  async encodeTexts(texts: readonly string[]): Promise<Float32Array> {
    const parts: Float32Array[] = [];
    for (let start = 0; start < texts.length; start += BATCH) {
      const tokens = this.tokenizer.batch(texts.slice(start, start + BATCH), this.encoder.config.max_tokens);
      parts.push(
        scope(() => noGrad(() => unitVectors(this.encoder.encodeTexts(tokens).global, 1).toFloat32())),
      );
      await nextTurn();
    }
    return joined(parts);
  }

  #encodePictures(pixels: Uint8Array, rows: number): ImageFeatures {
    const pictures = normalisePictures(tensor(pixels, { shape: [rows, this.imageSize, this.imageSize] }));
    const { global, cells } = this.encoder.encodeImages(pictures);
    const [, dimension, height, width] = cells.shape as [number, number, number, number];
    return {
      global: unitVectors(global, 1).toFloat32(),
      map: unitVectors(cells, 1).toFloat32(),
      cells: [height, width],
      dimension,
    };
  }
}

/** Lets signals, timers and progress have their turn between batches. */
function nextTurn(): Promise<void> {
  return new Promise(resolve => {
    setImmediate(resolve);
  });
}

function joined(parts: readonly Float32Array[]): Float32Array {
  const result = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let place = 0;
  for (const part of parts) {
    result.set(part, place);
    place += part.length;
  }
  return result;
}
