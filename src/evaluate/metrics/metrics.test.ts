import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random } from '../../base/index.js';
import {
  averagePrecision,
  bestF1,
  bootstrapAuc,
  bootstrapMean,
  bootstrapMeasures,
  bootstrapMedian,
  bootstrapRounds,
  deLongMeanTest,
  deLongTest,
  expectedCalibrationError,
  holm,
  pairedBootstrap,
  pairedBootstrapAuc,
  pairedBootstrapMean,
  percentileInterval,
  Ranking,
} from './index.js';

interface Golden {
  name: string;
  labels: number[];
  first: number[];
  second: number[];
  auc: number;
  averagePrecision: number;
  bestF1: { threshold: number; f1: number; accuracy: number };
  calibrationError: number;
  delong: { first: number; second: number; variance: number; p: number };
}
const goldens: Golden[] = JSON.parse(
  readFileSync(new URL('./__fixtures__/goldens.json', import.meta.url), 'utf8'),
);

/** Equal to 1e-12, relative to what is expected. */
function expectSame(actual: number, expected: number) {
  expect(Math.abs(actual - expected)).toBeLessThanOrEqual(1e-12 * Math.max(1, Math.abs(expected)));
}

describe.each(goldens)('on "$name", as scikit-learn', golden => {
  const ranking = new Ranking(golden.first, golden.labels);

  it('AUC', () => expectSame(ranking.auc(), golden.auc));
  it('average precision', () => expectSame(averagePrecision(ranking), golden.averagePrecision));
  it('best F1, its threshold, and the accuracy there', () => {
    const best = bestF1(ranking);
    expectSame(best.threshold, golden.bestF1.threshold);
    expectSame(best.f1, golden.bestF1.f1);
    expectSame(best.accuracy, golden.bestF1.accuracy);
  });
  it('the same in the one pass of the bootstrap', () => {
    const { auc, ap, f1, accuracy } = ranking.measures();
    expectSame(auc, golden.auc);
    expectSame(ap, golden.averagePrecision);
    expectSame(f1, golden.bestF1.f1);
    expectSame(accuracy, golden.bestF1.accuracy);
  });
  it('calibration error', () =>
    expectSame(expectedCalibrationError(golden.first, golden.labels), golden.calibrationError));
  it('DeLong', () => {
    const test = deLongTest(golden.first, golden.second, golden.labels);
    expectSame(test.first, golden.delong.first);
    expectSame(test.second, golden.delong.second);
    expectSame(test.variance, golden.delong.variance);
    expectSame(test.p, golden.delong.p);
  });
});

/** Scores of few distinct values, so that ties are common, and at least one sample of each label. */
const scored = fc
  .array(fc.tuple(fc.integer({ min: -6, max: 6 }), fc.boolean()), { minLength: 2, maxLength: 60 })
  .map(rows => ({
    scores: rows.map(([score]) => score),
    labels: rows.map(([, label], index) => (index === 0 ? 1 : index === 1 ? 0 : Number(label))),
  }));

describe('AUC', () => {
  it('is the share of pairs in the right order, ties half', () => {
    fc.assert(
      fc.property(scored, ({ scores, labels }) => {
        let wins = 0;
        let pairs = 0;
        labels.forEach((label, i) => {
          labels.forEach((other, j) => {
            if (label !== 1 || other !== 0) return;
            pairs++;
            wins += scores[i]! > scores[j]! ? 1 : scores[i] === scores[j] ? 0.5 : 0;
          });
        });
        expect(new Ranking(scores, labels).auc()).toBe(wins / pairs);
      }),
    );
  });

  it('does not change under a rising map, and turns round with the scores', () => {
    fc.assert(
      fc.property(scored, ({ scores, labels }) => {
        const auc = new Ranking(scores, labels).auc();
        expect(
          new Ranking(
            scores.map(score => Math.exp(score / 3) - 5),
            labels,
          ).auc(),
        ).toBe(auc);
        expect(
          new Ranking(
            scores.map(score => -score),
            labels,
          ).auc(),
        ).toBeCloseTo(1 - auc, 14);
      }),
    );
  });

  it('does not depend on the order of the samples, nor do the other measures', () => {
    fc.assert(
      fc.property(scored, fc.integer(), ({ scores, labels }, seed) => {
        const order = Random.of(seed).shuffle(scores.map((_, index) => index));
        const plain = new Ranking(scores, labels);
        const mixed = new Ranking(
          order.map(i => scores[i]!),
          order.map(i => labels[i]!),
        );
        expect(mixed.auc()).toBe(plain.auc());
        expect(averagePrecision(mixed)).toBe(averagePrecision(plain));
        expect(bestF1(mixed)).toEqual(bestF1(plain));
      }),
    );
  });

  it('with copies of groups is that of the samples written out as often, and so are the other measures', () => {
    fc.assert(
      fc.property(scored, fc.infiniteStream(fc.nat(3)), ({ scores, labels }, stream) => {
        const groups = scores.map((_, index) => index >> 1);
        const copies = Int32Array.from({ length: (scores.length + 1) >> 1 }, () => stream.next().value ?? 1);
        const written = scores.flatMap((_, index) => Array<number>(copies[groups[index]!]!).fill(index));
        const expected = new Ranking(
          written.map(i => scores[i]!),
          written.map(i => labels[i]!),
        );
        const { auc, ap, f1, accuracy } = new Ranking(scores, labels, groups).measures(copies);
        expect(auc).toBe(expected.auc());
        if (expected.positives === 0) return;
        expectSame(ap, averagePrecision(expected));
        const { threshold } = bestF1(new Ranking(scores, labels));
        const predicted = written.filter(i => scores[i]! >= threshold);
        const right = predicted.filter(i => labels[i] === 1).length;
        expectSame(f1, (2 * right) / (predicted.length + expected.positives));
        const rightNegatives = expected.negatives - (predicted.length - right);
        expectSame(accuracy, (right + rightNegatives) / written.length);
      }),
    );
  });

  it('refuses scores that are not numbers', () => {
    expect(() => new Ranking([0.1, Number.NaN], [0, 1])).toThrow(/score 1 is NaN/);
    expect(() => new Ranking([0.1], [0, 1])).toThrow(RangeError);
  });
});

/** A model that is right more often than not, on patients with up to three pictures. */
function example(seed: number, count: number, strength = 0.8) {
  const random = Random.of('example', seed);
  const labels = Array.from({ length: count }, () => Number(random.chance(0.3)));
  const scores = labels.map(label => random.normal(strength * label));
  const groups = labels.map((_, index) => Math.floor(index / 3));
  return { labels, scores, groups, patients: Math.ceil(count / 3) };
}

describe('the bootstrap', () => {
  it('gives an interval that holds the point and is the same again with the same seed', () => {
    for (let seed = 0; seed < 20; seed++) {
      const { labels, scores, groups, patients } = example(seed, 150);
      const ranking = new Ranking(scores, labels, groups);
      const options = { groups: patients, rounds: 200, seed };
      const intervals = bootstrapAuc([ranking], options);
      expect(intervals.classes[0]!.low).toBeLessThanOrEqual(ranking.auc());
      expect(intervals.classes[0]!.high).toBeGreaterThanOrEqual(ranking.auc());
      expect(intervals.mean).toEqual(intervals.classes[0]);
      expect(bootstrapAuc([ranking], options)).toEqual(intervals);
      expect(bootstrapAuc([ranking], { ...options, seed: seed + 100 })).not.toEqual(intervals);
    }
  });

  it('draws as many patients as there are, each as likely', () => {
    const drawn = new Float64Array(10);
    bootstrapRounds({ groups: 10, rounds: 4000, seed: 1 }, copies => {
      expect(copies.reduce((sum, count) => sum + count, 0)).toBe(10);
      for (let group = 0; group < 10; group++) drawn[group]! += copies[group]! / 4000;
    });
    for (const mean of drawn) expect(mean).toBeCloseTo(1, 1);
  });

  it('resamples patients as a whole: copying each picture of a patient does not narrow the interval', () => {
    const { labels, scores } = example(3, 100);
    const patients = labels.map((_, index) => index);
    const options = { groups: 100, rounds: 300, seed: 5 };
    const once = bootstrapAuc([new Ranking(scores, labels, patients)], options);
    const fourfold = <T>(values: T[]) => values.flatMap(value => [value, value, value, value]);
    const copied = new Ranking(fourfold(scores), fourfold(labels), fourfold(patients));
    expect(bootstrapAuc([copied], options)).toEqual(once);
    const asIfIndependent = bootstrapAuc([new Ranking(fourfold(scores), fourfold(labels))], {
      ...options,
      groups: 400,
    });
    const width = ({ low, high }: { low: number; high: number }) => high - low;
    expect(width(asIfIndependent.mean)).toBeLessThan(0.7 * width(once.mean));
  });

  it('leaves rounds without a positive out instead of failing', () => {
    const rare = new Ranking([0.9, 0.2, 0.3, 0.4], [1, 0, 0, 0]);
    const interval = bootstrapAuc([rare], { groups: 4, rounds: 100, seed: 1 }).classes[0]!;
    expect(interval).toEqual({ low: 1, high: 1 });
  });

  it('covers the true AUC about 95 times in 100', () => {
    // Normal scores a deviation of 0.8 apart: AUC = Φ(0.8 / √2).
    const truth = 0.7142;
    let covered = 0;
    for (let seed = 0; seed < 200; seed++) {
      const { labels, scores } = example(seed + 1000, 200);
      const { low, high } = bootstrapAuc([new Ranking(scores, labels)], {
        groups: 200,
        rounds: 200,
        seed,
      }).mean;
      covered += Number(low <= truth && truth <= high);
    }
    expect(covered / 200).toBeGreaterThan(0.89);
    expect(covered / 200).toBeLessThan(0.99);
  });

  it('pairs two models: none differs from itself, a better one is seen', () => {
    const { labels, scores, groups, patients } = example(8, 300);
    const random = Random.of('noise');
    const worse = new Ranking(
      scores.map(score => score + random.normal(0, 2)),
      labels,
      groups,
    );
    const model = new Ranking(scores, labels, groups);
    const options = { groups: patients, rounds: 300, seed: 2 };
    expect(pairedBootstrapAuc([model], [model], options).mean).toEqual({
      difference: 0,
      low: 0,
      high: 0,
      p: 1,
    });
    const { mean } = pairedBootstrapAuc([model], [worse], options);
    expect(mean.difference).toBeCloseTo(model.auc() - worse.auc(), 12);
    expect(mean.low).toBeGreaterThan(0);
    expect(mean.p).toBeLessThan(0.05);
  });

  it('has intervals of average precision, F1 and accuracy, of classes and of their mean', () => {
    const rankings = [11, 12].map(seed => {
      const { labels, scores, groups } = example(seed, 150);
      return new Ranking(scores, labels, groups);
    });
    const { classes, mean } = bootstrapMeasures(rankings, { groups: 50, rounds: 200, seed: 1 });
    for (const measure of ['auc', 'ap', 'f1', 'accuracy'] as const) {
      const points = rankings.map(ranking => ranking.measures()[measure]);
      for (const [index, point] of points.entries()) {
        expect(classes[index]![measure].low).toBeLessThan(point);
        expect(classes[index]![measure].high).toBeGreaterThan(point);
      }
      expect(mean[measure].low).toBeLessThan((points[0]! + points[1]!) / 2);
      expect(mean[measure].high).toBeGreaterThan((points[0]! + points[1]!) / 2);
      const width = ({ low, high }: { low: number; high: number }) => high - low;
      expect(width(mean[measure])).toBeLessThan(Math.max(...classes.map(of => width(of[measure]))));
    }
    const { mean: paired } = pairedBootstrap(rankings, rankings, { groups: 50, rounds: 20, seed: 1 });
    expect(paired.ap).toEqual({ difference: 0, low: 0, high: 0, p: 1 });
  });

  it('of a median takes the middle of what was drawn', () => {
    const values = [5, 1, 4, 2, 3, 9];
    const options = { groups: 3, rounds: 40, seed: 4 };
    const groups = [0, 0, 1, 1, 2, 2];
    const medians = new Float64Array(40);
    bootstrapRounds(options, (copies, round) => {
      const drawn = values
        .flatMap((value, i) => Array<number>(copies[groups[i]!]!).fill(value))
        .sort((a, b) => a - b);
      medians[round] = (drawn[(drawn.length - 1) >> 1]! + drawn[drawn.length >> 1]!) / 2;
    });
    expect(bootstrapMedian(values, groups, options)).toEqual(percentileInterval(medians));
  });

  it('pairs means as it pairs AUCs', () => {
    const { scores, groups, patients } = example(2, 90);
    const options = { groups: patients, rounds: 200, seed: 2 };
    const less = scores.map((score, index) => score - 0.5 - 0.1 * (index % 2));
    const { difference, low, high, p } = pairedBootstrapMean(scores, less, groups, options);
    expect(difference).toBeCloseTo(0.55, 12);
    expect(low).toBeGreaterThan(0.5);
    expect(high).toBeLessThan(0.6);
    expect(p).toBeLessThan(0.02);
    expect(pairedBootstrapMean(scores, scores, groups, options)).toEqual({
      difference: 0,
      low: 0,
      high: 0,
      p: 1,
    });
  });

  it('says nothing of a single patient', () => {
    const one = { groups: 1, rounds: 20, seed: 1 };
    expect(bootstrapMean([0.3, 0.4], [0, 0], one)).toEqual({ low: Number.NaN, high: Number.NaN });
    expect(pairedBootstrapMean([0.3, 0.4], [0.1, 0.1], [0, 0], one).p).toBeNaN();
  });

  it('of a mean agrees with the standard error', () => {
    const random = Random.of('mean');
    const values = Array.from({ length: 400 }, () => random.normal());
    const { low, high } = bootstrapMean(
      values,
      values.map((_, index) => index),
      { groups: 400, rounds: 500, seed: 1 },
    );
    expect(high - low).toBeCloseTo((2 * 1.96) / Math.sqrt(400), 1);
  });

  it('takes percentiles as numpy does', () => {
    const { low, high } = percentileInterval(Float64Array.from([4, 1, Number.NaN, 3, 2]));
    expect(low).toBeCloseTo(1.075, 12);
    expect(high).toBeCloseTo(3.925, 12);
  });
});

describe('the best F1', () => {
  it('is taken at the lowest of equally good thresholds', () => {
    // At 4: one of one right, one missed. At 1: two of four right, none missed. F1 is 2 / 3 both times.
    expect(bestF1(new Ranking([4, 3, 2, 1], [1, 0, 0, 1]))).toEqual({
      threshold: 1,
      f1: 2 / 3,
      accuracy: 0.5,
    });
  });
});

describe('DeLong', () => {
  it('has nothing to say against a model compared with itself', () => {
    const { labels, scores } = example(4, 60);
    expect(deLongTest(scores, scores, labels).p).toBe(1);
  });
});

describe('DeLong for the mean of classes', () => {
  const { labels, scores } = example(5, 120);
  const random = Random.of('other');
  const second = scores.map(score => score + random.normal());
  const groups = labels.map((_, index) => index);
  const one = { first: scores, second, labels, groups };

  it('is DeLong’s test for one class, or for the same class twice', () => {
    const expected = deLongTest(scores, second, labels);
    for (const classes of [[one], [one, one]]) {
      const test = deLongMeanTest(classes);
      expectSame(test.first, expected.first);
      expectSame(test.second, expected.second);
      expectSame(test.variance, expected.variance);
      expectSame(test.p, expected.p);
    }
  });

  it('gains nothing from pictures that are there twice, when they are of one patient', () => {
    const twice = <T>(values: readonly T[]) => values.flatMap(value => [value, value]);
    const doubled = {
      first: twice(scores),
      second: twice(second),
      labels: twice(labels),
      groups: twice(groups),
    };
    const { variance } = deLongMeanTest([one]);
    expect(deLongMeanTest([doubled]).variance / variance).toBeCloseTo(1, 1);
    const independent = deLongMeanTest([{ ...doubled, groups: doubled.groups.map((_, index) => index) }]);
    expect(independent.variance / variance).toBeCloseTo(0.5, 1);
  });

  it('has the variance of independent classes: a quarter of the sum for two', () => {
    const other = example(6, 120);
    const two = {
      first: other.scores,
      second: other.scores.map(score => score + random.normal()),
      labels: other.labels,
      groups: other.labels.map((_, index) => 120 + index),
    };
    const sum = deLongMeanTest([one]).variance + deLongMeanTest([two]).variance;
    expectSame(deLongMeanTest([one, two]).variance, sum / 4);
  });
});

describe('Holm’s correction', () => {
  it('multiplies by the tests that are left, never falls, and leaves out what is no test', () => {
    // As statsmodels' multipletests(…, method='holm').
    const corrected = holm([0.01, 0.04, 0.03, Number.NaN, 0.005]);
    for (const [index, expected] of [0.03, 0.06, 0.06, Number.NaN, 0.02].entries()) {
      if (Number.isNaN(expected)) expect(corrected[index]).toBeNaN();
      else expectSame(corrected[index]!, expected);
    }
    expect(holm([0.9, 0.8])).toEqual([1, 1]);
  });
});

describe('the calibration error', () => {
  it('is 0 for a forecaster who is as often right as he says, and refuses what is no probability', () => {
    expect(expectedCalibrationError([0.5, 0.5, 1, 1, 0], [1, 0, 1, 1, 0])).toBe(0);
    expect(expectedCalibrationError([1, 1], [0, 0])).toBe(1);
    expect(() => expectedCalibrationError([1.2], [1])).toThrow(RangeError);
  });
});
