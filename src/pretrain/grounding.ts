import { unitVectors } from '../models/index.js';
import { type Parameter, parameter, type Tensor, tensor } from '../tensor/index.js';
import { AttentionGrounding } from './grounding-attention.js';
import { absenceWeights, type GroundingBatch, GroundingTerm, weightedMean } from './grounding-term.js';
import { softplus } from './objectives/contrast.js';
import type { ObjectiveSettings } from './objectives/index.js';

/** Scale and bias at the start: cells and phrases begin unrelated, and most cells do not show a phrase. */
const FIRST_SCALE = 10;
const FIRST_BIAS = -2;

/**
 * The grounded term on the projected feature map, ours: the words of a finding should be near the cells that the
 * finding changed and far from all others, in its own picture and in those without it.
 *
 *     p_npc = σ( s · cos(cell_nc, phrase_p) + b )
 *     L = ½ Σ t (−log p) / Σ t  +  ½ Σ w (1 − t) (−log(1 − p)) / Σ w (1 − t)
 *
 * s and b are learnt; t is the share of the cell's change; w see {@link absenceWeights}. The halves are means, so
 * that the few cells with a finding weigh as much as the many without. The sigmoid form is SigLIP's (Zhai et al.,
 * 2023, arXiv 2303.15343) on cells instead of whole pictures.
 */
export class Grounding extends GroundingTerm {
  /** Natural logarithm of s: positive whatever a step does. */
  readonly #logScale: Parameter;
  readonly #bias: Parameter;

  constructor() {
    super();
    this.#logScale = this.register('log_scale', parameter(tensor([Math.log(FIRST_SCALE)])));
    this.#bias = this.register('bias', parameter(tensor([FIRST_BIAS])));
  }

  override forward({ cells, phrases, target, known }: Omit<GroundingBatch, 'words' | 'mask'>): Tensor {
    const flat = unitVectors(cells, 1).flatten(2);
    const cosine = unitVectors(phrases, 1).matmul(flat);
    const logits = cosine.mul(this.#logScale.exp()).add(this.#bias);
    const truth = target.flatten(2);
    // −log σ(x) = softplus(−x), and −log(1 − σ(x)) = softplus(x).
    const positive = weightedMean(softplus(logits.neg()), truth.mul(known.unsqueeze(2)));
    const negative = weightedMean(softplus(logits), absenceWeights(truth, known));
    return positive.add(negative).mul(0.5);
  }
}

/** The grounded term that fits an objective: on the attention where it has one, else on the projected feature map. */
export function groundingFor(objective: ObjectiveSettings): GroundingTerm {
  return objective.name === 'gloria' ? new AttentionGrounding(objective.attention) : new Grounding();
}
