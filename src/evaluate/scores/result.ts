import { InputError } from '../../base/index.js';
import type { EvaluationResult } from '../tasks/task.js';
import { type MeasureOptions, measureTable, type TableMeasure } from './measure.js';
import type { ScoreTable } from './table.js';

/** Of zero-shot classification, or of any task that scores each picture for each class. */
export interface ZeroShotResult extends EvaluationResult, TableMeasure {
  readonly prompts: string;
  readonly scoring: string;
  /** Class → what the vocabulary lacks for it and what was taken instead. */
  readonly fallbacks?: Readonly<Record<string, string>> | undefined;
}

/**
 * The result that a score table gives, for example one read from a file: no model is needed.
 * @throws InputError when no class has both a positive and a negative.
 */
export function resultOfScores(table: ScoreTable, options: MeasureOptions): ZeroShotResult {
  const { task, model, data, split, prompts, scoring, fallbacks } = table.origin;
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
  const more = fallbacks === undefined ? {} : { fallbacks };
  const { seed, rounds } = options;
  return { task, model, data, split, seed, rounds, prompts, scoring, ...more, ...measure };
}
