import { ones, zeros } from '../create.js';
import { layerNorm } from '../functional.js';
import type { Tensor } from '../tensor.js';
import { Module, type Parameter, parameter } from './module.js';

/** Normalises over the last dimensions, whose sizes are `shape` (Ba et al. 2016). */
export class LayerNorm extends Module {
  readonly weight: Parameter;
  readonly bias: Parameter;
  readonly shape: readonly number[];

  constructor(
    shape: number | readonly number[],
    readonly options: { epsilon?: number } = {},
  ) {
    super();
    this.shape = typeof shape === 'number' ? [shape] : shape;
    this.weight = parameter(ones(this.shape));
    this.bias = parameter(zeros(this.shape));
  }

  forward(input: Tensor): Tensor {
    return layerNorm(input, this.shape, this.weight, this.bias, this.options.epsilon);
  }
}
