import { z } from 'zod';
import {
  Conv2d,
  cat,
  Dropout,
  F,
  LayerNorm,
  Linear,
  Module,
  ModuleList,
  type Parameter,
  parameter,
  type Tensor,
  zeros,
} from '../../tensor/index.js';
import { SelfAttention } from '../attention.js';
import { asSeen, type ImageEncoder, type ImageEncoding } from './image-encoder.js';

/** The form of a vision transformer, after Dosovitskiy et al., 2021 (arXiv 2010.11929), with Hugging Face's names. */
export const VitConfig = z
  .strictObject({
    architecture: z.literal('vit'),
    hidden_size: z.int().min(8).max(8192),
    num_hidden_layers: z.int().min(1).max(96),
    num_attention_heads: z.int().min(1).max(128),
    intermediate_size: z.int().min(8).max(65_536),
    /** Side of a patch in pixels. */
    patch_size: z.int().min(2).max(64).default(16),
    /** Side of the pictures that the table of positions is for; for others it is interpolated. */
    image_size: z.int().min(16).max(4096).default(224),
    hidden_dropout_prob: z.number().min(0).max(0.9).default(0),
    attention_probs_dropout_prob: z.number().min(0).max(0.9).default(0),
    layer_norm_eps: z.number().positive().default(1e-12),
    /** 1: the grey picture; 3: the grey picture three times, for weights learnt on colour pictures. */
    channels: z.literal([1, 3]).default(1),
    /** What stands for the whole picture: the class token, or the mean of the patches. */
    pooling: z.enum(['cls', 'mean']).default('cls'),
  })
  .refine(form => form.hidden_size % form.num_attention_heads === 0, {
    path: ['num_attention_heads'],
    message: 'the heads do not divide hidden_size',
  })
  .refine(form => form.image_size >= form.patch_size, {
    path: ['image_size'],
    message: 'a picture is smaller than a patch',
  });
export type VitConfig = z.infer<typeof VitConfig>;

const form = (hidden: number, heads: number, width: number, size: number): VitConfig => ({
  architecture: 'vit',
  hidden_size: heads * Math.max(1, Math.round((hidden * width) / heads)),
  num_hidden_layers: 12,
  num_attention_heads: heads,
  intermediate_size: 4 * heads * Math.max(1, Math.round((hidden * width) / heads)),
  patch_size: 16,
  image_size: size,
  hidden_dropout_prob: 0,
  attention_probs_dropout_prob: 0,
  layer_norm_eps: 1e-12,
  channels: 1,
  pooling: 'cls',
});

/** Forms with a name: of this width (1 as published), for pictures of this size. */
export const vitForms = {
  /** 22 million parameters; Touvron et al., 2021 (arXiv 2012.12877), table 1 (DeiT-S). */
  'vit-s16': (width = 1, size = 224) => form(384, 6, width, size),
  /** 86 million parameters; Dosovitskiy et al., table 1 (ViT-Base). */
  'vit-b16': (width = 1, size = 224) => form(768, 12, width, size),
} as const;

class PatchEmbeddings extends Module {
  readonly projection: Conv2d;

  constructor(config: VitConfig) {
    super();
    const { channels, hidden_size: hidden, patch_size: patch } = config;
    this.projection = new Conv2d(channels, hidden, patch, { stride: patch });
  }
}

class Embeddings extends Module {
  readonly dropout: Dropout;
  readonly #classToken: Parameter;
  readonly #positions: Parameter;
  readonly #patches: PatchEmbeddings;
  /** Cells along a side that the table of positions is for. */
  readonly #side: number;

  constructor(config: VitConfig) {
    super();
    const { hidden_size: hidden } = config;
    this.#side = Math.floor(config.image_size / config.patch_size);
    this.#classToken = this.register('cls_token', parameter(zeros([1, 1, hidden])));
    this.#positions = this.register(
      'position_embeddings',
      parameter(zeros([1, 1 + this.#side * this.#side, hidden])),
    );
    this.#patches = this.add('patch_embeddings', new PatchEmbeddings(config));
    this.dropout = new Dropout(config.hidden_dropout_prob);
  }

  /** @returns N × (1 + h·w) × hidden, and h and w. */
  forward(picture: Tensor): { tokens: Tensor; cells: readonly [number, number] } {
    const map = this.#patches.projection.forward(picture);
    const [rows, hidden, height, width] = map.shape as [number, number, number, number];
    const first = this.#classToken.expand([rows, 1, hidden]);
    const tokens = cat([first, map.flatten(2).transpose(1, 2)], 1);
    return {
      tokens: this.dropout.forward(tokens.add(this.#positionsFor(height, width))),
      cells: [height, width],
    };
  }

  #positionsFor(height: number, width: number): Tensor {
    return height === this.#side && width === this.#side
      ? this.#positions
      : resizePositions(this.#positions, [height, width]);
  }
}

/**
 * A table of positions for another grid: that of the class token as it is, those of the patches by bicubic
 * interpolation between the old ones, as Dosovitskiy et al. do in section 3.2.
 * @param table - 1 × (1 + s²) × hidden.
 * @returns 1 × (1 + h·w) × hidden.
 */
export function resizePositions(table: Tensor, [height, width]: readonly [number, number]): Tensor {
  const [, count, hidden] = table.shape as [number, number, number];
  const side = Math.round(Math.sqrt(count - 1));
  const grid = table.slice(1, 1).reshape([1, side, side, hidden]).permute([0, 3, 1, 2]);
  const resized = F.interpolate(grid, [height, width], { mode: 'bicubic' });
  return cat([table.slice(1, 0, 1), resized.flatten(2).transpose(1, 2)], 1);
}

/** A dense layer with dropout behind it. */
class Dense extends Module {
  readonly dense: Linear;
  readonly dropout: Dropout;

  constructor(inputs: number, outputs: number, dropout: number) {
    super();
    this.dense = new Linear(inputs, outputs);
    this.dropout = new Dropout(dropout);
  }

  forward(x: Tensor): Tensor {
    return this.dropout.forward(this.dense.forward(x));
  }
}

class Attention extends Module {
  readonly attention: SelfAttention;
  readonly output: Dense;

  constructor(config: VitConfig) {
    super();
    this.attention = new SelfAttention(config);
    this.output = new Dense(config.hidden_size, config.hidden_size, config.hidden_dropout_prob);
  }

  forward(x: Tensor): Tensor {
    return this.output.forward(this.attention.forward(x));
  }
}

class Layer extends Module {
  readonly attention: Attention;
  readonly intermediate: Dense;
  readonly output: Dense;
  readonly #before: LayerNorm;
  readonly #after: LayerNorm;

  constructor(config: VitConfig) {
    super();
    const { hidden_size: hidden, intermediate_size: inner, layer_norm_eps: epsilon } = config;
    this.attention = new Attention(config);
    this.intermediate = new Dense(hidden, inner, 0);
    this.output = new Dense(inner, hidden, config.hidden_dropout_prob);
    this.#before = this.add('layernorm_before', new LayerNorm(hidden, { epsilon }));
    this.#after = this.add('layernorm_after', new LayerNorm(hidden, { epsilon }));
  }

  forward(x: Tensor): Tensor {
    const attended = this.attention.forward(this.#before.forward(x)).add(x);
    const inner = this.intermediate.forward(this.#after.forward(attended)).gelu();
    return this.output.forward(inner).add(attended);
  }
}

class Encoder extends Module {
  readonly layer: ModuleList<Layer>;

  constructor(config: VitConfig) {
    super();
    this.layer = new ModuleList(Array.from({ length: config.num_hidden_layers }, () => new Layer(config)));
  }
}

/** A vision transformer without classifier. Parameters have the names of Hugging Face's `ViTModel` files. */
export class Vit extends Module implements ImageEncoder {
  readonly embeddings: Embeddings;
  readonly encoder: Encoder;
  readonly layernorm: LayerNorm;
  readonly features: number;
  readonly localFeatures: number;

  constructor(readonly config: VitConfig) {
    super();
    this.embeddings = new Embeddings(config);
    this.encoder = new Encoder(config);
    this.layernorm = new LayerNorm(config.hidden_size, { epsilon: config.layer_norm_eps });
    this.features = config.hidden_size;
    this.localFeatures = config.hidden_size;
  }

  /** Pixels at the right and at the bottom that do not fill a patch are not seen. */
  cells(size: number): [number, number] {
    const side = Math.floor(size / this.config.patch_size);
    return [side, side];
  }

  forward(x: Tensor): ImageEncoding {
    const embedded = this.embeddings.forward(asSeen(x, this.config.channels));
    let hidden = embedded.tokens;
    for (const layer of this.encoder.layer) hidden = layer.forward(hidden);
    hidden = this.layernorm.forward(hidden);
    const patches = hidden.slice(1, 1);
    const map = patches.transpose(1, 2).reshape([x.shape[0]!, this.features, ...embedded.cells]);
    return { pooled: this.config.pooling === 'cls' ? hidden.select(1, 0) : patches.mean(1), map };
  }
}
