import { unitVectors } from '../models/index.js';
import { call, Module, type Parameter, parameter, type Tensor, tensor } from '../tensor/index.js';

/** What a batch says of where phrases are. N pictures, P phrases, h × w cells. */
export interface GroundingBatch {
  /** N × D × h × w, not normalised. */
  readonly cells: Tensor;
  /** P × D, not normalised. */
  readonly phrases: Tensor;
  /** N × P × h × w in [0, 1]: how much of what the phrase says is in the cell. */
  readonly target: Tensor;
  /** N × P: 1 where the target is known, 0 where the picture may show the thing but nobody said where. */
  readonly known: Tensor;
}

/** Scale and bias at the start: cells and phrases begin unrelated, and most cells do not show a phrase. */
const FIRST_SCALE = 10;
const FIRST_BIAS = -2;

/** Weight of an unchanged cell where no picture of the batch shows the finding. */
const ELSEWHERE = 0.1;

/**
 * The grounded term, ours: the words of a finding should be near the cells that the finding changed and far from
 * all others, in its own picture and in those without it.
 *
 *     p_npc = σ( s · cos(cell_nc, phrase_p) + b )
 *     L = ½ Σ t (−log p) / Σ t  +  ½ Σ w (1 − t) (−log(1 − p)) / Σ w (1 − t)
 *     w_pc = 0.1 + max_n t_npc
 *
 * s and b are learnt; t is the share of the cell's change. The halves are means, so that the few cells with a
 * finding weigh as much as the many without. w makes the cells count where the batch shows the finding in other
 * pictures: else nearly all of the second half says that effusions are not in the apex, and hardly any of it what a
 * base without effusion looks like. The sigmoid form is SigLIP's (Zhai et al., 2023, arXiv 2303.15343)
 * on cells instead of whole pictures.
 */
export class Grounding extends Module {
  /** Natural logarithm of s: positive whatever a step does. */
  readonly #logScale: Parameter;
  readonly #bias: Parameter;

  constructor() {
    super();
    this.#logScale = this.register('log_scale', parameter(tensor([Math.log(FIRST_SCALE)])));
    this.#bias = this.register('bias', parameter(tensor([FIRST_BIAS])));
  }

  /** @returns a scalar. */
  forward({ cells, phrases, target, known }: GroundingBatch): Tensor {
    const [pictures, dimension, height, width] = cells.shape as [number, number, number, number];
    const count = phrases.shape[0]!;
    const flat = unitVectors(cells, 1).reshape([pictures, dimension, height * width]);
    const cosine = unitVectors(phrases, 1).matmul(flat);
    const logits = cosine.mul(this.#logScale.exp()).add(this.#bias);
    const truth = target.reshape([pictures, count, height * width]);
    const weight = known.unsqueeze(2);
    // −log σ(x) = softplus(−x), and −log(1 − σ(x)) = softplus(x).
    const positive = weighted(softplus(logits.neg()), truth.mul(weight));
    const likely = truth.amax(0, true).add(ELSEWHERE);
    const negative = weighted(softplus(logits), truth.neg().add(1).mul(weight).mul(likely));
    return positive.add(negative).mul(0.5);
  }
}

/** log(1 + exp(x)). */
function softplus(x: Tensor): Tensor {
  return call('aten::softplus', x);
}

/** Weighted mean; 0 where all weights are 0. */
function weighted(values: Tensor, weights: Tensor): Tensor {
  return values.mul(weights).sum().div(weights.sum().clamp(1e-6));
}
