import type { MeanValue, SegmentationResult } from '../scores/index.js';
import { alignColumns, points } from './columns.js';

/** A segmentation result as a table for a terminal. */
export function formatSegmentationTable(result: SegmentationResult): string {
  const range = ({ low, high }: MeanValue) => `${points(low)} to ${points(high)}`;
  const header = ['labels', 'trained on', 'Dice', '95 %', 'IoU', '95 %'];
  const rows = result.shares.map(({ share, trainedOn, dice, iou }) => [
    `${share} %`,
    trainedOn.toFixed(0),
    points(dice.mean),
    range(dice),
    points(iou.mean),
    range(iou),
  ]);
  const where =
    result.protocol === 'folds'
      ? `${result.folds} folds by patient, each picture scored once by a network that has not seen its patient`
      : `scored on ${result.test ?? result.data}, split ${result.split}`;
  return [
    `segmentation of ${result.target}: ${result.model}${result.frozen ? ' (frozen)' : ''} on ${result.data}${result.first === undefined ? '' : ` after ${result.first}`}, ${result.n} pictures of ${result.patients} patients`,
    `${where}; pictures stretched to ${result.size} × ${result.size}`,
    '',
    ...alignColumns([header, ...rows]),
    '',
    `mean over pictures (empty on empty: 1); 95 % intervals from ${result.rounds} bootstrap rounds by patient, seed ${result.seed}`,
    ...(result.leftOut > 0
      ? [`left out, for they do not say where ${result.target} is: ${result.leftOut}`]
      : []),
  ].join('\n');
}
