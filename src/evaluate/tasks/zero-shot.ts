import { parseAs, UsageError, writeFileAtomic } from '../../base/index.js';
import { openDataset } from '../../data/index.js';
import { loadModel } from '../../models/index.js';
import { chooseSplit } from '../encode.js';
import { loadPrompts, type PromptOptions, promptOptions } from '../prompts/index.js';
import { resultOfScores, writeScores, type ZeroShotResult } from '../scores/index.js';
import { formatZeroShotTable } from '../tables/index.js';
import { checkScoring, scoreSamples } from './score-samples.js';
import type { Scoring } from './scoring.js';
import { type EvaluateOptions, Sampling, scoresFile, scoresOption, type Task } from './task.js';

export interface ZeroShotOptions extends EvaluateOptions, PromptOptions {
  /** Default: `gloria` for a model trained with it, `global+local` for another grounded model, else `global`. */
  readonly scoring?: Scoring | undefined;
  /** τ of the softmax; default 0.1, that of ConVIRT. */
  readonly temperature?: number | undefined;
  /** File for the scores (Parquet). Default: beside `out`, with the ending `.scores.parquet`. */
  readonly scores?: string | undefined;
}

/**
 * Zero-shot classification: scores each picture of a data set against the prompts of each class, without any
 * training on labels (the softmax of a positive and a negative prompt as in CheXzero, Tiu et al., Nature
 * Biomedical Engineering 2022), and measures the scores against the labels.
 * @throws UsageError for wrong options, InputError when the data set has no class that can be measured.
 */
export async function evaluateZeroShot(options: ZeroShotOptions): Promise<ZeroShotResult> {
  const { seed, rounds } = parseAs(Sampling, options, 'options', UsageError);
  checkScoring(options);
  const prompts = await loadPrompts(options);
  const dataset = await openDataset(options.data);
  const split = chooseSplit(dataset, options.split);
  const total = dataset.count(split);
  const model = await loadModel(options.model);
  const table = await scoreSamples(model, dataset.samples(split), {
    ...options,
    prompts,
    total,
    model: options.model,
    split: split ?? 'all',
  });
  const result = resultOfScores(table, { seed, rounds });
  const scores = scoresFile(options);
  if (scores !== undefined) await writeScores(scores, table);
  if (options.out !== undefined) await writeFileAtomic(options.out, `${JSON.stringify(result, null, 2)}\n`);
  return result;
}

export const zeroShot: Task<ZeroShotOptions, ZeroShotResult> = {
  name: 'zero-shot',
  summary: 'tell findings by sentences alone, without having seen a label',
  needsModel: true,
  options: [
    ...promptOptions,
    {
      flags: '--scoring <name>',
      help: 'global, local, local-max, global+local or gloria (default: by the model)',
    },
    {
      flags: '--temperature <t>',
      help: 'temperature of the softmax (default: 0.1)',
      value: { from: 1e-6, to: 1e3 },
    },
    scoresOption('picture and class'),
  ],
  examples: [
    'evaluate zero-shot --model runs/reader --data runs/nih',
    'evaluate zero-shot --model runs/reader --data runs/nih --scoring global+local --out nih.json --json',
  ],
  evaluate: evaluateZeroShot,
  format: formatZeroShotTable,
};
