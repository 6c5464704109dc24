import { empty } from '../create.js';
import { noGrad } from '../modes.js';
import type { Tensor } from '../tensor.js';

/**
 * Uniform in ±1 / √fanIn: what PyTorch's Linear and Conv2d start from (He et al. 2015 with a = √5).
 * Draws come from libtorch's generator, in the same order as PyTorch's layers draw them.
 */
export function uniformByFanIn(shape: readonly number[], fanIn: number): Tensor {
  const bound = fanIn > 0 ? 1 / Math.sqrt(fanIn) : 0;
  return noGrad(() => empty(shape).uniform_(-bound, bound));
}

/** Normal draws with this deviation. */
export function normalDraws(shape: readonly number[], deviation = 1): Tensor {
  return noGrad(() => empty(shape).normal_(0, deviation));
}
