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
  /** N × h × w: how long each cell's vector was before; `map` times it is what GLoRIA's attention looks at. */
  readonly lengths?: Float32Array | undefined;
  /** h and w. */
  readonly cells: readonly [number, number];
  /** D. */
  readonly dimension: number;
}

/** The words of texts, each in the space that they share with the cells of pictures. */
export interface WordFeatures {
  /** N × W × D, not normalised; whatever stands where there is no word. */
  readonly vectors: Float32Array;
  /** N × W: 1 where there is a word. */
  readonly mask: Uint8Array;
  /** W. */
  readonly width: number;
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
  /** Only of models whose training compared single words with cells (GLoRIA). */
  readonly encodeWords?: ((texts: readonly string[]) => Promise<WordFeatures>) | undefined;
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
  readonly encodeWords: VisionLanguageModel['encodeWords'];

  constructor(name: string, encoder: DualEncoder, tokenizer: TextTokenizer, preparation: ImagePreparation) {
    this.name = name;
    this.encoder = encoder;
    this.tokenizer = tokenizer;
    this.preparation = preparation;
    this.imageSize = preparation.size;
    this.grounded = encoder.config.projection.cells;
    this.encodeWords = encoder.config.projection.words ? texts => this.#encodeWords(texts) : undefined;
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
      lengths: joined(parts.map(part => part.lengths!)),
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

  async #encodeWords(texts: readonly string[]): Promise<WordFeatures> {
    const { dimension } = this.encoder.config.projection;
    const parts: { vectors: Float32Array; mask: Float32Array; rows: number; width: number }[] = [];
    for (let start = 0; start < texts.length; start += BATCH) {
      const tokens = this.tokenizer.batch(texts.slice(start, start + BATCH), this.encoder.config.max_tokens);
      const part = scope(() =>
        noGrad(() => {
          const { words, mask } = this.encoder.encodeTexts(tokens);
          const [rows, width] = mask.shape as [number, number];
          return { vectors: words.toFloat32(), mask: mask.toFloat32(), rows, width };
        }),
      );
      parts.push(part);
      await nextTurn();
    }
    const width = Math.max(0, ...parts.map(part => part.width));
    const vectors = new Float32Array(texts.length * width * dimension);
    const mask = new Uint8Array(texts.length * width);
    let text = 0;
    for (const part of parts) {
      for (let row = 0; row < part.rows; row++, text++) {
        const from = row * part.width;
        const own = part.vectors.subarray(from * dimension, (from + part.width) * dimension);
        vectors.set(own, text * width * dimension);
        mask.set(part.mask.subarray(from, from + part.width), text * width);
      }
    }
    return { vectors, mask, width, dimension };
  }

  #encodePictures(pixels: Uint8Array, rows: number): ImageFeatures {
    const pictures = normalisePictures(tensor(pixels, { shape: [rows, this.imageSize, this.imageSize] }));
    const { global, cells } = this.encoder.encodeImages(pictures);
    const [, dimension, height, width] = cells.shape as [number, number, number, number];
    return {
      global: unitVectors(global, 1).toFloat32(),
      map: unitVectors(cells, 1).toFloat32(),
      lengths: cells.norm(1).toFloat32(),
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
