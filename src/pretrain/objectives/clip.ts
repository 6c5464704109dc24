import { z } from 'zod';
import { unitVectors } from '../../models/index.js';
import { noGrad, type Parameter, parameter, tensor } from '../../tensor/index.js';
import { contrastBothWays } from './contrast.js';
import { type EncodedPairs, Objective, type ObjectiveLoss } from './objective.js';

export const ClipSettings = z.strictObject({
  name: z.literal('clip'),
  /** τ at the start; from then on it is learnt. */
  temperature: z.number().min(0.01).max(10).default(0.07),
});
export type ClipSettings = z.infer<typeof ClipSettings>;

/** Natural logarithm of the greatest scale: logits are at most 100 cosines (section 2.5 of the paper). */
const GREATEST_LOG_SCALE = Math.log(100);

/**
 * CLIP (Radford et al., 2021, arXiv 2103.00020, figure 3 and section 2.5):
 *
 *     z_ij = s · cos(v_i, u_j),  s = exp(log_scale) ≤ 100
 *     L = ½ 1/N Σ_i ( −log softmax_j(z_ij)_i ) + ½ 1/N Σ_i ( −log softmax_j(z_ji)_i )
 *
 * with s = 1 / τ learnt. `matches` as in ConVIRT.
 */
export class Clip extends Objective {
  override readonly name = 'clip';
  /** Natural logarithm of s. */
  readonly #logScale: Parameter;

  constructor(settings: ClipSettings) {
    super();
    this.#logScale = this.register('log_scale', parameter(tensor([-Math.log(settings.temperature)])));
  }

  override forward({ images, texts, matches }: EncodedPairs): ObjectiveLoss {
    // The parameter itself is held back, not its use: beyond the bound its gradient would be 0 and it would stay there.
    noGrad(() => this.#logScale.clamp_(null, GREATEST_LOG_SCALE));
    const cosine = unitVectors(images.global, 1).matmul(unitVectors(texts.global, 1).transpose(0, 1));
    const parts = contrastBothWays(cosine.mul(this.#logScale.exp()), matches);
    return { total: parts.imageToText.add(parts.textToImage).mul(0.5), parts };
  }
}
