import { InputError } from '../../base/index.js';
import { type Difference, deLongTest, pairedBootstrapAuc, Ranking } from '../metrics/index.js';
import type { MeasureOptions } from './measure.js';
import { patientNumbers, type ScoreTable, UNKNOWN } from './table.js';

/** First model less second, on the same samples. */
export interface Comparison {
  readonly n: number;
  readonly patients: number;
  readonly mean: Difference;
  readonly classes: Readonly<
    Record<string, Difference & { readonly first: number; readonly second: number; readonly deLongP: number }>
  >;
}

/**
 * Compares two models by their scores on the same samples: paired bootstrap by patient, and DeLong's test,
 * over the classes that both have and that can be measured.
 * @throws InputError when the tables are not of the same samples with the same labels.
 */
export function compareTables(first: ScoreTable, second: ScoreTable, options: MeasureOptions): Comparison {
  const mismatch = (fault: string) =>
    new InputError({
      fault,
      mend: 'score both models on the same split of the same data set with the same prompts',
    });
  const rowOf = new Map(second.samples.map(({ id }, row) => [id, row]));
  if (first.samples.length !== second.samples.length || !first.samples.every(({ id }) => rowOf.has(id))) {
    throw mismatch('the two score files are not of the same samples');
  }
  const { numbers, count } = patientNumbers(first.samples);
  const names: string[] = [];
  const rankings: [Ranking, Ranking][] = [];
  const deLongP: number[] = [];
  for (const [column, name] of first.classes.entries()) {
    const other = second.classes.indexOf(name);
    if (other < 0) continue;
    const scores: [number[], number[]] = [[], []];
    const labels: number[] = [];
    const groups: number[] = [];
    for (const [row, { id }] of first.samples.entries()) {
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
    deLongP.push(deLongTest(scores[0], scores[1], labels).p);
  }
  if (names.length === 0) throw mismatch('the two score files have no class in common that can be measured');
  const paired = pairedBootstrapAuc(
    rankings.map(pair => pair[0]),
    rankings.map(pair => pair[1]),
    { ...options, groups: count },
  );
  const classes = names.map((name, index) => {
    const [one, two] = rankings[index]!;
    return [
      name,
      { ...paired.classes[index]!, first: one.auc(), second: two.auc(), deLongP: deLongP[index]! },
    ] as const;
  });
  return {
    n: first.samples.length,
    patients: count,
    mean: paired.mean,
    classes: Object.fromEntries(classes),
  };
}
