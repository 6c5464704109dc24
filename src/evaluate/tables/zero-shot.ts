import type { ClassMeasure, Measure, TableMeasure, ZeroShotResult } from '../scores/index.js';
import { alignColumns, fallbackLines, points, withInterval } from './columns.js';

/** An AUC with its interval. */
export interface AucCell {
  readonly auc: number;
  readonly low: number;
  readonly high: number;
}

/** One line of a zero-shot table: a class, or the mean of the classes. */
export interface ZeroShotRow extends AucCell {
  readonly name: string;
  /** The mean has none. */
  readonly details: Omit<ClassMeasure, keyof AucCell> | undefined;
  /** Whether the interval holds 0.5, that is, whether the class may be read no better than by chance. */
  readonly chance: boolean;
  /** View → the same within that view, where it could be measured. */
  readonly views: Readonly<Record<string, AucCell>>;
}

/** A zero-shot result as rows for a table: the mean first, then the classes in the order of the prompts. */
export function zeroShotRows(result: TableMeasure): ZeroShotRow[] {
  const mean = ({ meanAuc, low, high }: Measure): AucCell => ({ auc: meanAuc, low, high });
  const isChance = ({ low, high }: AucCell) => !(low > 0.5 || high < 0.5);
  const cell = ({ auc, low, high }: ClassMeasure): AucCell => ({ auc, low, high });
  return [
    {
      name: 'mean',
      ...mean(result),
      details: undefined,
      chance: isChance(mean(result)),
      views: Object.fromEntries(Object.entries(result.views).map(([view, measure]) => [view, mean(measure)])),
    },
    ...Object.entries(result.classes).map(([name, { auc, low, high, ...details }]) => ({
      name,
      auc,
      low,
      high,
      details,
      chance: isChance({ auc, low, high }),
      views: Object.fromEntries(
        Object.entries(result.views).flatMap(([view, measure]) => {
          const measured = measure.classes[name];
          return measured === undefined ? [] : [[view, cell(measured)]];
        }),
      ),
    })),
  ];
}

/** A zero-shot result as a table for a terminal, with all that a score must name. */
export function formatZeroShotTable(result: ZeroShotResult): string {
  const views = Object.keys(result.views);
  const header = [
    '',
    'AUC',
    '95 %',
    'pos',
    'neg',
    'avg. precision',
    'F1',
    'accuracy',
    'calibration error',
    ...views.map(view => `AUC ${view}`),
  ];
  const lines = zeroShotRows(result).map(({ name, details, chance, views: byView, ...cell }) => [
    name,
    `${points(cell.auc)}${chance ? ' ~' : '  '}`,
    `${points(cell.low)} to ${points(cell.high)}`,
    details === undefined ? '' : String(details.positives),
    details === undefined ? '' : String(details.negatives),
    ...(['ap', 'f1', 'accuracy'] as const).map(measure =>
      details === undefined
        ? withInterval(result.means[measure].mean, result.means[measure])
        : withInterval(details[measure], details.intervals[measure]),
    ),
    details === undefined ? '' : points(details.calibrationError),
    ...views.map(view => (byView[view] === undefined ? '-' : points(byView[view].auc))),
  ]);
  const leftOut = Object.entries(result.leftOut).map(([name, why]) => `${name} (${why})`);
  return [
    `${result.task}: ${result.model} on ${result.data}, split ${result.split}, ${result.n} pictures of ${result.patients} patients`,
    `prompts ${result.prompts}, scoring ${result.scoring}; 95 % intervals from ${result.rounds} bootstrap rounds by patient, seed ${result.seed}`,
    '',
    ...alignColumns([header, ...lines]),
    '',
    '~ the interval holds 0.5: no better than chance can be shown',
    'F1 and accuracy at the threshold that is best on these very labels',
    ...fallbackLines(result.fallbacks),
    ...(leftOut.length > 0 ? [`left out: ${leftOut.join(', ')}`] : []),
  ].join('\n');
}
