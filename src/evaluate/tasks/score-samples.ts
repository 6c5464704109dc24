import { InputError, parseAs, UsageError } from '../../base/index.js';
import type { Sample } from '../../data/index.js';
import type { ImageFeatures, VisionLanguageModel } from '../../models/index.js';
import { encodeSamples } from '../encode.js';
import { labelOf, type PromptSet } from '../prompts/index.js';
import type { ScoredSample, ScoreOrigin, ScoreTable } from '../scores/index.js';
import { gloriaLogOdds, logOdds, Scoring } from './scoring.js';
import { type ClassDirections, classDirections } from './similarity.js';
import { promptWords } from './similarity-words.js';
import type { EvaluateOptions } from './task.js';

export interface ScoreSamplesOptions {
  readonly prompts: PromptSet;
  readonly model: string;
  readonly data: string;
  readonly split: string;
  /** How many samples there are, for progress. */
  readonly total: number;
  /**
   * Default: `gloria` for a model that gives words, `global+local` for another grounded model, whose cells have learnt
   * what texts mean, else `global`.
   */
  readonly scoring?: Scoring | undefined;
  readonly temperature?: number | undefined;
  readonly onProgress?: EvaluateOptions['onProgress'];
  readonly signal?: AbortSignal | undefined;
}

/**
 * Fills in the temperature and checks both.
 * @throws UsageError
 */
export function checkScoring(options: Pick<ScoreSamplesOptions, 'scoring' | 'temperature'>): {
  scoring: Scoring | undefined;
  temperature: number;
} {
  const { temperature = 0.1 } = options;
  if (!(temperature > 0 && temperature < Number.POSITIVE_INFINITY)) {
    throw new UsageError({ fault: `the temperature is ${temperature}`, mend: 'give a number above 0' });
  }
  return { scoring: parseAs(Scoring.optional(), options.scoring, 'scoring', UsageError), temperature };
}

/** Scores samples, in their order. Memory holds a few batches of pictures. */
export async function scoreSamples(
  model: VisionLanguageModel,
  samples: AsyncIterable<Sample> | Iterable<Sample>,
  options: ScoreSamplesOptions,
): Promise<ScoreTable> {
  const { prompts, data, total, onProgress, signal } = options;
  const { scoring = defaultScoring(model), temperature } = checkScoring(options);
  const directions = await classDirections(model, prompts.classes);
  const score = await scorer(model, options, scoring, temperature, directions);
  const rows: ScoredSample[] = [];
  const scores: Float64Array[] = [];
  const labels: number[] = [];
  for await (const batch of encodeSamples(model, samples, { source: data, signal })) {
    scores.push(score(batch.features));
    for (const sample of batch.samples) {
      const { id, patient, view } = sample;
      rows.push({ id, patient, view });
      for (const entry of prompts.classes) labels.push(labelOf(sample, entry));
    }
    onProgress?.(rows.length, total);
  }
  const all = new Float64Array(labels.length);
  scores.reduce((place, part) => {
    all.set(part, place);
    return place + part.length;
  }, 0);
  const faulty = all.findIndex(score => !Number.isFinite(score));
  if (faulty >= 0) {
    throw new InputError({
      file: options.model,
      fault: `the model gives ${all[faulty]} for sample "${rows[Math.floor(faulty / prompts.classes.length)]!.id}"`,
      mend: 'its training has diverged: use an earlier checkpoint or a lower learning rate',
    });
  }
  const origin: ScoreOrigin = {
    task: 'zero-shot',
    model: options.model,
    data,
    split: options.split,
    prompts: prompts.name,
    scoring,
    ...(Object.keys(prompts.fallbacks ?? {}).length > 0 ? { fallbacks: prompts.fallbacks } : {}),
  };
  return {
    origin,
    classes: prompts.classes.map(({ name }) => name),
    samples: rows,
    scores: all,
    labels: Uint8Array.from(labels),
  };
}

function defaultScoring(model: VisionLanguageModel): Scoring {
  if (model.encodeWords !== undefined) return 'gloria';
  return model.grounded ? 'global+local' : 'global';
}

/** What makes log-odds, pictures × classes, of features. @throws UsageError when the model gives no words. */
async function scorer(
  model: VisionLanguageModel,
  options: ScoreSamplesOptions,
  scoring: Scoring,
  temperature: number,
  directions: ClassDirections,
): Promise<(features: ImageFeatures) => Float64Array> {
  if (scoring !== 'gloria') return features => logOdds(features, directions, scoring, temperature);
  const { classes } = options.prompts;
  const words = await promptWords(
    model,
    classes.flatMap(({ positive, negative }) => [...positive, ...negative]),
  );
  if (words === undefined) {
    throw new UsageError({
      file: options.model,
      fault: 'the model gives no vectors of words, which gloria scoring compares with the picture',
      mend: 'use a model trained with the objective gloria, or another --scoring',
    });
  }
  return features => gloriaLogOdds(features, directions, classes, words, temperature);
}
