import { z } from 'zod';
import {
  arange,
  Dropout,
  Embedding,
  LayerNorm,
  Linear,
  Module,
  ModuleList,
  type Tensor,
} from '../../tensor/index.js';
import { SelfAttention } from '../attention.js';

/** The form of a BERT encoder, after Devlin et al., 2019 (arXiv 1810.04805), with Hugging Face's names. */
export const BertConfig = z
  .strictObject({
    architecture: z.literal('bert'),
    vocab_size: z.int().min(5).max(1_000_000),
    hidden_size: z.int().min(8).max(8192),
    num_hidden_layers: z.int().min(1).max(96),
    num_attention_heads: z.int().min(1).max(128),
    intermediate_size: z.int().min(8).max(65_536),
    max_position_embeddings: z.int().min(8).max(8192).default(512),
    type_vocab_size: z.int().min(1).max(16).default(2),
    hidden_dropout_prob: z.number().min(0).max(0.9).default(0.1),
    attention_probs_dropout_prob: z.number().min(0).max(0.9).default(0.1),
    layer_norm_eps: z.number().positive().default(1e-12),
    /** The embeddings and this many layers above them stay as they are in training; left out, all is trained. */
    frozen_layers: z.int().min(0).max(96).optional(),
  })
  .refine(form => form.hidden_size % form.num_attention_heads === 0, {
    path: ['num_attention_heads'],
    message: 'the heads do not divide hidden_size',
  })
  .refine(form => (form.frozen_layers ?? 0) <= form.num_hidden_layers, {
    path: ['frozen_layers'],
    message: 'there are fewer layers than that',
  });
export type BertConfig = z.infer<typeof BertConfig>;

class Embeddings extends Module {
  readonly LayerNorm: LayerNorm;
  readonly dropout: Dropout;
  readonly #words: Embedding;
  readonly #positions: Embedding;
  readonly #types: Embedding;

  constructor(config: BertConfig) {
    super();
    const { hidden_size: hidden } = config;
    this.#words = this.add('word_embeddings', new Embedding(config.vocab_size, hidden));
    this.#positions = this.add('position_embeddings', new Embedding(config.max_position_embeddings, hidden));
    this.#types = this.add('token_type_embeddings', new Embedding(config.type_vocab_size, hidden));
    this.LayerNorm = new LayerNorm(hidden, { epsilon: config.layer_norm_eps });
    this.dropout = new Dropout(config.hidden_dropout_prob);
  }

  forward(ids: Tensor): Tensor {
    const positions = arange(ids.shape[1]!, { dtype: 'i64', device: ids.device });
    // Every token is of the first type: one text at a time.
    const place = this.#positions.forward(positions).add(this.#types.weight.select(0, 0));
    return this.dropout.forward(this.LayerNorm.forward(this.#words.forward(ids).add(place)));
  }
}

/** Dense layer, dropout, and layer norm over the sum with what went in: ends both halves of a BERT layer. */
class Output extends Module {
  readonly dense: Linear;
  readonly LayerNorm: LayerNorm;
  readonly dropout: Dropout;

  constructor(inputs: number, config: BertConfig) {
    super();
    this.dense = new Linear(inputs, config.hidden_size);
    this.LayerNorm = new LayerNorm(config.hidden_size, { epsilon: config.layer_norm_eps });
    this.dropout = new Dropout(config.hidden_dropout_prob);
  }

  forward(x: Tensor, before: Tensor): Tensor {
    return this.LayerNorm.forward(this.dropout.forward(this.dense.forward(x)).add(before));
  }
}

class Attention extends Module {
  readonly self: SelfAttention;
  readonly output: Output;

  constructor(config: BertConfig) {
    super();
    this.self = new SelfAttention(config);
    this.output = new Output(config.hidden_size, config);
  }

  forward(x: Tensor, mask: Tensor): Tensor {
    return this.output.forward(this.self.forward(x, mask), x);
  }
}

class Intermediate extends Module {
  readonly dense: Linear;

  constructor(config: BertConfig) {
    super();
    this.dense = new Linear(config.hidden_size, config.intermediate_size);
  }

  forward(x: Tensor): Tensor {
    return this.dense.forward(x).gelu();
  }
}

class Layer extends Module {
  readonly attention: Attention;
  readonly intermediate: Intermediate;
  readonly output: Output;

  constructor(config: BertConfig) {
    super();
    this.attention = new Attention(config);
    this.intermediate = new Intermediate(config);
    this.output = new Output(config.intermediate_size, config);
  }

  forward(x: Tensor, mask: Tensor): Tensor {
    const attended = this.attention.forward(x, mask);
    return this.output.forward(this.intermediate.forward(attended), attended);
  }
}

class Encoder extends Module {
  readonly layer: ModuleList<Layer>;

  constructor(config: BertConfig) {
    super();
    this.layer = new ModuleList(Array.from({ length: config.num_hidden_layers }, () => new Layer(config)));
  }
}

/** A BERT encoder without pooler. Parameters have the names of Hugging Face's `BertModel`. */
export class Bert extends Module {
  readonly embeddings: Embeddings;
  readonly encoder: Encoder;

  constructor(readonly config: BertConfig) {
    super();
    this.embeddings = new Embeddings(config);
    this.encoder = new Encoder(config);
    for (const part of this.#frozen()) part.requireGrad(false).eval();
  }

  /** Frozen parts stay in evaluation: no dropout where nothing can learn from it. */
  override train(on = true): this {
    super.train(on);
    for (const part of this.#frozen()) part.eval();
    return this;
  }

  /**
   * @param ids - N × T, i64.
   * @param mask - N × T, f32, 1 where there is a token and 0 where there is padding.
   * @param lastLayers - How many of the last hidden states are summed, from the last one backwards; one more than
   * there are layers takes in the embeddings. GLoRIA sums 4.
   * @returns Hidden states, N × T × hidden. Those of padding mean nothing.
   */
  forward(ids: Tensor, mask: Tensor, lastLayers = 1): Tensor {
    const [rows, length] = mask.shape as [number, number];
    const bias = mask.sub(1).mul(HIDDEN).reshape([rows, 1, 1, length]);
    let hidden = this.embeddings.forward(ids);
    // The layer after which the sum begins; 0 for the embeddings.
    const first = this.encoder.layer.length + 1 - lastLayers;
    let sum: Tensor | undefined = first === 0 ? hidden : undefined;
    for (const [index, layer] of [...this.encoder.layer].entries()) {
      hidden = layer.forward(hidden, bias);
      if (index + 1 >= first) sum = sum === undefined ? hidden : sum.add(hidden);
    }
    return sum ?? hidden;
  }

  #frozen(): Module[] {
    const { frozen_layers: layers } = this.config;
    return layers === undefined ? [] : [this.embeddings, ...[...this.encoder.layer].slice(0, layers)];
  }
}

/** Added to a score to hide a token: its weight becomes exactly 0 after softmax, also in half precision. */
const HIDDEN = 30_000;
