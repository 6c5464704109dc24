import { z } from 'zod';
import {
  arange,
  Dropout,
  Embedding,
  F,
  LayerNorm,
  Linear,
  Module,
  ModuleList,
  type Tensor,
} from '../../tensor/index.js';

/** The form of a BERT encoder, after Devlin et al., 2019 (arXiv 1810.04805), with Hugging Face's names. */
export const BertConfig = z.strictObject({
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

class SelfAttention extends Module {
  readonly query: Linear;
  readonly key: Linear;
  readonly value: Linear;

  constructor(readonly config: BertConfig) {
    super();
    const { hidden_size: hidden } = config;
    this.query = new Linear(hidden, hidden);
    this.key = new Linear(hidden, hidden);
    this.value = new Linear(hidden, hidden);
  }

  /** @param mask - N × 1 × 1 × T, added to the scores: 0 to see a token, a very negative number not to. */
  forward(x: Tensor, mask: Tensor): Tensor {
    const [rows, length, hidden] = x.shape as [number, number, number];
    const heads = this.config.num_attention_heads;
    const split = (projected: Tensor) =>
      projected.reshape([rows, length, heads, hidden / heads]).transpose(1, 2);
    const seen = F.scaledDotProductAttention(
      split(this.query.forward(x)),
      split(this.key.forward(x)),
      split(this.value.forward(x)),
      { mask, dropout: this.training ? this.config.attention_probs_dropout_prob : 0 },
    );
    return seen.transpose(1, 2).reshape([rows, length, hidden]);
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

  forward(x: Tensor, mask: Tensor): Tensor {
    let hidden = x;
    for (const layer of this.layer) hidden = layer.forward(hidden, mask);
    return hidden;
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
  }

  /**
   * @param ids - N × T, i64.
   * @param mask - N × T, f32, 1 where there is a token and 0 where there is padding.
   * @returns Last hidden states, N × T × hidden. Those of padding mean nothing.
   */
  forward(ids: Tensor, mask: Tensor): Tensor {
    const [rows, length] = mask.shape as [number, number];
    const bias = mask.sub(1).mul(HIDDEN).reshape([rows, 1, 1, length]);
    return this.encoder.forward(this.embeddings.forward(ids), bias);
  }
}

/** Added to a score to hide a token: its weight becomes exactly 0 after softmax, also in half precision. */
const HIDDEN = 30_000;
