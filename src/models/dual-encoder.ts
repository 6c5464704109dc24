import type { z } from 'zod';
import { parseAs } from '../base/index.js';
import { arange, call, cat, F, Module, type Tensor, tensor } from '../tensor/index.js';
import { type ImageConfig, type TextPooling, VisionLanguageConfig } from './config.js';
import { ResNet } from './image/resnet.js';
import { Vit } from './image/vit.js';
import { makeProjection, type Projector } from './projection.js';
import { Bert } from './text/bert.js';
import { groupByLength } from './text/length-groups.js';
import type { TokenBatch } from './text/tokenizer.js';

/** Pictures in the shared space. Nothing is normalised yet. */
export interface EncodedImages {
  /** N × D. */
  readonly global: Tensor;
  /** N × D × h × w, from the layer that the form of the network names. Reckoned when first asked for. */
  readonly cells: Tensor;
}

/** Texts in the shared space. Nothing is normalised yet. */
export interface EncodedTexts {
  /** N × D. */
  readonly global: Tensor;
  /**
   * With `projection.words`, N × W × D, W as the tokens' `wordColumns`: one vector a word, the sum of its pieces,
   * projected. Without, N × T × hidden, T as their `columns`: one hidden state a token, not projected.
   */
  readonly words: Tensor;
  /** N × W or N × T, f32: 1 where there is a word or token. */
  readonly mask: Tensor;
}

/** A network for pictures, with fresh weights. */
export function makeImageEncoder(config: ImageConfig): ResNet | Vit {
  return config.architecture === 'vit' ? new Vit(config) : new ResNet(config);
}

/** An image encoder and a text encoder with their projections: what ConVIRT and its kin train. */
export class DualEncoder extends Module {
  readonly config: VisionLanguageConfig;
  readonly image: ResNet | Vit;
  readonly text: Bert;
  readonly #projectImage: Projector;
  readonly #projectText: Projector;
  readonly #projectCells: Projector | undefined;
  readonly #projectWords: Projector | undefined;

  /** @throws InputError where parts of the configuration do not fit together. */
  constructor(config: z.input<typeof VisionLanguageConfig>) {
    super();
    this.config = parseAs(VisionLanguageConfig, config, 'model configuration');
    const { hidden, dimension, image, text, cells, words } = this.config.projection;
    this.image = makeImageEncoder(this.config.image);
    this.text = new Bert(this.config.text);
    const project = (form: typeof image, inputs: number, bias = true) =>
      makeProjection(form, { inputs, hidden, dimension }, { bias });
    this.#projectImage = this.add('image_projection', project(image, this.image.features));
    this.#projectText = this.add('text_projection', project(text, this.config.text.hidden_size));
    // A linear projection of the cells is the 1 × 1 convolution without bias of GLoRIA's code.
    if (cells) {
      this.#projectCells = this.add('cell_projection', project(image, this.image.localFeatures, false));
    }
    if (words) {
      this.#projectWords = this.add('word_projection', project(text, this.config.text.hidden_size));
    }
  }

  /** @param pictures - N × 1 × H × W, normalised by {@link normalisePictures}. */
  encodeImages(pictures: Tensor): EncodedImages {
    const { pooled, map } = this.image.forward(pictures);
    const project = this.#projectCells ?? this.#projectImage;
    let cells: Tensor | undefined;
    return {
      global: this.#projectImage.forward(pooled),
      get cells() {
        cells ??= project.forward(map.permute([0, 2, 3, 1])).permute([0, 3, 1, 2]);
        return cells;
      },
    };
  }

  /** Many texts of different length go through the encoder in groups: padding costs time and memory. */
  encodeTexts(tokens: TokenBatch, device = 'cpu'): EncodedTexts {
    const groups = groupByLength(tokens);
    if (groups[0]!.tokens === tokens) return this.#encodeGroup(tokens, device);
    const parts = groups.map(group => this.#encodeGroup(group.tokens, device));
    const order = groups.flatMap(group => group.rows);
    const places = new Int32Array(order.length);
    for (const [place, row] of order.entries()) places[row] = place;
    const inOrder = tensor(places).to({ dtype: 'i64', device });
    const join = (tensors: readonly Tensor[]) => cat(tensors).indexSelect(0, inOrder);
    const length = this.#projectWords === undefined ? tokens.columns : tokens.wordColumns;
    return {
      global: join(parts.map(part => part.global)),
      words: join(parts.map(part => lengthened(part.words, length))),
      mask: join(parts.map(part => lengthened(part.mask, length))),
    };
  }

  #encodeGroup(tokens: TokenBatch, device: string): EncodedTexts {
    const shape = [tokens.rows, tokens.columns];
    const ids = tensor(tokens.ids, { shape }).to({ dtype: 'i64', device });
    const mask = tensor(tokens.mask, { shape }).to({ dtype: 'f32', device });
    const { pooling, summed_layers: layers } = this.config;
    const hidden = this.text.forward(ids, mask, layers);
    if (pooling !== 'words' && this.#projectWords === undefined) {
      return { global: this.#projectText.forward(pool(hidden, mask, pooling)), words: hidden, mask };
    }
    const words = sumPieces(hidden, tokens, device);
    const pooled =
      pooling === 'words' ? pool(words.vectors, words.mask, 'mean') : pool(hidden, mask, pooling);
    const global = this.#projectText.forward(pooled);
    return this.#projectWords === undefined
      ? { global, words: hidden, mask }
      : { global, words: this.#projectWords.forward(words.vectors), mask: words.mask };
  }
}

/** One vector a text: N × T × hidden → N × hidden. */
function pool(states: Tensor, mask: Tensor, pooling: Exclude<TextPooling, 'words'>): Tensor {
  if (pooling === 'cls') return states.select(1, 0);
  const seen = mask.unsqueeze(2);
  if (pooling === 'max') return states.maskedFill(seen.eq(0), Number.NEGATIVE_INFINITY).amax(1);
  return states.mul(seen).sum(1).div(seen.sum(1));
}

/** N × T × hidden, one a piece → N × W × hidden, one a word: the sum of its pieces. */
function sumPieces(hidden: Tensor, tokens: TokenBatch, device: string): { vectors: Tensor; mask: Tensor } {
  const { rows, columns, wordColumns } = tokens;
  const numbers = tensor(tokens.words, { shape: [rows, 1, columns] }).to({ device });
  const places = arange(wordColumns, { dtype: 'i32', device }).reshape([1, wordColumns, 1]);
  // N × W × T: 1 where the piece belongs to the word. A product with it has the same sums in every run, which
  // adding by index on a GPU has not.
  const belongs = places.eq(numbers).to({ dtype: 'f32' });
  return { vectors: belongs.matmul(hidden), mask: belongs.amax(2) };
}

/** N × T × … with zeros behind, up to this length. */
function lengthened(x: Tensor, length: number): Tensor {
  const missing = length - x.shape[1]!;
  if (missing === 0) return x;
  const padding = x.ndim === 3 ? [0, 0, 0, missing] : [0, missing];
  return call('aten::constant_pad_nd', x, padding, 0);
}

/**
 * Each picture minus its mean, over its standard deviation: display settings of a scanner fall out.
 * @param pixels - N × H × W or N × 1 × H × W, any dtype.
 * @returns N × 1 × H × W, f32. A picture of one grey value becomes 0 everywhere.
 */
export function normalisePictures(pixels: Tensor): Tensor {
  const pictures = (pixels.ndim === 3 ? pixels.unsqueeze(1) : pixels).to({ dtype: 'f32' });
  const centred = pictures.sub(pictures.mean([1, 2, 3], true));
  const deviation = centred.mul(centred).mean([1, 2, 3], true).sqrt();
  return centred.div(deviation.add(1e-5));
}

/** Vectors of length 1 along `dimension`. */
export function unitVectors(x: Tensor, dimension: number): Tensor {
  return F.normalize(x, dimension);
}
