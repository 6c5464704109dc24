import { parseAs, UsageError, writeFileAtomic } from '../../base/index.js';
import { openDataset } from '../../data/index.js';
import { loadModel } from '../../models/index.js';
import { chooseSplit } from '../encode.js';
import { loadPrompts, type PromptOptions, promptOptions } from '../prompts/index.js';
import { formatGroundingTable } from '../tables/index.js';
import { type Grounding, groundSamples } from './ground-samples.js';
import { type EvaluateOptions, type EvaluationResult, Sampling, type Task } from './task.js';

export interface GroundingOptions extends EvaluateOptions, PromptOptions {}

export interface GroundingResult extends EvaluationResult, Grounding {
  readonly task: 'grounding';
  readonly prompts: string;
}

/**
 * Zero-shot grounding: where in the picture the model sees what a prompt says, against masks or boxes, over the
 * findings that are there. Thresholds are chosen on other patients than those measured.
 * @throws UsageError for wrong options, InputError when the data set has no regions of the classes.
 */
export async function evaluateGrounding(options: GroundingOptions): Promise<GroundingResult> {
  const sampling = parseAs(Sampling, options, 'options', UsageError);
  const prompts = await loadPrompts(options);
  const dataset = await openDataset(options.data);
  const split = chooseSplit(dataset, options.split);
  const total = dataset.count(split);
  const model = await loadModel(options.model);
  const grounding = await groundSamples(model, dataset.samples(split), {
    ...options,
    ...sampling,
    prompts,
    total,
  });
  const { data } = options;
  const result: GroundingResult = {
    task: 'grounding',
    model: options.model,
    data,
    split: split ?? 'all',
    ...sampling,
    prompts: prompts.name,
    ...grounding,
  };
  if (options.out !== undefined) await writeFileAtomic(options.out, `${JSON.stringify(result, null, 2)}\n`);
  return result;
}

export const grounding: Task<GroundingOptions, GroundingResult> = {
  name: 'grounding',
  summary: 'find where a sentence is true in the picture, against masks and boxes',
  needsModel: true,
  options: promptOptions,
  examples: ['evaluate grounding --model runs/qs/pretrain --data runs/qs/dataset'],
  evaluate: evaluateGrounding,
  format: formatGroundingTable,
};
