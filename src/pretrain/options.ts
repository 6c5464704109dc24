import { basename } from 'node:path';
import type { ModelProvenance } from '../models/index.js';
import type { TrainingData } from './data/training-data.js';
import type { DataSource, PretrainRecipe } from './recipe.js';

export interface PretrainOptions {
  readonly recipe: PretrainRecipe;
  /** Folders of data sets, with weights or without; those of the recipe where none is named. */
  readonly data?: readonly (string | DataSource)[];
  /** The run's folder. */
  readonly out: string;
  /** Go on from the newest checkpoint in `out`, if there is one. */
  readonly resume?: boolean | undefined;
  /** Leave out samples and shards that cannot be read, and say which. */
  readonly skipBad?: boolean | undefined;
  /** When it fires, the run saves its state and returns with `finished: false`. */
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: PretrainProgress) => void) | undefined;
}

export interface PretrainProgress {
  /** Steps done. */
  readonly step: number;
  readonly steps: number;
  /** Mean over the last steps. */
  readonly loss: number;
  readonly learningRate: number;
  readonly imagesPerSecond: number;
}

export interface PretrainResult {
  /** The model's folder, for `loadModel`. */
  readonly model: string;
  /** Steps done, over all parts of the run. */
  readonly steps: number;
  /** Seconds spent on them. */
  readonly seconds: number;
  /** Mean over the last steps. */
  readonly loss: number;
  readonly imagesPerSecond: number;
  /** False when the signal ended it early: run again with `resume`. */
  readonly finished: boolean;
  /** Which process of those that trained together this is; 0 writes. */
  readonly rank: number;
  /** The least validation loss and when it was reached; the model is the one of that step. */
  readonly best?: { readonly step: number; readonly loss: number };
}

/** What the card of the model says of its training. */
export function provenance(
  { recipe, data: named }: PretrainOptions & Required<Pick<PretrainOptions, 'data'>>,
  data: TrainingData,
  { loss, best }: PretrainResult,
): ModelProvenance {
  return {
    settings: recipe,
    data: data.sources.map(({ cache }, place) => {
      const source = named[place]!;
      const { fingerprint, count } = cache;
      const name = basename(typeof source === 'string' ? source : source.folder);
      return { name, fingerprint, split: recipe.training.split, samples: count };
    }),
    metrics: {
      'loss of the last steps on training pairs': loss,
      ...(best === undefined ? {} : { 'loss on validation pairs': best.loss }),
    },
  };
}
