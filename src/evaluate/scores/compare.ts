import { InputError } from '../../base/index.js';
import {
  type ByMeasure,
  type Difference,
  deLongMeanTest,
  deLongTest,
  meanOfKnown,
  pairedBootstrap,
  RANKING_MEASURES,
  Ranking,
  type ScoredPair,
} from '../metrics/index.js';
import type { MeasureOptions } from './measure.js';
import { patientNumbers, type ScoreTable, UNKNOWN } from './table.js';

/** First model less second, on the same samples. */
export interface Compared extends Difference {
  readonly first: number;
  readonly second: number;
  /** By DeLong's test; of AUCs only. */
  readonly deLongP?: number | undefined;
}

/** Two models compared on the same samples. */
export interface Comparison {
  readonly n: number;
  readonly patients: number;
  /** The difference of the mean AUC. */
  readonly mean: Compared;
  /** The differences of all means over the classes. */
  readonly means: ByMeasure<Compared>;
  /** The differences of the AUC of each class. */
  readonly classes: Readonly<Record<string, Compared & { readonly deLongP: number }>>;
}

/** The error for two files that cannot be compared. */
export function mismatch(fault: string): InputError {
  return new InputError({
    fault,
    mend: 'score both models on the same split of the same data set with the same prompts',
  });
}

/**
 * Checks that two lists of names are of the same things, and says where the second has each.
 * @throws InputError with counts and an example where they differ.
 */
export function matchNames(
  first: readonly string[],
  second: readonly string[],
  what: string,
): ReadonlyMap<string, number> {
  const placeOf = new Map(second.map((name, place) => [name, place]));
  const known = new Set(first);
  const missing = first.filter(name => !placeOf.has(name));
  const extra = second.filter(name => !known.has(name));
  if (missing.length === 0 && extra.length === 0 && first.length === second.length) return placeOf;
  const parts = [
    ...(missing.length > 0 ? [`${missing.length} are in the first alone ("${missing[0]}")`] : []),
    ...(extra.length > 0 ? [`${extra.length} in the second alone ("${extra[0]}")`] : []),
  ];
  throw mismatch(
    `the two score files are not of the same ${what}: ${first.length} and ${second.length}; ${parts.join(', ') || 'some are there twice'}`,
  );
}

/**
 * Compares two models by their scores on the same samples: paired bootstrap by patient, and DeLong's test,
 * over the classes that both have and that can be measured. DeLong's test for the mean sums by patient; that for a
 * class takes samples as independent, as published figures do.
 * @throws InputError when the tables are not of the same samples with the same labels.
 */
export function compareTables(first: ScoreTable, second: ScoreTable, options: MeasureOptions): Comparison {
  const rowOf = matchNames(
    first.samples.map(({ id }) => id),
    second.samples.map(({ id }) => id),
    'samples',
  );
  // In the order of their names, so that sums round alike whatever the order of the samples.
  const nameOf = (row: number) => first.samples[row]!.id;
  const rows = first.samples.map((_, row) => row).sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
  const { numbers, count } = patientNumbers(first.samples);
  const names: string[] = [];
  const rankings: [Ranking, Ranking][] = [];
  const pairs: ScoredPair[] = [];
  for (const [column, name] of first.classes.entries()) {
    const other = second.classes.indexOf(name);
    if (other < 0) continue;
    const scores: [number[], number[]] = [[], []];
    const labels: number[] = [];
    const groups: number[] = [];
    for (const row of rows) {
      const { id } = first.samples[row]!;
      const cell = row * first.classes.length + column;
      const otherCell = rowOf.get(id)! * second.classes.length + other;
      if (first.labels[cell] !== second.labels[otherCell]) {
        throw mismatch(`sample "${id}" has another label for "${name}" in the second score file`);
      }
      if (first.labels[cell] === UNKNOWN) continue;
      scores[0].push(first.scores[cell]!);
      scores[1].push(second.scores[otherCell]!);
      labels.push(first.labels[cell]!);
      groups.push(numbers[row]!);
    }
    const ranking = new Ranking(scores[0], labels, groups);
    if (ranking.positives === 0 || ranking.negatives === 0) continue;
    names.push(name);
    rankings.push([ranking, new Ranking(scores[1], labels, groups)]);
    pairs.push({ first: scores[0], second: scores[1], labels, groups });
  }
  if (names.length === 0) throw mismatch('the two score files have no class in common that can be measured');
  const paired = pairedBootstrap(
    rankings.map(pair => pair[0]),
    rankings.map(pair => pair[1]),
    { seed: options.seed, rounds: options.rounds, groups: count },
  );
  const classes = names.map((name, index) => {
    const [one, two] = rankings[index]!;
    const { first: a, second: b, labels } = pairs[index]!;
    const deLongP = deLongTest(a, b, labels).p;
    return [name, { ...paired.classes[index]!.auc, first: one.auc(), second: two.auc(), deLongP }] as const;
  });
  const means = Object.fromEntries(
    RANKING_MEASURES.map(measure => [
      measure,
      {
        ...paired.mean[measure],
        first: meanOfKnown(rankings.map(([one]) => one.measures()[measure])),
        second: meanOfKnown(rankings.map(([, two]) => two.measures()[measure])),
        ...(measure === 'auc' ? { deLongP: deLongMeanTest(pairs).p } : {}),
      },
    ]),
  ) as Record<(typeof RANKING_MEASURES)[number], Compared>;
  return {
    n: first.samples.length,
    patients: count,
    mean: means.auc,
    means,
    classes: Object.fromEntries(classes),
  };
}
