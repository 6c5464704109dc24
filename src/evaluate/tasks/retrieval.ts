import { z } from 'zod';
import { parseAs, UsageError, writeFileAtomic } from '../../base/index.js';
import { openDataset } from '../../data/index.js';
import { loadModel } from '../../models/index.js';
import { chooseSplit } from '../encode.js';
import { type RetrievalResult, retrievalResultOf, writeRanks } from '../scores/index.js';
import { formatRetrievalTable } from '../tables/index.js';
import { retrieveSamples } from './retrieve-samples.js';
import { type EvaluateOptions, Sampling, scoresFile, scoresOption, type Task } from './task.js';

export interface RetrievalOptions extends EvaluateOptions {
  /** Which section of the report is the text; default `findings`. */
  readonly section?: 'findings' | 'impression' | undefined;
  /** Most pairs in a gallery; default 1,000. */
  readonly gallery?: number | undefined;
  /** Galleries, each drawn with a seed of its own; one where all pairs fit. Default 5. */
  readonly galleries?: number | undefined;
  /** File for the ranks (Parquet). Default: beside `out`, with the ending `.scores.parquet`. */
  readonly scores?: string | undefined;
}

const Settings = Sampling.extend({
  section: z.enum(['findings', 'impression']).default('findings'),
  gallery: z.int().min(2).max(20_000).default(1000),
  galleries: z.int().min(1).max(1000).default(5),
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
  const table = await retrieveSamples(model, dataset.samples(split), {
    ...options,
    ...settings,
    total,
    split: split ?? 'all',
  });
  const result = retrievalResultOf(table, settings);
  const scores = scoresFile(options);
  if (scores !== undefined) await writeRanks(scores, table);
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
    {
      flags: '--galleries <n>',
      help: 'galleries to draw where not all pairs fit in one (default: 5)',
      value: { whole: 1 },
    },
    scoresOption('query'),
  ],
  examples: ['evaluate retrieval --model runs/reader --data runs/pairs --gallery 200'],
  evaluate: evaluateRetrieval,
  format: formatRetrievalTable,
};
