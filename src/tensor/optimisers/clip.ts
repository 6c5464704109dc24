import { stack } from '../create.js';
import { noGrad } from '../modes.js';
import { scope } from '../ownership.js';
import type { Tensor } from '../tensor.js';
import { foreach, foreachInPlace } from './optimiser.js';

/**
 * Scales the gradients of all parameters together so that their joint Euclidean norm is at most `maximum`.
 * @returns The norm before.
 */
export function clipGradNorm(params: readonly Tensor[], maximum: number): number {
  return noGrad(() =>
    scope(() => {
      const gradients = params.map(parameter => parameter.grad).filter(gradient => gradient !== null);
      if (gradients.length === 0) return 0;
      const norm = stack(foreach('norm.Scalar', gradients, 2))
        .norm()
        .item();
      // Also for infinite norms, as in PyTorch, so that one bad step shows as NaN and is not hidden.
      const factor = maximum / (norm + 1e-6);
      if (!(factor >= 1)) foreachInPlace('mul_.Scalar', gradients, factor);
      return norm;
    }),
  );
}
