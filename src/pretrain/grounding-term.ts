import { Module, type Tensor } from '../tensor/index.js';

/** What a batch says of where phrases are. N pictures, P phrases of at most W words, h × w cells. */
export interface GroundingBatch {
  /** N × D × h × w, not normalised. */
  readonly cells: Tensor;
  /** P × D, not normalised: each phrase as a whole. */
  readonly phrases: Tensor;
  /** P × W × D, not normalised: the words of the phrases. */
  readonly words: Tensor;
  /** P × W: 1 where there is a word. */
  readonly mask: Tensor;
  /** N × P × h × w in [0, 1]: how much of what the phrase says is in the cell. */
  readonly target: Tensor;
  /** N × P: 1 where the target is known, 0 where the picture may show the thing but nobody said where. */
  readonly known: Tensor;
}

/** A loss that ties the words of findings to the cells that show them. */
export abstract class GroundingTerm extends Module {
  /** @returns a scalar; 0 where nothing is known. */
  abstract forward(batch: GroundingBatch): Tensor;
}

/** Weight of an unchanged cell where no picture of the batch shows the finding. */
const ELSEWHERE = 0.1;

/**
 * How much a phrase's absence from a cell counts: w_pc (1 − t_npc) where it is known, with w_pc = 0.1 + max_n t_npc.
 * w makes the cells count where the batch shows the finding in other pictures: else nearly all of it says that
 * effusions are not in the apex, and hardly any of it what a base without effusion looks like.
 * @param target - N × P × C.
 * @returns N × P × C.
 */
export function absenceWeights(target: Tensor, known: Tensor): Tensor {
  const likely = target.amax(0, true).add(ELSEWHERE);
  return target.neg().add(1).mul(known.unsqueeze(2)).mul(likely);
}

/** Weighted mean; 0 where all weights are 0. */
export function weightedMean(values: Tensor, weights: Tensor): Tensor {
  return values.mul(weights).sum().div(weights.sum().clamp(1e-6));
}
