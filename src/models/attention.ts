import { F, Linear, Module, type Tensor } from '../tensor/index.js';

export interface AttentionForm {
  readonly hidden_size: number;
  readonly num_attention_heads: number;
  /** Chance that a weight of the attention is dropped in training. */
  readonly attention_probs_dropout_prob: number;
}

/**
 * Attention of tokens to one another in several heads (Vaswani et al., 2017, arXiv 1706.03762, equation 1), without
 * the dense layer that follows. Parameters have the names of Hugging Face's BERT and ViT.
 */
export class SelfAttention extends Module {
  readonly query: Linear;
  readonly key: Linear;
  readonly value: Linear;

  constructor(readonly form: AttentionForm) {
    super();
    const { hidden_size: hidden } = form;
    this.query = new Linear(hidden, hidden);
    this.key = new Linear(hidden, hidden);
    this.value = new Linear(hidden, hidden);
  }

  /**
   * @param x - N × T × hidden.
   * @param mask - N × 1 × 1 × T, added to the scores: 0 to see a token, a very negative number not to. Left out where
   * there is no padding.
   * @returns N × T × hidden.
   */
  forward(x: Tensor, mask: Tensor | null = null): Tensor {
    const [rows, length, hidden] = x.shape as [number, number, number];
    const { num_attention_heads: heads, attention_probs_dropout_prob: dropout } = this.form;
    const split = (projected: Tensor) =>
      projected.reshape([rows, length, heads, hidden / heads]).transpose(1, 2);
    const seen = F.scaledDotProductAttention(
      split(this.query.forward(x)),
      split(this.key.forward(x)),
      split(this.value.forward(x)),
      { mask, dropout: this.training ? dropout : 0 },
    );
    return seen.transpose(1, 2).reshape([rows, length, hidden]);
  }
}
