import { z } from 'zod';
import { unitVectors } from '../../models/index.js';
import { eye, type Parameter, parameter, tensor } from '../../tensor/index.js';
import { softplus } from './contrast.js';
import { type EncodedPairs, Objective, type ObjectiveLoss } from './objective.js';

export const SiglipSettings = z.strictObject({
  name: z.literal('siglip'),
  /** s at the start; from then on it is learnt. */
  scale: z.number().positive().max(1000).default(10),
  /** b at the start; from then on it is learnt. Below 0, since most pairs of a batch do not belong together. */
  bias: z.number().min(-1000).max(1000).default(-10),
});
export type SiglipSettings = z.infer<typeof SiglipSettings>;

/**
 * SigLIP (Zhai et al., 2023, arXiv 2303.15343, equation 1):
 *
 *     L = −1/N Σ_i Σ_j log σ( z_ij ( s · cos(v_i, u_j) + b ) )
 *
 * with z_ij = 1 where text j is right for picture i (`matches`; the own one where they are left out), else −1. Every
 * pair is judged alone, so that a batch of one has a sense as well: its pair belongs together.
 */
export class Siglip extends Objective {
  override readonly name = 'siglip';
  /** Natural logarithm of s: positive whatever a step does. */
  readonly #logScale: Parameter;
  readonly #bias: Parameter;

  constructor(settings: SiglipSettings) {
    super();
    this.#logScale = this.register('log_scale', parameter(tensor([Math.log(settings.scale)])));
    this.#bias = this.register('bias', parameter(tensor([settings.bias])));
  }

  override forward({ images, texts, matches }: EncodedPairs): ObjectiveLoss {
    const cosine = unitVectors(images.global, 1).matmul(unitVectors(texts.global, 1).transpose(0, 1));
    const logits = cosine.mul(this.#logScale.exp()).add(this.#bias);
    const count = cosine.shape[0]!;
    const right = matches ?? eye(count, { device: cosine.device });
    // −log σ(x) = softplus(−x).
    const matching = softplus(logits.neg()).mul(right).sum().div(count);
    const others = softplus(logits).mul(right.neg().add(1)).sum().div(count);
    return { total: matching.add(others), parts: { matching, others } };
  }
}
