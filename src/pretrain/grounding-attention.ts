import type { Tensor } from '../tensor/index.js';
import { absenceWeights, type GroundingBatch, GroundingTerm, weightedMean } from './grounding-term.js';
import { softplus } from './objectives/contrast.js';

/** Fills the place of words that are not there: far below any score, and a number, so that no 0 · ∞ comes up. */
const NOTHING = -1e30;

/**
 * The grounded term on GLoRIA's attention, ours: each word of a finding's phrase should attend to the cells that the
 * finding changed, and cells without it should attend to none of its words.
 *
 *     A_jc = ⟨cell_c, word_j⟩
 *     β_jc = exp(A_jc) / (1 + Σ_k exp(A_kc))             a cell's attention over the words of a phrase
 *     α_jc = softmax_c( τ₁ β_jc )                        a word's attention over cells
 *     L = ½ mean over words of −log Σ_c t_c α_jc
 *       + ½ Σ w (1 − t) (−log(1 − Σ_j β_jc)) / Σ w (1 − t)
 *
 * The first half is over the pictures that show the finding, the second over all cells that do not, with w as in
 * {@link absenceWeights}. The 1 in β is a silent word with score 0 that a cell may attend to instead. Within GLoRIA's
 * own softmax the one word of "pneumonia" would have all of every cell's attention, and nothing could move it.
 */
export class AttentionGrounding extends GroundingTerm {
  /** @param sharpness - τ₁, the objective's `attention`. */
  constructor(readonly sharpness: number) {
    super();
  }

  override forward({ cells, words, mask, target, known }: Omit<GroundingBatch, 'phrases'>): Tensor {
    const [phrases, width, dimension] = words.shape as [number, number, number];
    const rows = cells.flatten(2).transpose(1, 2);
    const [pictures, regions] = rows.shape as [number, number];
    const missing = mask.eq(0);
    const scores = rows
      .matmul(words.reshape([phrases * width, dimension]).transpose(0, 1))
      .reshape([pictures, regions, phrases, width])
      .maskedFill(missing, NOTHING);
    // log(1 + Σ exp(A)): the silent word's −log β.
    const silent = softplus(scores.logsumexp(3));
    const truth = target.flatten(2);
    const byCell = truth.transpose(1, 2);

    const attention = scores.sub(silent.unsqueeze(3)).exp().mul(this.sharpness).softmax(1);
    const mass = attention.mul(byCell.unsqueeze(3)).sum(1);
    const shown = truth.amax(2).gt(0).to({ dtype: 'f32' }).mul(known);
    const weight = shown.unsqueeze(2).mul(mask.div(mask.sum(1, true).clamp(1)));
    // No mass at all happens only where the target is 0 everywhere, which has no weight.
    const positive = weightedMean(mass.clamp(1e-12).log().neg(), weight);
    const negative = weightedMean(silent, absenceWeights(truth, known).transpose(1, 2));
    return positive.add(negative).mul(0.5);
  }
}
