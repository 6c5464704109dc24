import { parseAs, UsageError, writeFileAtomic } from '../../base/index.js';
import { openDataset } from '../../data/index.js';
import { loadModel } from '../../models/index.js';
import { chooseSplit } from '../encode.js';
import { loadPrompts, type PromptOptions, promptOptions } from '../prompts/index.js';
import { type GroundingResult, groundingResultOf, MapKind, writeGrounding } from '../scores/index.js';
import { formatGroundingTable } from '../tables/index.js';
import { groundSamples } from './ground-samples.js';
import { type EvaluateOptions, Sampling, scoresFile, scoresOption, type Task } from './task.js';

export interface GroundingOptions extends EvaluateOptions, PromptOptions {
  /** Default: `words` for a model that gives words (GLoRIA), else `similarity`; see `GroundSamplesOptions`. */
  readonly map?: MapKind | undefined;
  /** Split on which the threshold is chosen; default: each half of the patients for the other. */
  readonly thresholdSplit?: string | undefined;
  /** File for the grounded findings (Parquet). Default: beside `out`, with the ending `.scores.parquet`. */
  readonly scores?: string | undefined;
}

const Settings = Sampling.extend({ map: MapKind.optional() });

/**
 * Zero-shot grounding: where in the picture the model sees what a prompt says, against masks or boxes, over the
 * findings that are there. Thresholds are chosen on other patients than those measured.
 * @throws UsageError for wrong options, InputError when the data set has no regions of the classes.
 */
export async function evaluateGrounding(options: GroundingOptions): Promise<GroundingResult> {
  const { map, ...sampling } = parseAs(Settings, options, 'options', UsageError);
  const prompts = await loadPrompts(options);
  const dataset = await openDataset(options.data);
  const split = chooseSplit(dataset, options.split);
  const { thresholdSplit } = options;
  if (thresholdSplit !== undefined && (split ?? thresholdSplit) === thresholdSplit) {
    throw new UsageError({
      fault: `the threshold would be chosen on what is measured, split "${split ?? 'all'}"`,
      mend: 'give another --split or --threshold-split: the threshold best on what is measured is printed anyway',
    });
  }
  const total = dataset.count(split) + (thresholdSplit === undefined ? 0 : dataset.count(thresholdSplit));
  const model = await loadModel(options.model);
  const table = await groundSamples(model, dataset.samples(split), {
    ...options,
    map,
    prompts,
    total,
    split: split ?? 'all',
    threshold:
      thresholdSplit === undefined
        ? undefined
        : { split: thresholdSplit, samples: dataset.samples(thresholdSplit) },
  });
  const result = groundingResultOf(table, sampling);
  const scores = scoresFile(options);
  if (scores !== undefined) await writeGrounding(scores, table);
  if (options.out !== undefined) await writeFileAtomic(options.out, `${JSON.stringify(result, null, 2)}\n`);
  return result;
}

export const grounding: Task<GroundingOptions, GroundingResult> = {
  name: 'grounding',
  summary: 'find where a sentence is true in the picture, against masks and boxes',
  needsModel: true,
  options: [
    ...promptOptions,
    {
      flags: '--map <kind>',
      help: 'similarity of cells to texts, or to words, or the attention of words (default: by the model)',
    },
    {
      flags: '--threshold-split <name>',
      help: 'split on which the threshold is chosen (default: each half of the patients for the other)',
    },
    scoresOption('finding'),
  ],
  examples: [
    'evaluate grounding --model runs/reader --data runs/pairs',
    'evaluate grounding --model runs/gloria --data runs/nih --map attention --threshold-split validation',
  ],
  evaluate: evaluateGrounding,
  format: formatGroundingTable,
};
