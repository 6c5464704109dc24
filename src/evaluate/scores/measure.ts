import {
  averagePrecision,
  bestF1,
  bootstrapAuc,
  expectedCalibrationError,
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
}

/** The classes of one group of samples, and their mean. */
export interface Measure {
  readonly n: number;
  readonly patients: number;
  readonly meanAuc: number;
  readonly low: number;
  readonly high: number;
  readonly classes: Readonly<Record<string, ClassMeasure>>;
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
    const cells = rows.map(row => row * table.classes.length + column);
    const kept = cells.flatMap((cell, place) => (table.labels[cell] === UNKNOWN ? [] : [{ cell, place }]));
    const scores = kept.map(({ cell }) => table.scores[cell]!);
    const labels = kept.map(({ cell }) => table.labels[cell]!);
    const groups = kept.map(({ place }) => numbers[place]!);
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
  const intervals = bootstrapAuc(
    measured.map(({ ranking }) => ranking),
    { ...options, groups: count },
  );
  const classes = Object.fromEntries(
    measured.map(({ name, ranking, calibrationError }, index): [string, ClassMeasure] => {
      const { threshold, f1, accuracy } = bestF1(ranking);
      return [
        name,
        {
          auc: ranking.auc(),
          ...intervals.classes[index]!,
          positives: ranking.positives,
          negatives: ranking.negatives,
          ap: averagePrecision(ranking),
          f1,
          accuracy,
          threshold: logistic(threshold),
          calibrationError,
        },
      ];
    }),
  );
  const meanAuc = meanOfKnown(Object.values(classes).map(({ auc }) => auc));
  return {
    measure: { n: rows.length, patients: count, meanAuc, ...intervals.mean, classes },
    leftOut: Object.fromEntries(leftOut),
  };
}

/** The probability of log-odds. */
function logistic(logOdds: number): number {
  return 1 / (1 + Math.exp(-logOdds));
}
