import type { TaskRecipe } from '../recipe/index.js';

/** Tasks whose scores may be averaged: of one kind, with the same share of labels. */
export interface TaskFamily {
  /** `zero-shot`, `grounding`, `fine-tune 10 %` … */
  readonly name: string;
  /** What is averaged. */
  readonly metric: string;
}

const METRICS: Readonly<Record<string, string>> = {
  'zero-shot': 'mean AUC',
  'fine-tune': 'mean AUC',
  grounding: 'Dice',
  segmentation: 'Dice',
  retrieval: 'recall at 10',
};

/** The family of a task. */
export function familyOf({ task, family, options }: TaskRecipe): TaskFamily {
  const { share } = options;
  const shares = [share].flat().filter(each => typeof each === 'number' || typeof each === 'string');
  const percent = shares.length > 0 ? ` ${shares.join(', ')} %` : '';
  return { name: family ?? `${task}${percent}`, metric: METRICS[task] ?? 'score' };
}
