import { cat, noGrad, ones, scope, type Tensor, tensor } from '../../tensor/index.js';
import { UNKNOWN } from '../scores/index.js';
import { minimise } from './lbfgs.js';

/** Rows of numbers. */
export interface Matrix {
  /** rows × columns, row by row. */
  readonly values: Float64Array;
  readonly rows: number;
  readonly columns: number;
}

/** Linear classifiers of one feature space, one a class. */
export interface LinearClassifiers {
  /** classes × (features + 1): weights, then the intercept. */
  readonly weights: Float64Array;
  readonly classes: number;
  readonly features: number;
}

export interface FitOptions {
  /** Where to begin, for example what another strength gave. */
  readonly start?: LinearClassifiers | undefined;
  /** Greatest part of the gradient, a row, at which the fit ends; default 1e-7. */
  readonly tolerance?: number;
}

/**
 * Fits a logistic regression for each class: the least of ‖w‖² / 2 + C Σ log(1 + exp(−y (w·x + b))), intercept not
 * penalised, as scikit-learn's `LogisticRegression(C=strength)` defines it. Unknown labels are left out of their class.
 * A class with one label only gets weights of 0 and that label's smoothed log-odds.
 * @param labels - rows × classes: 1 there, 0 not there, 2 unknown.
 * @param strength - C: how much the samples count against the penalty.
 */
export function fitLogistic(
  features: Matrix,
  labels: Uint8Array,
  classes: number,
  strength: number,
  { start, tolerance = 1e-7 }: FitOptions = {},
): LinearClassifiers {
  const { rows, columns } = features;
  const width = columns + 1;
  return noGrad(() =>
    scope(() => {
      const x = cat(
        [
          tensor(features.values, { shape: [rows, columns], dtype: 'f64' }),
          ones([rows, 1], { dtype: 'f64' }),
        ],
        1,
      );
      const transposed = x.transpose(0, 1);
      const shape = [rows, classes];
      const known = Float64Array.from(labels, label => Number(label !== UNKNOWN));
      const constant = constantClasses(labels, classes);
      for (const column of constant.keys()) {
        for (let row = 0; row < rows; row++) known[row * classes + column] = 0;
      }
      const weight = tensor(known, { shape, dtype: 'f64' });
      const y = tensor(
        Float64Array.from(labels, label => Number(label === 1)),
        { shape, dtype: 'f64' },
      );
      // Over C · rows, so that the tolerance means the same whatever their number.
      const scale = 1 / rows;
      const penalty = 1 / (strength * rows);
      const smooth = (place: Float64Array, gradient: Float64Array) =>
        scope(() => {
          const w = tensor(place, { shape: [classes, width], dtype: 'f64' });
          const logits = x.matmul(w.transpose(0, 1));
          const loss = softplus(logits).sub(logits.mul(y)).mul(weight).sum().item();
          const residual = logits.sigmoid().sub(y).mul(weight);
          const slopes = transposed
            .matmul(residual)
            .transpose(0, 1)
            .contiguous()
            .toTypedArray({ share: true });
          for (let at = 0; at < gradient.length; at++) gradient[at] = Number(slopes[at]) * scale;
          let squares = 0;
          for (let at = 0; at < place.length; at++) {
            if (at % width === columns) continue;
            squares += place[at]! ** 2;
            gradient[at]! += penalty * place[at]!;
          }
          return loss * scale + (penalty * squares) / 2;
        });
      const weights = minimise(smooth, start?.weights ?? new Float64Array(classes * width), { tolerance });
      for (const [column, logOdds] of constant) {
        weights.fill(0, column * width, (column + 1) * width);
        weights[column * width + columns] = logOdds;
      }
      return { weights, classes, features: columns };
    }),
  );
}

/** Log-odds of each class. @returns rows × classes. */
export function scoreLinear({ weights, classes, features }: LinearClassifiers, matrix: Matrix): Float64Array {
  const scores = new Float64Array(matrix.rows * classes);
  for (let row = 0; row < matrix.rows; row++) {
    for (let column = 0; column < classes; column++) {
      const from = column * (features + 1);
      let sum = weights[from + features]!;
      for (let at = 0; at < features; at++) sum += weights[from + at]! * matrix.values[row * features + at]!;
      scores[row * classes + column] = sum;
    }
  }
  return scores;
}

/** Classes without a positive or without a negative → log-odds of the share of positives, one more of each counted. */
function constantClasses(labels: Uint8Array, classes: number): Map<number, number> {
  const counts = Array.from({ length: classes }, () => [0, 0]);
  for (const [cell, label] of labels.entries()) if (label !== UNKNOWN) counts[cell % classes]![label]!++;
  return new Map(
    counts.flatMap(([negatives, positives], column): [number, number][] =>
      negatives === 0 || positives === 0 ? [[column, Math.log((positives! + 1) / (negatives! + 1))]] : [],
    ),
  );
}

/** log(1 + exp x), exact for large x. */
function softplus(x: Tensor): Tensor {
  return x.abs().neg().exp().add(1).log().add(x.relu());
}
