import type { RetrievalMeasure, RetrievalResult } from '../tasks/index.js';
import { alignColumns, withInterval } from './columns.js';

/** A retrieval result as a table for a terminal. */
export function formatRetrievalTable(result: RetrievalResult): string {
  const row = (name: string, { at1, at5, at10, medianRank }: RetrievalMeasure) => [
    name,
    ...[at1, at5, at10].map(cell => withInterval(cell.recall, cell)),
    String(medianRank),
  ];
  return [
    `retrieval: ${result.model} on ${result.data}, split ${result.split}, ${result.n} pairs of ${result.patients} patients, ${result.texts} different texts (${result.section})`,
    `95 % intervals from ${result.rounds} bootstrap rounds by patient, seed ${result.seed}; chance of R@k is about k / ${result.n}`,
    '',
    ...alignColumns([
      ['', 'R@1', 'R@5', 'R@10', 'median rank'],
      row('picture to report', result.imageToText),
      row('report to picture', result.textToImage),
    ]),
  ].join('\n');
}
