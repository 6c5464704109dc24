import { UsageError } from '../../base/index.js';
import { call, type Tensor } from '../../tensor/index.js';

/**
 * Mean over the rows of −log softmax at their matches; at the diagonal where there are none. Where a row has several
 * matches, −log p is their mean, as in UniCL (Yang et al., 2022, arXiv 2204.03610, equations 3 and 4).
 * @param logits - N × N.
 * @param matches - N × N of 0 and 1, with the diagonal 1.
 * @throws UsageError for a single pair, which there is nothing to tell apart from: its loss is 0 whatever is learnt.
 */
export function contrast(logits: Tensor, matches: Tensor | undefined): Tensor {
  const rows = logits.shape[0]!;
  if (rows < 2) {
    throw new UsageError({
      fault: 'the batch has one pair, and a contrastive objective tells pairs apart',
      mend: 'set training.batch to 2 or more',
    });
  }
  const logProbability = logits.logSoftmax(1);
  if (matches === undefined) return logProbability.diagonal().mean().neg();
  const targets = matches.div(matches.sum(1, true));
  return logProbability.mul(targets).sum().div(-rows);
}

/** {@link contrast} over the rows (pictures to texts) and over the columns (texts to pictures). */
export function contrastBothWays(
  logits: Tensor,
  matches: Tensor | undefined,
): { imageToText: Tensor; textToImage: Tensor } {
  return {
    imageToText: contrast(logits, matches),
    textToImage: contrast(logits.transpose(0, 1), matches?.transpose(0, 1)),
  };
}

/** log(1 + exp(x)): −log σ(−x). */
export function softplus(x: Tensor): Tensor {
  return call('aten::softplus', x);
}
