import { Linear, Module, type Tensor } from '../tensor/index.js';

/**
 * Brings an encoder's features into the space that pictures and texts share: linear, ReLU, linear, as the
 * projections g_v and g_u of ConVIRT (Zhang et al., 2020, arXiv 2010.00747, section 2.2).
 */
export class Projection extends Module {
  readonly hidden: Linear;
  readonly output: Linear;

  constructor(inputs: number, hidden: number, dimension: number) {
    super();
    this.hidden = new Linear(inputs, hidden);
    this.output = new Linear(hidden, dimension);
  }

  /** @param x - … × inputs. @returns … × dimension, not normalised. */
  forward(x: Tensor): Tensor {
    return this.output.forward(this.hidden.forward(x).relu());
  }
}
