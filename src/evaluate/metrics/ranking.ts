/**
 * The scores of one class against its labels, sorted once, so that every measure that depends on the order of
 * the scores is one pass over them, and so is every bootstrap round.
 *
 * Samples are members of groups (patients); a weighting gives each group a whole number of copies.
 */
export class Ranking {
  readonly positives: number;
  readonly negatives: number;
  /** Scores in ascending order; within a tie the negatives come first. */
  readonly scores: Float64Array;
  /** 1 positive, 0 negative; in the order of `scores`. */
  readonly labels: Uint8Array;
  /** Group of each sample, in the order of `scores`. */
  readonly #groups: Int32Array;
  /** Places of the positives in `scores`, ascending. */
  readonly #positivePlaces: Int32Array;
  /** Ties that hold both labels, as triples: first negative, first positive, one past the last positive. */
  readonly #mixedTies: Int32Array;

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
    for (let sample = 0; sample < count; sample++) {
      order[sample] = sample;
      if (!Number.isFinite(scores[sample])) throw new RangeError(`score ${sample} is ${scores[sample]}`);
    }
    order.sort((a, b) => scores[a]! - scores[b]! || labels[a]! - labels[b]!);

    this.scores = new Float64Array(count);
    this.labels = new Uint8Array(count);
    this.#groups = new Int32Array(count);
    const positivePlaces: number[] = [];
    for (let place = 0; place < count; place++) {
      const sample = order[place]!;
      this.scores[place] = scores[sample]!;
      this.labels[place] = labels[sample]!;
      this.#groups[place] = groups?.[sample] ?? sample;
      if (labels[sample] === 1) positivePlaces.push(place);
    }
    this.#positivePlaces = Int32Array.from(positivePlaces);
    this.#mixedTies = mixedTies(this.scores, this.labels);
    this.positives = positivePlaces.length;
    this.negatives = count - this.positives;
  }

  /**
   * Area under the ROC curve: the chance that a positive scores above a negative, ties counted half
   * (Mann-Whitney). Sums are whole numbers below 2^53, so the quotient is exact.
   * @param copies - How often each group is counted; every sample once when absent.
   * @returns NaN when a label is missing.
   */
  auc(copies?: Int32Array): number {
    if (copies === undefined) return this.auc(this.#once());
    const groups = this.#groups;
    let negativesBelow = 0;
    let positives = 0;
    let wins = 0;
    let next = 0;
    for (let index = 0; index < this.#positivePlaces.length; index++) {
      const place = this.#positivePlaces[index]!;
      for (; next < place; next++) negativesBelow += copies[groups[next]!]!;
      const weight = copies[groups[place]!]!;
      positives += weight;
      wins += weight * negativesBelow;
      next = place + 1;
    }
    for (; next < groups.length; next++) negativesBelow += copies[groups[next]!]!;
    return (wins - this.#tiedPairs(copies) / 2) / (positives * negativesBelow);
  }

  /** Pairs of a positive and a negative with the same score; `auc` counted them as wins. */
  #tiedPairs(copies: Int32Array): number {
    const ties = this.#mixedTies;
    let pairs = 0;
    for (let index = 0; index < ties.length; index += 3) {
      let negatives = 0;
      let positives = 0;
      for (let place = ties[index]!; place < ties[index + 1]!; place++) {
        negatives += copies[this.#groups[place]!]!;
      }
      for (let place = ties[index + 1]!; place < ties[index + 2]!; place++) {
        positives += copies[this.#groups[place]!]!;
      }
      pairs += negatives * positives;
    }
    return pairs;
  }

  #once(): Int32Array {
    let groups = 0;
    for (const group of this.#groups) groups = Math.max(groups, group + 1);
    return new Int32Array(groups).fill(1);
  }
}

function mixedTies(scores: Float64Array, labels: Uint8Array): Int32Array {
  const ties: number[] = [];
  for (let start = 0; start < scores.length; ) {
    let firstPositive = start;
    while (
      firstPositive < scores.length &&
      scores[firstPositive] === scores[start] &&
      labels[firstPositive] === 0
    ) {
      firstPositive++;
    }
    let end = firstPositive;
    while (end < scores.length && scores[end] === scores[start]) end++;
    if (firstPositive > start && end > firstPositive) ties.push(start, firstPositive, end);
    start = end;
  }
  return Int32Array.from(ties);
}
