import { meanOfKnown } from '../metrics/index.js';
import { alignColumns, points } from '../tables/columns.js';
import type { FineTuneResult } from '../tasks/fine-tune.js';

/** A fine-tuning result as a table for a terminal: a row a class, a column a share of the labels. */
export function formatFineTuneTable(result: FineTuneResult): string {
  const { shares } = result;
  const header = ['', ...shares.flatMap(({ share }) => [`AUC ${share} %`, '95 %'])];
  const names = [...new Set(shares.flatMap(({ measure }) => Object.keys(measure.classes)))];
  const cells = (auc: number, low: number, high: number) => [
    points(auc),
    `${points(low)} to ${points(high)}`,
  ];
  const rows = [
    ['mean', ...shares.flatMap(({ measure: { meanAuc, low, high } }) => cells(meanAuc, low, high))],
    ...(result.protocol === 'folds'
      ? [['mean of folds', ...shares.flatMap(({ foldAuc }) => [points(meanOfKnown(foldAuc)), ''])]]
      : []),
    ...names.map(name => [
      name,
      ...shares.flatMap(({ measure }) => {
        const found = measure.classes[name];
        return found === undefined ? ['-', ''] : cells(found.auc, found.low, found.high);
      }),
    ]),
  ];
  const trained = shares.map(({ share, trainedOn }) => `${share} %: ${trainedOn.toFixed(0)}`).join(', ');
  const where =
    result.protocol === 'folds'
      ? `${result.folds} folds by patient; the scores of all folds are pooled, each by a model that has not seen the patient`
      : `split ${result.split}`;
  const leftOut = Object.entries(shares.at(-1)?.measure.leftOut ?? {}).map(
    ([name, why]) => `${name} (${why})`,
  );
  return [
    `fine-tune, ${result.mode === 'linear' ? 'linear probe' : 'whole network'}: ${result.model} on ${result.data}, ${result.n} pictures of ${result.patients} patients`,
    `${where}; classes ${result.prompts}`,
    `pictures trained on at a share of the labels: ${trained}`,
    '',
    ...alignColumns([header, ...rows]),
    '',
    `95 % intervals from ${result.rounds} bootstrap rounds by patient, seed ${result.seed}`,
    ...(leftOut.length > 0 ? [`left out: ${leftOut.join(', ')}`] : []),
  ].join('\n');
}
