import { embedding } from '../functional.js';
import { noGrad } from '../modes.js';
import type { Tensor } from '../tensor.js';
import { normalDraws } from './initialise.js';
import { Module, type Parameter, parameter } from './module.js';

/** A learned vector for each number: i64 [...] to [..., width]. */
export class Embedding extends Module {
  /** [count, width] */
  readonly weight: Parameter;

  /** @param options.paddingIndex - A number whose vector starts at zero and is not learned. */
  constructor(
    count: number,
    width: number,
    readonly options: { paddingIndex?: number } = {},
  ) {
    super();
    const values = normalDraws([count, width]);
    const padding = options.paddingIndex;
    if (padding !== undefined) noGrad(() => values.select(0, padding).zero_());
    this.weight = parameter(values);
  }

  forward(indices: Tensor): Tensor {
    return embedding(indices, this.weight, this.options.paddingIndex);
  }
}
