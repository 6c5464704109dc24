import { z } from 'zod';
import { unitVectors } from '../../models/index.js';
import { contrastBothWays } from './contrast.js';
import { type EncodedPairs, Objective, type ObjectiveLoss } from './objective.js';

export const ConvirtSettings = z.strictObject({
  name: z.literal('convirt'),
  /** τ. */
  temperature: z.number().positive().max(10).default(0.1),
  /** λ: the weight of image-to-text against text-to-image. */
  lambda: z.number().min(0).max(1).default(0.75),
});
export type ConvirtSettings = z.infer<typeof ConvirtSettings>;

/**
 * ConVIRT (Zhang et al., 2020, arXiv 2010.00747, equations 2 to 4):
 *
 *     l_i(v→u) = −log( exp(⟨v_i, u_i⟩ / τ) / Σ_k exp(⟨v_i, u_k⟩ / τ) )
 *     l_i(u→v) = −log( exp(⟨u_i, v_i⟩ / τ) / Σ_k exp(⟨u_i, v_k⟩ / τ) )
 *     L = 1/N Σ_i ( λ l_i(v→u) + (1 − λ) l_i(u→v) )
 *
 * with ⟨·,·⟩ the cosine. Where `matches` says that several texts are right for a picture (or several pictures for
 * a text), −log p is their mean instead of that of the own one alone (see `contrast`).
 */
export class Convirt extends Objective {
  override readonly name = 'convirt';

  constructor(readonly settings: ConvirtSettings) {
    super();
  }

  override forward({ images, texts, matches }: EncodedPairs): ObjectiveLoss {
    const { temperature, lambda } = this.settings;
    const v = unitVectors(images.global, 1);
    const u = unitVectors(texts.global, 1);
    const logits = v.matmul(u.transpose(0, 1)).div(temperature);
    const { imageToText, textToImage } = contrastBothWays(logits, matches);
    return {
      total: imageToText.mul(lambda).add(textToImage.mul(1 - lambda)),
      parts: { imageToText, textToImage },
    };
  }
}
