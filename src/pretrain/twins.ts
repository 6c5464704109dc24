import { unitVectors } from '../models/index.js';
import { Module, type Tensor, tensor } from '../tensor/index.js';
import { softplus } from './objectives/contrast.js';

/** M pictures of a batch of N that have a twin: the same patient without one of the findings. */
export interface TwinBatch {
  /** N × D: the pictures of the batch, not normalised. */
  readonly images: Tensor;
  /** M × D: the twins, not normalised. */
  readonly twins: Tensor;
  /** M rows of `images`: whose twin each is. */
  readonly owners: readonly number[];
  /** M × D: words that name the finding which the twin lacks, not normalised. */
  readonly texts: Tensor;
  /** M × D: words that deny it, not normalised. */
  readonly denials?: Tensor;
}

/**
 * Twins as hard negatives, ours. v is a picture, v′ its twin, t names the finding that only v shows:
 *
 *     L = mean of −log( exp(⟨v, t⟩ / τ) / ( exp(⟨v, t⟩ / τ) + exp(⟨v′, t⟩ / τ) ) )
 *
 * with ⟨·,·⟩ the cosine. Where texts u deny the finding, the mean of this and of the same with v and v′ exchanged and
 * u for t. All else about the two pictures is the same, so that nothing but the finding can make the loss smaller:
 * among other patients' pictures, devices, sex and scanner would do as well.
 */
export class TwinContrast extends Module {
  /** @param temperature - τ. */
  constructor(readonly temperature: number) {
    super();
  }

  /** @returns a scalar; 0 where there is no twin. */
  forward({ images, twins, owners, texts, denials }: TwinBatch): Tensor {
    if (owners.length === 0) return images.sum().mul(0);
    const rows = tensor(BigInt64Array.from(owners, BigInt), { device: images.device });
    const difference = unitVectors(images.indexSelect(0, rows), 1).sub(unitVectors(twins, 1));
    /** ⟨v, t⟩ − ⟨v′, t⟩, over τ: the logit of the picture against its twin. */
    const preference = (words: Tensor): Tensor =>
      difference.mul(unitVectors(words, 1)).sum(1).div(this.temperature);
    const named = softplus(preference(texts).neg()).mean();
    if (denials === undefined) return named;
    return named.add(softplus(preference(denials)).mean()).mul(0.5);
  }
}
