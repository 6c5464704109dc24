import { z } from 'zod';
import { unitVectors } from '../../models/index.js';
import type { Tensor } from '../../tensor/index.js';
import { contrastBothWays } from './contrast.js';
import { type EncodedPairs, Objective, type ObjectiveLoss } from './objective.js';
import { localSimilarities } from './word-attention.js';

const sharpness = z.number().positive().max(1000);
const weight = z.number().min(0).max(100);

/** Defaults as in the authors' configuration. */
export const GloriaSettings = z.strictObject({
  name: z.literal('gloria'),
  /** τ₁: sharpness of a word's attention over cells. */
  attention: sharpness.default(4),
  /** τ₂: how far the best words of a text outweigh the others. */
  words: sharpness.default(5),
  /** τ₃: factor on similarities in both softmaxes over the batch. */
  scale: sharpness.default(10),
  globalWeight: weight.default(1),
  localWeight: weight.default(1),
});
export type GloriaSettings = z.infer<typeof GloriaSettings>;

/**
 * GLoRIA (Huang et al., 2021, "GLoRIA: A Multimodal Global-Local Representation Learning Framework for Label-efficient
 * Medical Image Recognition", ICCV, section 3.3):
 *
 *     L_global = 1/N Σ_i ( −log softmax_k( τ₃ cos(v_i, t_k) )_i − log softmax_k( τ₃ cos(v_k, t_i) )_i )
 *     L_local  = the same with Z(image, text) in place of the cosine (see `localSimilarities`)
 *     L = globalWeight · L_global + localWeight · L_local
 *
 * The paper divides by temperatures; these are their inverses, as in its published code. `matches` as in ConVIRT, for
 * both parts.
 */
export class Gloria extends Objective {
  override readonly name = 'gloria';
  override readonly readsCells = true;

  constructor(readonly settings: GloriaSettings) {
    super();
  }

  override forward({ images, texts, matches }: EncodedPairs): ObjectiveLoss {
    const { scale, globalWeight, localWeight } = this.settings;
    const cosine = unitVectors(images.global, 1).matmul(unitVectors(texts.global, 1).transpose(0, 1));
    const local = localSimilarities(images.cells, texts.words, texts.mask, this.settings);
    const bothWays = (similarity: Tensor): Tensor => {
      const { imageToText, textToImage } = contrastBothWays(similarity.mul(scale), matches);
      return imageToText.add(textToImage);
    };
    const parts = { global: bothWays(cosine), local: bothWays(local) };
    return { total: parts.global.mul(globalWeight).add(parts.local.mul(localWeight)), parts };
  }
}
