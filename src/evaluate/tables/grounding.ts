import type { GroundingMeasure, GroundingResult } from '../tasks/index.js';
import { alignColumns, points, withInterval } from './columns.js';

/** A grounding result as a table for a terminal. */
export function formatGroundingTable(result: GroundingResult): string {
  const header = ['', 'findings', 'pointing game', 'chance', 'CNR', 'IoU', 'Dice'];
  const row = (name: string, { findings, pointing, area, cnr, iou, dice }: GroundingMeasure) => [
    name,
    String(findings),
    withInterval(pointing.mean, pointing),
    points(area),
    withInterval(cnr.mean, cnr),
    withInterval(iou.mean, iou),
    withInterval(dice.mean, dice),
  ];
  const classes = Object.entries(result.classes).map(([name, measure]) => row(name, measure));
  const { thresholds, testChoice } = result;
  const leftOut = Object.entries(result.leftOut).map(([concept, count]) => `${concept} (${count})`);
  return [
    `grounding: ${result.model} on ${result.data}, split ${result.split}, ${result.n} pictures of ${result.patients} patients`,
    `prompts ${result.prompts}; 95 % intervals from ${result.rounds} bootstrap rounds by patient, seed ${result.seed}`,
    '',
    ...alignColumns([header, row('all', result), ...classes]),
    '',
    `IoU and Dice at the threshold that is best on the other half of the patients (${thresholds.map(points).join(' and ')})`,
    `at the one that is best on these very findings (${points(testChoice.threshold)}): IoU ${points(testChoice.iou)}, Dice ${points(testChoice.dice)}`,
    ...(result.placeless > 0
      ? [`findings outside the square that the model sees, or all of it: ${result.placeless}`]
      : []),
    ...(leftOut.length > 0 ? [`regions of no class: ${leftOut.join(', ')}`] : []),
  ].join('\n');
}
