import type { RetrievalMeasure, RetrievalResult } from '../scores/index.js';
import { alignColumns, withInterval } from './columns.js';

/** A retrieval result as a table for a terminal. */
export function formatRetrievalTable(result: RetrievalResult): string {
  const row = (name: string, { at1, at5, at10, medianRank, medianRankInterval: rank }: RetrievalMeasure) => [
    name,
    ...[at1, at5, at10].map(cell => withInterval(cell.recall, cell)),
    `${toHalf(medianRank)} (${toHalf(rank.low)} to ${toHalf(rank.high)})`,
  ];
  const galleries = result.galleries === 1 ? 'one gallery' : `${result.galleries} galleries`;
  return [
    `retrieval: ${result.model} on ${result.data}, split ${result.split}, ${galleries} of ${result.n} pairs, ${result.patients} patients, ${result.texts} different texts (${result.section})`,
    `95 % intervals from ${result.rounds} bootstrap rounds by patient, seed ${result.seed}; chance of R@k is about k / ${result.n}`,
    '',
    ...alignColumns([
      ['', 'R@1', 'R@5', 'R@10', 'median rank'],
      row('picture to report', result.imageToText),
      row('report to picture', result.textToImage),
    ]),
    '',
    'equal reports and pictures of one study count as right; a wrong one as similar as the right one ranks before it',
  ].join('\n');
}

/** A rank, or the middle of two. */
function toHalf(rank: number): string {
  return String(Math.round(2 * rank) / 2);
}
