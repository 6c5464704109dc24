import {
  averagePrecision,
  bestF1,
  bootstrapMeasures,
  expectedCalibrationError,
  type Interval,
  meanOfKnown,
  Ranking,
} from '../metrics/index.js';
import { patientNumbers, type ScoreTable, UNKNOWN } from './table.js';

/** How well one class is told from the rest. Intervals are 95 %, by patient. */
export interface ClassMeasure {
  readonly auc: number;
  readonly low: number;
  readonly high: number;
  readonly positives: number;
  readonly negatives: number;
  /** Average precision; chance is positives / (positives + negatives). */
  readonly ap: number;
  /** The best F1 over all thresholds, and the accuracy at that threshold. */
  readonly f1: number;
  readonly accuracy: number;
  /** The probability from which on a sample counts as positive, for `f1` and `accuracy`. */
  readonly threshold: number;
  /** Expected calibration error of the probabilities, 15 bins. */
  readonly calibrationError: number;
  /** Of the measures besides the AUC. The threshold is the same in each bootstrap round. */
  readonly intervals: Readonly<Record<'ap' | 'f1' | 'accuracy', Interval>>;
}

/** A mean with its 95 % interval, by patient. */
export interface MeanValue extends Interval {
  readonly mean: number;
}

/** The classes of one group of samples, and their mean. */
export interface Measure {
  readonly n: number;
  readonly patients: number;
  readonly meanAuc: number;
  readonly low: number;
  readonly high: number;
  readonly classes: Readonly<Record<string, ClassMeasure>>;
  /** Means over the classes of the measures besides the AUC. */
  readonly means: Readonly<Record<'ap' | 'f1' | 'accuracy', MeanValue>>;
}

export interface MeasureOptions {
  readonly seed: number;
  /** Bootstrap rounds. */
  readonly rounds: number;
}

/** Measures of a whole table and of each of its views, with the classes that could not be measured. */
export interface TableMeasure extends Measure {
  readonly views: Readonly<Record<string, Measure>>;
  /** Class → why it is left out of the mean. */
  readonly leftOut: Readonly<Record<string, string>>;
}

/**
 * Measures a score table: depends on its rows, the seed and the rounds, not on the order of the rows.
 * A class without a positive or without a negative is left out and named; `meanAuc` is NaN when none is left.
 */
export function measureTable(table: ScoreTable, options: MeasureOptions): TableMeasure {
  // In the order of their names, so that sums round alike whatever the order of the samples.
  const nameOf = (row: number) => table.samples[row]!.id;
  const rows = table.samples.map((_, row) => row).sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
  const views: Record<string, Measure> = {};
  const known = new Set(table.samples.flatMap(({ view }) => (view === null ? [] : [view])));
  for (const view of [...known].sort()) {
    const { measure } = measureRows(
      table,
      rows.filter(row => table.samples[row]!.view === view),
      options,
    );
    if (Object.keys(measure.classes).length > 0) views[view] = measure;
  }
  const { measure, leftOut } = measureRows(table, rows, options);
  return { ...measure, views, leftOut };
}

function measureRows(
  table: ScoreTable,
  rows: readonly number[],
  options: MeasureOptions,
): { measure: Measure; leftOut: Record<string, string> } {
  const { numbers, count } = patientNumbers(rows.map(row => table.samples[row]!));
  const leftOut: [name: string, why: string][] = [];
  const measured: { name: string; ranking: Ranking; calibrationError: number }[] = [];
  for (const [column, name] of table.classes.entries()) {
    const scores: number[] = [];
    const labels: number[] = [];
    const groups: number[] = [];
    for (const [place, row] of rows.entries()) {
      const cell = row * table.classes.length + column;
      const label = table.labels[cell]!;
      if (label === UNKNOWN) continue;
      scores.push(table.scores[cell]!);
      labels.push(label);
      groups.push(numbers[place]!);
    }
    const ranking = new Ranking(scores, labels, groups);
    if (ranking.positives === 0) leftOut.push([name, 'no positive']);
    else if (ranking.negatives === 0) leftOut.push([name, 'no negative']);
    else {
      measured.push({
        name,
        ranking,
        calibrationError: expectedCalibrationError(scores.map(logistic), labels),
      });
    }
  }
  const intervals = bootstrapMeasures(
    measured.map(({ ranking }) => ranking),
    { seed: options.seed, rounds: options.rounds, groups: count },
  );
  const classes = Object.fromEntries(
    measured.map(({ name, ranking, calibrationError }, index): [string, ClassMeasure] => {
      const { threshold, f1, accuracy } = bestF1(ranking);
      const { auc, ...others } = intervals.classes[index]!;
      return [
        name,
        {
          auc: ranking.auc(),
          ...auc,
          positives: ranking.positives,
          negatives: ranking.negatives,
          ap: averagePrecision(ranking),
          f1,
          accuracy,
          threshold: logistic(threshold),
          calibrationError,
          intervals: others,
        },
      ];
    }),
  );
  const meanOf = (measure: 'auc' | 'ap' | 'f1' | 'accuracy') => ({
    mean: meanOfKnown(Object.values(classes).map(values => values[measure])),
    ...intervals.mean[measure],
  });
  const { mean: meanAuc, low, high } = meanOf('auc');
  const means = { ap: meanOf('ap'), f1: meanOf('f1'), accuracy: meanOf('accuracy') };
  return {
    measure: { n: rows.length, patients: count, meanAuc, low, high, classes, means },
    leftOut: Object.fromEntries(leftOut),
  };
}

/** The probability of log-odds. */
function logistic(logOdds: number): number {
  return 1 / (1 + Math.exp(-logOdds));
}
