import type { Tensor } from '../tensor.js';
import { Module } from './module.js';

/** max(x, 0) */
export class ReLU extends Module {
  forward(input: Tensor): Tensor {
    return input.relu();
  }
}

/** The Gaussian error linear unit (Hendrycks and Gimpel 2016), exact or by tanh. */
export class GELU extends Module {
  constructor(readonly approximate: 'none' | 'tanh' = 'none') {
    super();
  }

  forward(input: Tensor): Tensor {
    return input.gelu(this.approximate);
  }
}
