import { linear } from '../functional.js';
import type { Tensor } from '../tensor.js';
import { uniformByFanIn } from './initialise.js';
import { Module, type Parameter, parameter } from './module.js';

/** y = x weightᵀ + bias, for x [..., inputs] and y [..., outputs]. */
export class Linear extends Module {
  /** [outputs, inputs] */
  readonly weight: Parameter;
  /** [outputs] */
  readonly bias: Parameter | null;

  constructor(inputs: number, outputs: number, options: { bias?: boolean } = {}) {
    super();
    this.weight = parameter(uniformByFanIn([outputs, inputs], inputs));
    this.bias = (options.bias ?? true) ? parameter(uniformByFanIn([outputs], inputs)) : null;
  }

  forward(input: Tensor): Tensor {
    return linear(input, this.weight, this.bias);
  }
}
