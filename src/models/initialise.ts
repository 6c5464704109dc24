import type { Tensor } from '../tensor/index.js';
import type { DualEncoder } from './dual-encoder.js';

/** Standard deviation of a transformer's fresh weights, of BERT and ViT alike. */
const TRANSFORMER = 0.02;

/**
 * Sets fresh weights: He's normal for convolutions (arXiv 1502.01852, as torchvision does), and BERT's normal with a
 * deviation of 0.02 for transformers, whose biases begin at 0. Projections keep what their layers drew. Draws from the
 * global generator: seed it first.
 */
export function initialise(model: DualEncoder): void {
  const vit = model.config.image.architecture === 'vit';
  for (const [name, parameter] of model.namedParameters()) {
    const weights = parameter.detach();
    if (name.startsWith('text.') || (vit && name.startsWith('image.'))) {
      initialiseTransformer(name, weights);
    } else if (name.startsWith('image.') && weights.ndim === 4) {
      const [outputs, , height, width] = weights.shape as [number, number, number, number];
      weights.normal_(0, Math.sqrt(2 / (outputs * height * width)));
    }
  }
}

/** Layer norms stay as they are made: 1 and 0. */
function initialiseTransformer(name: string, weights: Tensor): void {
  if (/layernorm(_before|_after)?\.(weight|bias)$/i.test(name)) return;
  if (name.endsWith('.bias')) weights.zero_();
  else weights.normal_(0, TRANSFORMER);
}
