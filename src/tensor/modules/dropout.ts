import { dropout } from '../functional.js';
import type { Tensor } from '../tensor.js';
import { Module } from './module.js';

/** In training, sets elements to zero with this probability and scales the others up. */
export class Dropout extends Module {
  constructor(readonly probability = 0.5) {
    super();
  }

  forward(input: Tensor): Tensor {
    return this.training && this.probability > 0 ? dropout(input, this.probability) : input;
  }
}
