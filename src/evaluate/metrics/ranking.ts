/** What is measured of a ranking. All are shares; NaN where a label is missing. */
export interface RankingMeasures {
  auc: number;
  /** Average precision. */
  ap: number;
  /** F1 at the threshold that is best with every sample counted once; of equally good ones the lowest. */
  f1: number;
  /** Share of right answers at the same threshold. */
  accuracy: number;
}

/**
 * The scores of one class against its labels, sorted once, so that every measure that depends on the order of
 * the scores is one pass over them, and so is every bootstrap round.
 *
 * Samples are members of groups (patients); a weighting gives each group a whole number of copies.
 */
export class Ranking {
  readonly positives: number;
  readonly negatives: number;
  /** Scores in ascending order. */
  readonly scores: Float64Array;
  /** 1 positive, 0 negative; in the order of `scores`. */
  readonly labels: Uint8Array;
  /** Group of each sample, from the highest score down; within a tie the positives come first. */
  readonly #groups: Uint16Array | Int32Array;
  /**
   * Ties that hold a positive, from the highest down, as triples of places in `#groups`: first positive, one past
   * the last positive, one past the tie. What lies between ties is all negative.
   */
  readonly #ties: Int32Array;
  /** The tie whose score is the threshold of F1, as a place in `#ties`; −1 without a positive. */
  readonly #best: number;

  /**
   * @param scores - One finite number a sample; higher means more likely positive.
   * @param labels - 1 positive, 0 negative, as long as `scores`.
   * @param groups - Group of each sample, counted from 0; each sample its own group when absent.
   * @throws RangeError when a score is not finite or the lengths differ.
   */
  constructor(scores: ArrayLike<number>, labels: ArrayLike<number>, groups?: ArrayLike<number>) {
    const count = scores.length;
    if (labels.length !== count || (groups !== undefined && groups.length !== count)) {
      throw new RangeError(
        `${count} scores but ${labels.length} labels and ${groups?.length ?? count} groups`,
      );
    }
    const order = new Uint32Array(count);
    let greatestGroup = 0;
    for (let sample = 0; sample < count; sample++) {
      order[sample] = sample;
      greatestGroup = Math.max(greatestGroup, groups?.[sample] ?? sample);
      if (!Number.isFinite(scores[sample])) throw new RangeError(`score ${sample} is ${scores[sample]}`);
    }
    order.sort((a, b) => scores[a]! - scores[b]! || labels[a]! - labels[b]!);

    this.scores = new Float64Array(count);
    this.labels = new Uint8Array(count);
    // Rounds read the groups again and again: half the bytes are half the waiting.
    this.#groups = greatestGroup < 2 ** 16 ? new Uint16Array(count) : new Int32Array(count);
    let positives = 0;
    for (let place = 0; place < count; place++) {
      const sample = order[place]!;
      this.scores[place] = scores[sample]!;
      this.labels[place] = labels[sample]!;
      this.#groups[count - 1 - place] = groups?.[sample] ?? sample;
      positives += labels[sample]!;
    }
    this.#ties = tiesWithPositives(this.scores, this.labels);
    this.positives = positives;
    this.negatives = count - positives;
    this.#best = this.#bestTie();
  }

  /**
   * Area under the ROC curve: the chance that a positive scores above a negative, ties counted half
   * (Mann-Whitney). Sums are whole numbers below 2^53, so the quotient is exact.
   * @param copies - How often each group is counted; every sample once when absent.
   * @returns NaN when a label is missing.
   */
  auc(copies?: Int32Array): number {
    return this.measures(copies).auc;
  }

  /**
   * All measures in one pass from the highest score down. Precision needs looking at only where there is a positive.
   * @param copies - How often each group is counted; every sample once when absent.
   */
  measures(copies: Int32Array = this.#once()): RankingMeasures {
    const groups = this.#groups;
    const ties = this.#ties;
    let positives = 0;
    for (let tie = 0; tie < ties.length; tie += 3) {
      for (let place = ties[tie]!; place < ties[tie + 1]!; place++) positives += copies[groups[place]!]!;
    }
    let place = 0;
    let truePositives = 0;
    let falsePositives = 0;
    /** Twice the pairs in the wrong order. */
    let losses = 0;
    let precisions = 0;
    /** Half of F1, and true less false positives, at the threshold. */
    let half = 0;
    let surplus = 0;
    for (let tie = 0; tie < ties.length; tie += 3) {
      const first = ties[tie]!;
      const negative = ties[tie + 1]!;
      const end = ties[tie + 2]!;
      let there = 0;
      let not = 0;
      for (; place < first; place++) falsePositives += copies[groups[place]!]!;
      for (; place < negative; place++) there += copies[groups[place]!]!;
      for (; place < end; place++) not += copies[groups[place]!]!;
      losses += there * (2 * falsePositives + not);
      falsePositives += not;
      truePositives += there;
      const predicted = truePositives + falsePositives;
      if (there > 0) precisions += (there * truePositives) / predicted;
      if (tie === this.#best) {
        half = truePositives / (predicted + positives);
        surplus = truePositives - falsePositives;
      }
    }
    let negatives = falsePositives;
    for (; place < groups.length; place++) negatives += copies[groups[place]!]!;
    const pairs = positives * negatives;
    const known = positives > 0;
    return {
      auc: (pairs - losses / 2) / pairs,
      ap: known ? precisions / positives : Number.NaN,
      f1: known ? 2 * half : Number.NaN,
      accuracy: known ? (negatives + surplus) / (positives + negatives) : Number.NaN,
    };
  }

  /** F1 needs looking at only where there is a positive: negatives alone make it worse. */
  #bestTie(): number {
    const ties = this.#ties;
    let best = 0;
    let bestTie = -1;
    let truePositives = 0;
    for (let tie = 0; tie < ties.length; tie += 3) {
      truePositives += ties[tie + 1]! - ties[tie]!;
      // Quotients of small whole numbers are equal as numbers exactly where they are equal as fractions.
      const half = truePositives / (ties[tie + 2]! + this.positives);
      if (half >= best) [best, bestTie] = [half, tie];
    }
    return bestTie;
  }

  #once(): Int32Array {
    let groups = 0;
    for (const group of this.#groups) groups = Math.max(groups, group + 1);
    return new Int32Array(groups).fill(1);
  }
}

/** @param scores - Ascending, as are `labels` within a tie. @returns See `Ranking.#ties`. */
function tiesWithPositives(scores: Float64Array, labels: Uint8Array): Int32Array {
  const ties: number[] = [];
  const count = scores.length;
  for (let end = count; end > 0; ) {
    const score = scores[end - 1];
    let firstPositive = end;
    while (firstPositive > 0 && scores[firstPositive - 1] === score && labels[firstPositive - 1] === 1) {
      firstPositive--;
    }
    let start = firstPositive;
    while (start > 0 && scores[start - 1] === score) start--;
    if (firstPositive < end) ties.push(count - end, count - firstPositive, count - start);
    end = start;
  }
  return Int32Array.from(ties);
}
