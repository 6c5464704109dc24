import type { Ranking } from './ranking.js';

/**
 * Average precision: Σ (R_n − R_{n−1}) P_n over the distinct scores as thresholds, from the highest down
 * (the definition of scikit-learn's `average_precision_score`; no interpolation).
 * @returns NaN when there is no positive.
 */
export function averagePrecision(ranking: Ranking): number {
  let sum = 0;
  for (const { truePositives, newPositives, predicted } of thresholds(ranking)) {
    sum += (newPositives * truePositives) / predicted;
  }
  return sum / ranking.positives;
}

/** The threshold with the best F1 and what it gives. */
export interface BestThreshold {
  /** A sample counts as positive from this score on. */
  readonly threshold: number;
  readonly f1: number;
  /** Share of right answers at the same threshold. */
  readonly accuracy: number;
}

/**
 * The threshold whose F1 is best on these very samples, and the accuracy there: the protocol of MedKLIP and
 * MAVL. It looks at the labels it is measured on, so it flatters; compare only with figures made the same way.
 * Of equally good thresholds the lowest is taken, as `argmax` over scikit-learn's `precision_recall_curve` does.
 * @returns NaN where there is no positive.
 */
export function bestF1(ranking: Ranking): BestThreshold {
  const { positives, negatives } = ranking;
  if (positives === 0) return { threshold: Number.NaN, f1: Number.NaN, accuracy: Number.NaN };
  // F1 = 2 TP / (predicted + positives), compared as fractions of whole numbers, so that ties are exact.
  let best = { threshold: Number.POSITIVE_INFINITY, truePositives: 0, predicted: 0 };
  for (const { threshold, truePositives, predicted } of thresholds(ranking)) {
    const isBetter =
      truePositives * (best.predicted + positives) >= best.truePositives * (predicted + positives);
    if (isBetter) best = { threshold, truePositives, predicted };
  }
  const trueNegatives = negatives - (best.predicted - best.truePositives);
  return {
    threshold: best.threshold,
    f1: (2 * best.truePositives) / (best.predicted + positives),
    accuracy: (best.truePositives + trueNegatives) / (positives + negatives),
  };
}

/** Each distinct score as threshold, from the highest down, with the counts at or above it. */
function* thresholds(ranking: Ranking) {
  const { scores, labels } = ranking;
  let truePositives = 0;
  for (let place = scores.length - 1; place >= 0; ) {
    const threshold = scores[place]!;
    let newPositives = 0;
    for (; place >= 0 && scores[place] === threshold; place--) newPositives += labels[place]!;
    truePositives += newPositives;
    yield { threshold, truePositives, newPositives, predicted: scores.length - 1 - place };
  }
}
