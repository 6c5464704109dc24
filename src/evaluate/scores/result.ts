import { InputError } from '../../base/index.js';
import type { EvaluationResult } from '../tasks/task.js';
import { type MeasureOptions, measureTable, type TableMeasure } from './measure.js';
import type { ScoreTable } from './table.js';

export interface ZeroShotResult extends EvaluationResult, TableMeasure {
  readonly task: 'zero-shot';
  readonly prompts: string;
  readonly scoring: string;
}

/**
 * The result that a score table gives, for example one read from a file: no model is needed.
 * @throws InputError when no class has both a positive and a negative.
 */
export function resultOfScores(table: ScoreTable, options: MeasureOptions): ZeroShotResult {
  const { model, data, split, prompts, scoring } = table.origin;
  const measure = measureTable(table, options);
  if (Object.keys(measure.classes).length === 0) {
    throw new InputError({
      file: data,
      fault:
        `none of the classes of ${prompts} has both a positive and a negative ` +
        `among the ${measure.n} samples of split "${split}"`,
      mend: 'choose prompts whose labels the data set uses, or another split',
    });
  }
  return { task: 'zero-shot', model, data, split, ...options, prompts, scoring, ...measure };
}
