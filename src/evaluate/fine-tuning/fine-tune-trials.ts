import { z } from 'zod';
import { InputError } from '../../base/index.js';
import { featuresOf } from './features.js';
import type { Finished } from './finished.js';
import type { LabelledPictures } from './labelled.js';
import { linearProbe } from './linear-probe.js';
import type { PictureEncoder } from './picture-encoder.js';
import type { Trial } from './trials.js';
import { fineTuneWhole, stepsOf, type WholeNetworkSettings } from './whole-network.js';

/** `linear`: logistic regression on features as they are; `full`: the whole network is trained. */
export const FineTuneMode = z.enum(['linear', 'full']);
export type FineTuneMode = z.infer<typeof FineTuneMode>;

/** What the last layer of a whole network begins with: a linear probe of the same trial, or fresh weights. */
export const HeadStart = z.enum(['probe', 'fresh']);
export type HeadStart = z.infer<typeof HeadStart>;

const FinishedTrial = z.object({
  /** Log-odds: test × classes. */
  scores: z.array(z.number()),
  /** C of a linear probe. */
  strength: z.number().optional(),
});

/** A trial with the scores of its test samples. */
export interface ScoredTrial {
  readonly trial: Trial;
  /** test × classes: log-odds. */
  readonly scores: Float64Array;
  readonly strength?: number | undefined;
}

export interface FineTuneWork {
  readonly encoder: PictureEncoder;
  readonly data: LabelledPictures;
  readonly classes: number;
  readonly trials: readonly Trial[];
  readonly mode: FineTuneMode;
  readonly network: WholeNetworkSettings;
  readonly head: HeadStart;
  readonly seed: number;
  readonly finished: Finished;
  /** Told how many pictures more are done. */
  readonly onPictures: (count: number) => void;
  readonly signal?: AbortSignal | undefined;
}

/** Pictures that the network sees in all, for progress. */
export function workOf(
  mode: FineTuneMode,
  pictures: number,
  trials: readonly Trial[],
  network: WholeNetworkSettings,
  head: HeadStart,
) {
  if (mode === 'linear') return pictures;
  const probed = head === 'probe' ? pictures : 0;
  return probed + trials.reduce((sum, { train }) => sum + stepsOf(train.length, network) * network.batch, 0);
}

/** Trains and scores every trial, or takes it from where it is finished. */
export async function fineTuneTrials(work: FineTuneWork): Promise<ScoredTrial[]> {
  const { encoder, data, classes, trials, mode, network, head, seed, finished, onPictures, signal } = work;
  let features: Promise<{ features: Float32Array; width: number }> | undefined;
  const probeOf = async (trial: Trial) => {
    features ??= featuresOf(encoder, data.pictures, { device: network.device, onPictures, signal });
    const { features: values, width } = await features;
    const probed = { features: values, width, samples: data.samples, labels: data.labels, classes };
    return linearProbe(probed, trial, seed);
  };
  const result: ScoredTrial[] = [];
  for (const trial of trials) {
    signal?.throwIfAborted();
    let done = 0;
    const name = `${mode}-share-${trial.share}-fold-${trial.fold}`;
    const { scores, strength } = await finished.get(name, FinishedTrial, async () => {
      const probe = mode === 'linear' || head === 'probe' ? await probeOf(trial) : undefined;
      if (mode === 'linear') return { scores: known(probe!.scores, encoder), strength: probe!.strength };
      const onStep = (step: number) => {
        onPictures((step - done) * network.batch);
        done = step;
      };
      const start = probe?.classifiers;
      const hooks = { onStep, signal };
      const found = await fineTuneWhole(encoder, data, classes, trial, seed, network, start, hooks);
      return { scores: known(found, encoder) };
    });
    if (mode === 'full') onPictures((stepsOf(trial.train.length, network) - done) * network.batch);
    result.push({ trial, scores: Float64Array.from(scores), strength });
  }
  return result;
}

/** @throws InputError when a score is no number. */
function known(scores: Float64Array, { name }: PictureEncoder): number[] {
  if (scores.every(Number.isFinite)) return Array.from(scores);
  throw new InputError({
    file: name,
    fault: 'the fine-tuned model gives scores that are no numbers',
    mend: 'training has diverged: give a lower --rate',
  });
}
