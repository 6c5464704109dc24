import { call, F, Module, type Tensor, tensor } from '../tensor/index.js';
import type { TextPooling, VisionLanguageConfig } from './config.js';
import { ResNet } from './image/resnet.js';
import { Projection } from './projection.js';
import { Bert } from './text/bert.js';
import type { TokenBatch } from './text/tokenizer.js';

/** Pictures in the shared space. Nothing is normalised yet. */
export interface EncodedImages {
  /** N × D. */
  readonly global: Tensor;
  /** N × D × h × w. */
  readonly cells: Tensor;
}

/** Texts in the shared space. Nothing is normalised yet. */
export interface EncodedTexts {
  /** N × D. */
  readonly global: Tensor;
  /** N × T × hidden: the last hidden states, not projected. */
  readonly words: Tensor;
  /** N × T, f32: 1 where there is a token. */
  readonly mask: Tensor;
}

/** An image encoder and a text encoder with their projections: what ConVIRT and its kin train. */
export class DualEncoder extends Module {
  readonly config: VisionLanguageConfig;
  readonly image: ResNet;
  readonly text: Bert;
  readonly #projectImage: Projection;
  readonly #projectText: Projection;
  readonly #projectCells: Projection | undefined;

  constructor(config: VisionLanguageConfig) {
    super();
    this.config = config;
    const { hidden, dimension, cells } = config.projection;
    this.image = new ResNet(config.image);
    this.text = new Bert(config.text);
    this.#projectImage = this.add('image_projection', new Projection(this.image.features, hidden, dimension));
    this.#projectText = this.add(
      'text_projection',
      new Projection(config.text.hidden_size, hidden, dimension),
    );
    if (cells) {
      this.#projectCells = this.add(
        'cell_projection',
        new Projection(this.image.features, hidden, dimension),
      );
    }
  }

  /** @param pictures - N × 1 × H × W, normalised by {@link normalisePictures}. */
  encodeImages(pictures: Tensor): EncodedImages {
    const { pooled, map } = this.image.forward(pictures);
    const project = this.#projectCells ?? this.#projectImage;
    const cells = project.forward(map.permute([0, 2, 3, 1])).permute([0, 3, 1, 2]);
    return { global: this.#projectImage.forward(pooled), cells };
  }

  encodeTexts(tokens: TokenBatch, device = 'cpu'): EncodedTexts {
    const shape = [tokens.rows, tokens.columns];
    const ids = tensor(tokens.ids, { shape }).to({ dtype: 'i64', device });
    const mask = tensor(tokens.mask, { shape }).to({ dtype: 'f32', device });
    const words = this.text.forward(ids, mask);
    return { global: this.#projectText.forward(poolWords(words, mask, this.config.pooling)), words, mask };
  }
}

/** One vector a text: N × T × hidden → N × hidden. */
function poolWords(words: Tensor, mask: Tensor, pooling: TextPooling): Tensor {
  if (pooling === 'cls') return words.select(1, 0);
  const seen = mask.unsqueeze(2);
  if (pooling === 'max') return words.maskedFill(seen.eq(0), Number.NEGATIVE_INFINITY).amax(1);
  return words.mul(seen).sum(1).div(seen.sum(1));
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

/**
 * Sets fresh weights: He's normal for convolutions (arXiv 1502.01852, as torchvision does), and BERT's normal
 * with a deviation of 0.02 for the text encoder. Draws from the global generator: seed it first.
 */
export function initialise(model: DualEncoder): void {
  for (const [name, parameter] of model.namedParameters()) {
    const weights = parameter.detach();
    if (name.startsWith('text.')) {
      if (name.endsWith('LayerNorm.weight') || name.endsWith('LayerNorm.bias')) continue;
      if (name.endsWith('.bias')) call('aten::zero_', weights);
      else call('aten::normal_', weights, 0, 0.02);
    } else if (name.startsWith('image.') && weights.ndim === 4) {
      const [outputs, , height, width] = weights.shape as [number, number, number, number];
      call('aten::normal_', weights, 0, Math.sqrt(2 / (outputs * height * width)));
    }
  }
}
