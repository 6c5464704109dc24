import { z } from 'zod';
import { parseAs, UsageError, writeFileAtomic } from '../../base/index.js';
import { openDataset } from '../../data/index.js';
import { loadModel } from '../../models/index.js';
import { chooseSplit } from '../encode.js';
import { formatRetrievalTable } from '../tables/index.js';
import { type Retrieval, retrieveSamples } from './retrieve-samples.js';
import { type EvaluateOptions, type EvaluationResult, Sampling, type Task } from './task.js';

export interface RetrievalOptions extends EvaluateOptions {
  /** Which section of the report is the text; default `findings`. */
  readonly section?: 'findings' | 'impression' | undefined;
  /** Most pairs in the gallery; default 1,000. */
  readonly gallery?: number | undefined;
}

export interface RetrievalResult extends EvaluationResult, Retrieval {
  readonly task: 'retrieval';
  readonly section: 'findings' | 'impression';
}

const Settings = Sampling.extend({
  section: z.enum(['findings', 'impression']).default('findings'),
  gallery: z.int().min(2).max(20_000).default(1000),
});

/**
 * Retrieval: the report of a picture among the reports of all, and the other way round.
 * @throws UsageError for wrong options, InputError when the data set has no texts.
 */
export async function evaluateRetrieval(options: RetrievalOptions): Promise<RetrievalResult> {
  const settings = parseAs(Settings, options, 'options', UsageError);
  const dataset = await openDataset(options.data);
  const split = chooseSplit(dataset, options.split);
  const total = dataset.count(split);
  const model = await loadModel(options.model);
  const retrieval = await retrieveSamples(model, dataset.samples(split), { ...options, ...settings, total });
  const { seed, rounds, section } = settings;
  const result: RetrievalResult = {
    task: 'retrieval',
    model: options.model,
    data: options.data,
    split: split ?? 'all',
    seed,
    rounds,
    section,
    ...retrieval,
  };
  if (options.out !== undefined) await writeFileAtomic(options.out, `${JSON.stringify(result, null, 2)}\n`);
  return result;
}

export const retrieval: Task<RetrievalOptions, RetrievalResult> = {
  name: 'retrieval',
  summary: 'find the report of a picture among others, and the other way round',
  needsModel: true,
  options: [
    { flags: '--section <name>', help: 'findings or impression (default: findings)' },
    { flags: '--gallery <n>', help: 'most pairs to find among (default: 1000)', value: { whole: 2 } },
  ],
  examples: ['evaluate retrieval --model runs/qs/pretrain --data runs/qs/dataset --gallery 200'],
  evaluate: evaluateRetrieval,
  format: formatRetrievalTable,
};
