/** Two correlated AUCs compared. */
export interface DeLongTest {
  readonly first: number;
  readonly second: number;
  /** Variance of first − second. */
  readonly variance: number;
  /** Two-sided. 1 when the two models rank alike, 0 when they differ without any variance. */
  readonly p: number;
}

/**
 * DeLong's test for the AUCs of two models on the same samples (DeLong, DeLong and Clarke-Pearson, Biometrics
 * 1988), by mid-ranks in O(n log n) (Sun and Xu, IEEE Signal Processing Letters 2014). It takes the samples as
 * independent; where patients come more than once, the bootstrap by patient is the one to believe.
 * @param first - Scores of the first model, one a sample.
 * @param second - Scores of the second model, same samples.
 * @param labels - 1 positive, 0 negative; at least two of each, else the variance is NaN.
 */
export function deLongTest(
  first: ArrayLike<number>,
  second: ArrayLike<number>,
  labels: ArrayLike<number>,
): DeLongTest {
  const a = structuralComponents(first, labels);
  const b = structuralComponents(second, labels);
  const variance =
    varianceOfDifference(a.ofPositives, b.ofPositives) / a.ofPositives.length +
    varianceOfDifference(a.ofNegatives, b.ofNegatives) / a.ofNegatives.length;
  return { first: a.auc, second: b.auc, variance, p: pOf(a.auc - b.auc, variance) };
}

/** The scores of two models for one class. */
export interface ScoredPair {
  readonly first: ArrayLike<number>;
  readonly second: ArrayLike<number>;
  /** 1 positive, 0 negative. */
  readonly labels: ArrayLike<number>;
  /** Group (patient) of each sample, from 0; the same numbers in all classes. */
  readonly groups: ArrayLike<number>;
}

/**
 * DeLong's test for the mean AUC over classes, where samples of a group are not independent. What each sample adds
 * to the difference (its structural components, centred) is summed within its group and over the classes; the
 * variance is the sum of the squares (Obuchowski, "Nonparametric analysis of clustered ROC curve data", Biometrics
 * 1997, for one class). With one class and one sample a group it is {@link deLongTest}.
 */
export function deLongMeanTest(classes: readonly ScoredPair[]): DeLongTest {
  let greatest = -1;
  for (const { groups } of classes) {
    for (let sample = 0; sample < groups.length; sample++) greatest = Math.max(greatest, groups[sample]!);
  }
  const sums = new Float64Array(greatest + 1);
  let first = 0;
  let second = 0;
  for (const { first: one, second: two, labels, groups } of classes) {
    const a = structuralComponents(one, labels);
    const b = structuralComponents(two, labels);
    first += a.auc / classes.length;
    second += b.auc / classes.length;
    const ofPositives = centredShares(a.ofPositives, b.ofPositives);
    const ofNegatives = centredShares(a.ofNegatives, b.ofNegatives);
    let positive = 0;
    let negative = 0;
    for (let sample = 0; sample < groups.length; sample++) {
      const share = labels[sample] === 1 ? ofPositives[positive++]! : ofNegatives[negative++]!;
      sums[groups[sample]!]! += share / classes.length;
    }
  }
  const variance = sums.reduce((sum, value) => sum + value * value, 0);
  return { first, second, variance, p: pOf(first - second, variance) };
}

/** What each adds to the mean of a − b, centred, so that the squares sum to the variance of that mean. */
function centredShares(a: readonly number[], b: readonly number[]): number[] {
  const differences = a.map((value, index) => value - b[index]!);
  const centre = mean(differences);
  const scale = Math.sqrt(a.length * (a.length - 1));
  return differences.map(value => (value - centre) / scale);
}

function pOf(difference: number, variance: number): number {
  return difference === 0 ? 1 : complementaryError(Math.abs(difference) / Math.sqrt(2 * variance));
}

/** The part of the AUC that each positive and each negative carries: V10 and V01 of the paper. */
function structuralComponents(scores: ArrayLike<number>, labels: ArrayLike<number>) {
  const positives: number[] = [];
  const negatives: number[] = [];
  for (let sample = 0; sample < scores.length; sample++) {
    (labels[sample] === 1 ? positives : negatives).push(scores[sample]!);
  }
  const together = midRanks([...positives, ...negatives]);
  const amongPositives = midRanks(positives);
  const amongNegatives = midRanks(negatives);
  const ofPositives = positives.map((_, i) => (together[i]! - amongPositives[i]!) / negatives.length);
  const ofNegatives = negatives.map(
    (_, i) => 1 - (together[positives.length + i]! - amongNegatives[i]!) / positives.length,
  );
  return { ofPositives, ofNegatives, auc: mean(ofPositives) };
}

/** Ranks from 1; equal values share the mean of their ranks. */
function midRanks(values: readonly number[]): Float64Array {
  const order = Uint32Array.from(values, (_, index) => index).sort((a, b) => values[a]! - values[b]!);
  const ranks = new Float64Array(values.length);
  for (let start = 0; start < order.length; ) {
    let end = start;
    while (end < order.length && values[order[end]!] === values[order[start]!]) end++;
    for (let place = start; place < end; place++) ranks[order[place]!] = (start + 1 + end) / 2;
    start = end;
  }
  return ranks;
}

function varianceOfDifference(a: readonly number[], b: readonly number[]): number {
  const differences = a.map((value, index) => value - b[index]!);
  const centre = mean(differences);
  return differences.reduce((sum, value) => sum + (value - centre) ** 2, 0) / (differences.length - 1);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/**
 * erfc(x) for x ≥ 0 to about 1e-14: the power series of erf near zero, the continued fraction beyond
 * (Abramowitz and Stegun 7.1.6 and 7.1.14).
 */
function complementaryError(x: number): number {
  if (x > 27) return 0;
  const front = Math.exp(-x * x) / Math.sqrt(Math.PI);
  if (x < 2.5) {
    let term = 2 * x;
    let sum = term;
    for (let n = 1; term > 1e-17 * sum; n++) {
      term *= (2 * x * x) / (2 * n + 1);
      sum += term;
    }
    return 1 - front * sum;
  }
  let fraction = x;
  for (let n = 120; n >= 1; n--) fraction = x + n / 2 / fraction;
  return front / fraction;
}
