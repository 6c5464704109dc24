import type { GroundingMeasure, GroundingResult } from '../scores/index.js';
import { alignColumns, fallbackLines, points, withInterval } from './columns.js';

/** A grounding result as a table for a terminal. */
export function formatGroundingTable(result: GroundingResult): string {
  const header = ['', 'findings', 'pointing game', 'chance', 'CNR', 'IoU', 'Dice', 'precision', 'recall'];
  const row = (name: string, of: GroundingMeasure) => [
    name,
    String(of.findings),
    withInterval(of.pointing.mean, of.pointing),
    points(of.area),
    ...[of.cnr, of.iou, of.dice, of.precision, of.recall].map(value => withInterval(value.mean, value)),
  ];
  const classes = Object.entries(result.classes).map(([name, measure]) => row(name, measure));
  const { thresholds, testChoice } = result;
  const chosenOn =
    result.thresholdSplit === undefined
      ? 'on the other half of the patients'
      : `on split ${result.thresholdSplit}`;
  const unit = result.map === 'attention' ? ', in multiples of even attention' : '';
  const leftOut = Object.entries(result.leftOut).map(([concept, count]) => `${concept} (${count})`);
  return [
    `grounding: ${result.model} on ${result.data}, split ${result.split}, ${result.n} pictures of ${result.patients} patients`,
    `prompts ${result.prompts}, map ${result.map}; 95 % intervals from ${result.rounds} bootstrap rounds by patient, seed ${result.seed}`,
    '',
    ...alignColumns([header, row('all', result), ...classes]),
    '',
    `masks at the threshold that is best ${chosenOn} (${thresholds.map(points).join(' and ')}${unit})`,
    `at the one that is best on these very findings (${points(testChoice.threshold)}), as published code chooses it: IoU ${points(testChoice.iou)}, Dice ${points(testChoice.dice)}, precision ${points(testChoice.precision)}, recall ${points(testChoice.recall)}`,
    ...(result.placeless > 0
      ? [`findings outside the square that the model sees, or all of it: ${result.placeless}`]
      : []),
    ...fallbackLines(result.fallbacks),
    ...(leftOut.length > 0 ? [`regions of no class: ${leftOut.join(', ')}`] : []),
  ].join('\n');
}
