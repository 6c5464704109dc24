import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { Random } from '../../base/index.js';
import { minimise } from './lbfgs.js';
import { linearProbe, meanAuc, type ProbeData } from './linear-probe.js';
import { fitLogistic, scoreLinear } from './logistic-regression.js';

const Golden = z.object({
  features: z.array(z.array(z.number())),
  labels: z.array(z.array(z.number())),
  cases: z.array(
    z.object({
      strength: z.number(),
      weights: z.array(z.array(z.number())),
      intercepts: z.array(z.number()),
    }),
  ),
});
const golden = Golden.parse(
  JSON.parse(readFileSync(new URL('./__fixtures__/logistic.json', import.meta.url), 'utf8')),
);
const [rows, columns, classes] = [golden.features.length, golden.features[0]!.length, 3];
const features = { values: Float64Array.from(golden.features.flat()), rows, columns };
const labels = Uint8Array.from(golden.labels.flat());

describe('logistic regression', () => {
  it("has scikit-learn's weights and intercepts, unknown labels left out", () => {
    for (const { strength, weights, intercepts } of golden.cases) {
      const fitted = fitLogistic(features, labels, classes, strength);
      for (let column = 0; column < classes; column++) {
        const own = fitted.weights.subarray(column * (columns + 1), (column + 1) * (columns + 1));
        for (let at = 0; at < columns; at++) expect(own[at]).toBeCloseTo(weights[column]![at]!, 4);
        expect(own[columns]).toBeCloseTo(intercepts[column]!, 4);
      }
    }
  });

  it('ends at the same place wherever it starts', () => {
    const weak = fitLogistic(features, labels, classes, 100);
    const warm = fitLogistic(features, labels, classes, 1, { start: weak });
    const cold = fitLogistic(features, labels, classes, 1);
    for (const [at, weight] of cold.weights.entries()) expect(warm.weights[at]).toBeCloseTo(weight, 4);
  });

  it('scores by weights and intercept', () => {
    const scores = scoreLinear(
      { weights: Float64Array.of(1, 2, 3, 0, -1, 0.5), classes: 2, features: 2 },
      { values: Float64Array.of(1, 1, 0, 2), rows: 2, columns: 2 },
    );
    expect([...scores]).toEqual([6, -0.5, 7, -1.5]);
  });

  it('gives a class of one label that label, for every sample alike', () => {
    const fitted = fitLogistic(features, new Uint8Array(rows * 1), 1, 1);
    expect([...fitted.weights.subarray(0, columns)]).toEqual([0, 0, 0, 0, 0]);
    expect(fitted.weights[columns]).toBeCloseTo(Math.log(1 / (rows + 1)), 12);
  });
});

it('the least place of a function is found, also in a bent valley', () => {
  // Rosenbrock's: one valley, least 0 at (1, 1).
  const place = minimise(
    (at, gradient) => {
      const [x, y] = [at[0]!, at[1]!];
      gradient[0] = -2 * (1 - x) - 400 * x * (y - x * x);
      gradient[1] = 200 * (y - x * x);
      return (1 - x) ** 2 + 100 * (y - x * x) ** 2;
    },
    Float64Array.of(-1.2, 1),
  );
  expect(place[0]).toBeCloseTo(1, 5);
  expect(place[1]).toBeCloseTo(1, 5);
});

describe('a linear probe', () => {
  const random = Random.of('probe');
  const count = 240;
  const width = 12;
  const data: ProbeData = {
    width,
    classes: 2,
    features: new Float32Array(count * width).map(() => random.normal()),
    labels: new Uint8Array(count * 2),
    samples: Array.from({ length: count }, (_, row) => ({
      id: `s${row}`,
      patient: `p${row >> 1}`,
      split: 'all',
    })),
  };
  for (let row = 0; row < count; row++) {
    data.labels[row * 2] = Number(data.features[row * width]! + 0.5 * random.normal() > 0);
    data.labels[row * 2 + 1] = Number(random.chance(0.5));
  }
  const all = Array.from({ length: count }, (_, row) => row);
  const trial = {
    share: 100,
    fold: 0,
    train: all.slice(0, 160),
    validation: undefined,
    test: all.slice(160),
  };

  it('reads what the features say and nothing else, whatever their units', () => {
    const { scores, classifiers } = linearProbe(data, trial, 1);
    const labelsOf = (column: number) => Uint8Array.from(trial.test, row => data.labels[row * 2 + column]!);
    const column = (at: number) => Float64Array.from(trial.test, (_, place) => scores[place * 2 + at]!);
    expect(meanAuc(column(0), labelsOf(0), 1)).toBeGreaterThan(0.85);
    // The classifiers are for features as they come.
    const raw = Float64Array.from(data.features.subarray(trial.test[0]! * width));
    const own = scoreLinear(classifiers, { values: raw, rows: trial.test.length, columns: width });
    for (const [at, score] of own.entries()) expect(score).toBeCloseTo(scores[at]!, 6);
    expect(Math.abs(meanAuc(column(1), labelsOf(1), 1) - 0.5)).toBeLessThan(0.2);
    const scaled = { ...data, features: data.features.map((value, at) => value * (1 + (at % width)) + 3) };
    const again = linearProbe(scaled, trial, 1);
    for (const [at, score] of again.scores.entries()) expect(score).toBeCloseTo(scores[at]!, 3);
  });

  it('is the same again, and takes validation patients that are given', () => {
    expect(linearProbe(data, trial, 1)).toEqual(linearProbe(data, trial, 1));
    const given = linearProbe(
      data,
      { ...trial, validation: all.slice(120, 160), train: all.slice(0, 120) },
      1,
    );
    expect(given.scores.length).toBe(trial.test.length * 2);
    // One patient: nothing to choose by.
    expect(linearProbe(data, { ...trial, train: [0, 1] }, 1).strength).toBe(0.01);
  });
});
