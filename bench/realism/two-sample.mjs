// Can a small classifier tell simulated pictures from real ones, and by what? 0.5 is where it should go.
import { featureNames } from './features.mjs';

/**
 * Cross-validated logistic regression (ridge, folds in turn) on the features of real and simulated pictures.
 * Gives the AUC with all features and with each group alone, and each feature's own AUC.
 */
export function twoSample(real, simulated, folds = 5) {
  const rows = [...real, ...simulated];
  const labels = rows.map((_, at) => (at < real.length ? 0 : 1));
  const groups = ['all', ...new Set(featureNames.map(({ group }) => group))];
  const byGroup = {};
  for (const group of groups) {
    const columns = featureNames.flatMap((one, at) => (group === 'all' || one.group === group ? [at] : []));
    const scores = crossValidated(
      rows.map(row => columns.map(at => row[at])),
      labels,
      folds,
    );
    byGroup[group] = { auc: auc(scores, labels), accuracy: balancedAccuracy(scores, labels) };
  }
  const single = featureNames.map((one, at) => {
    const value = auc(
      rows.map(row => row[at]),
      labels,
    );
    return {
      ...one,
      auc: value,
      real: median(real.map(row => row[at])),
      simulated: median(simulated.map(row => row[at])),
      at,
    };
  });
  single.sort((one, other) => Math.abs(other.auc - 0.5) - Math.abs(one.auc - 0.5));
  const distance = single.reduce((sum, one) => sum + Math.abs(one.auc - 0.5), 0) / single.length;
  return { byGroup, single, meanSeparation: 0.5 + distance };
}

function crossValidated(rows, labels, folds) {
  const scores = new Float64Array(rows.length);
  // Dealt out in turn within each class, so that each fold holds both.
  const fold = [];
  const dealt = [0, 0];
  for (const label of labels) fold.push(dealt[label]++ % folds);
  for (let held = 0; held < folds; held++) {
    const train = rows.flatMap((_, at) => (fold[at] === held ? [] : [at]));
    const { mean, deviation } = moments(train.map(at => rows[at]));
    const scaled = row => row.map((value, at) => (value - mean[at]) / deviation[at]);
    const weights = regress(
      train.map(at => scaled(rows[at])),
      train.map(at => labels[at]),
    );
    rows.forEach((row, at) => {
      if (fold[at] === held) scores[at] = linear(weights, scaled(row));
    });
  }
  return scores;
}

function moments(rows) {
  const width = rows[0].length;
  const mean = new Float64Array(width);
  const deviation = new Float64Array(width);
  for (const row of rows) for (let at = 0; at < width; at++) mean[at] += row[at] / rows.length;
  for (const row of rows)
    for (let at = 0; at < width; at++) deviation[at] += (row[at] - mean[at]) ** 2 / rows.length;
  return { mean, deviation: deviation.map(value => Math.sqrt(value) || 1) };
}

/** Logistic regression by gradient descent with momentum; both classes weigh the same. */
function regress(rows, labels, ridge = 0.01, steps = 400) {
  const width = rows[0].length;
  const weights = new Float64Array(width + 1);
  const speed = new Float64Array(width + 1);
  const positive = labels.reduce((sum, one) => sum + one, 0);
  const share = [0.5 / (labels.length - positive), 0.5 / positive];
  const rate = 4 / width;
  for (let step = 0; step < steps; step++) {
    const slope = new Float64Array(width + 1);
    rows.forEach((row, at) => {
      const off = (1 / (1 + Math.exp(-linear(weights, row))) - labels[at]) * share[labels[at]];
      for (let column = 0; column < width; column++) slope[column] += off * row[column];
      slope[width] += off;
    });
    for (let column = 0; column <= width; column++) {
      const pull = column < width ? ridge * weights[column] : 0;
      speed[column] = 0.9 * speed[column] - rate * (slope[column] + pull);
      weights[column] += speed[column];
    }
  }
  return weights;
}

function linear(weights, row) {
  let sum = weights[row.length];
  for (let column = 0; column < row.length; column++) sum += weights[column] * row[column];
  return sum;
}

/** Area under the ROC curve, ties shared. */
export function auc(scores, labels) {
  const order = Array.from(scores, (score, at) => [score, labels[at]]).sort((a, b) => a[0] - b[0]);
  let rankSum = 0;
  let positives = 0;
  for (let start = 0; start < order.length; ) {
    let end = start;
    while (end < order.length && order[end][0] === order[start][0]) end++;
    const rank = (start + end + 1) / 2;
    for (let at = start; at < end; at++)
      if (order[at][1] === 1) {
        rankSum += rank;
        positives++;
      }
    start = end;
  }
  const negatives = order.length - positives;
  return (rankSum - (positives * (positives + 1)) / 2) / (positives * negatives);
}

function balancedAccuracy(scores, labels) {
  const right = [0, 0];
  const count = [0, 0];
  labels.forEach((label, at) => {
    count[label]++;
    if (scores[at] > 0 === (label === 1)) right[label]++;
  });
  return (right[0] / count[0] + right[1] / count[1]) / 2;
}

function median(values) {
  return Float64Array.from(values).sort()[values.length >> 1];
}
