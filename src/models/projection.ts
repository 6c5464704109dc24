import { Linear, Module, type Tensor } from '../tensor/index.js';
import type { ProjectionForm } from './config.js';

/** From an encoder's features into the space that pictures and texts share. */
export interface Projector extends Module {
  /** @param x - … × inputs. @returns … × dimension, not normalised. */
  forward(x: Tensor): Tensor;
}

/**
 * Linear, ReLU, linear, as the projections g_v and g_u of ConVIRT (Zhang et al., 2020, arXiv 2010.00747, section 2.2).
 */
export class Projection extends Module implements Projector {
  readonly hidden: Linear;
  readonly output: Linear;

  constructor(inputs: number, hidden: number, dimension: number) {
    super();
    this.hidden = new Linear(inputs, hidden);
    this.output = new Linear(hidden, dimension);
  }

  forward(x: Tensor): Tensor {
    return this.output.forward(this.hidden.forward(x).relu());
  }
}

/** Features as they are. */
class Identity extends Module implements Projector {
  forward(x: Tensor): Tensor {
    return x;
  }
}

/** @param options.bias - Whether a linear projection has one. */
export function makeProjection(
  form: ProjectionForm,
  sizes: { readonly inputs: number; readonly hidden: number; readonly dimension: number },
  options: { readonly bias?: boolean } = {},
): Projector {
  const { inputs, hidden, dimension } = sizes;
  if (form === 'none') return new Identity();
  return form === 'linear'
    ? new Linear(inputs, dimension, options)
    : new Projection(inputs, hidden, dimension);
}
