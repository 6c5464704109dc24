import type { ResNet, Vit } from '../../models/index.js';
import { noGrad } from '../../tensor/index.js';

/** Deviation of a transformer's fresh weights. */
const TRANSFORMER = 0.02;

/**
 * Fresh weights as pre-training begins with them: He's normal for convolutions (arXiv 1502.01852), normal with a
 * deviation of 0.02 for transformers. Draws from the global generator: seed it first.
 */
export function initialiseImage(encoder: ResNet | Vit): void {
  const isVit = encoder.config.architecture === 'vit';
  noGrad(() => {
    for (const [name, weights] of encoder.namedParameters()) {
      if (isVit) {
        if (/layernorm(_before|_after)?\.(weight|bias)$/i.test(name)) continue;
        if (name.endsWith('.bias')) weights.zero_();
        else weights.normal_(0, TRANSFORMER);
      } else if (weights.ndim === 4) {
        const [outputs, , height, width] = weights.shape as [number, number, number, number];
        weights.normal_(0, Math.sqrt(2 / (outputs * height * width)));
      }
    }
  });
}
