import { empty, zeros } from '../create.js';
import { TensorError } from '../error.js';
import { linear, scaledDotProductAttention } from '../functional.js';
import { noGrad } from '../modes.js';
import type { Tensor } from '../tensor.js';
import { Linear } from './linear.js';
import { Module, type Parameter, parameter } from './module.js';

/**
 * Attention in several heads (Vaswani et al. 2017), with PyTorch's names: `in_proj_weight`, `in_proj_bias`,
 * `out_proj.weight`, `out_proj.bias`. Batch first: [N, L, width].
 */
export class MultiHeadAttention extends Module {
  /** Query, key and value projections over one another: [3 × width, width]. */
  readonly inputWeight: Parameter;
  readonly inputBias: Parameter;
  readonly output: Linear;

  constructor(
    readonly width: number,
    readonly heads: number,
    readonly options: { dropout?: number } = {},
  ) {
    super();
    if (width % heads !== 0) {
      throw new TensorError({
        operator: 'MultiHeadAttention',
        fault: `${width} features do not divide into ${heads} heads`,
        mend: 'choose a number of heads that divides the width',
      });
    }
    // Uniform by both fans (Glorot and Bengio 2010), over the stacked matrix, as PyTorch does.
    const bound = Math.sqrt(6 / (4 * width));
    this.output = this.add('out_proj', new Linear(width, width));
    noGrad(() => this.output.bias?.zero_());
    const values = noGrad(() => empty([3 * width, width]).uniform_(-bound, bound));
    this.inputWeight = this.register('in_proj_weight', parameter(values));
    this.inputBias = this.register('in_proj_bias', parameter(zeros([3 * width])));
  }

  /**
   * @param query - [N, L, width]
   * @param key - [N, S, width]; the query itself where left out (self-attention).
   * @param value - [N, S, width]; the key where left out.
   * @param mask - What may be seen: bool [N or 1, heads or 1, L or 1, S], false hides; floats are added.
   * @returns [N, L, width]
   */
  forward(query: Tensor, key: Tensor = query, value: Tensor = key, mask: Tensor | null = null): Tensor {
    const [projectedQuery, projectedKey, projectedValue] = this.#project(query, key, value);
    const mixed = scaledDotProductAttention(
      this.#split(projectedQuery),
      this.#split(projectedKey),
      this.#split(projectedValue),
      { mask, dropout: this.training ? (this.options.dropout ?? 0) : 0 },
    );
    return this.output.forward(mixed.transpose(1, 2).reshape(query.size(0), query.size(1), this.width));
  }

  #project(query: Tensor, key: Tensor, value: Tensor): [Tensor, Tensor, Tensor] {
    if (query === key && key === value) {
      return linear(query, this.inputWeight, this.inputBias).chunk(3, -1) as [Tensor, Tensor, Tensor];
    }
    const weights = this.inputWeight.chunk(3, 0);
    const biases = this.inputBias.chunk(3, 0);
    const project = (input: Tensor, part: number) => linear(input, weights[part]!, biases[part]!);
    return [project(query, 0), project(key, 1), project(value, 2)];
  }

  /** [N, L, width] to [N, heads, L, width / heads] */
  #split(input: Tensor): Tensor {
    return input.reshape(input.size(0), input.size(1), this.heads, this.width / this.heads).transpose(1, 2);
  }
}
