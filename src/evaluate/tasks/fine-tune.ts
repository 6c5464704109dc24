import { z } from 'zod';
import { parseAs, UsageError, writeFileAtomic } from '../../base/index.js';
import { openDataset, synrayVersion } from '../../data/index.js';
import { type ClassOptions, classesOf, classOptions, type LabelClass } from '../fine-tuning/classes.js';
import {
  FineTuneMode,
  fineTuneTrials,
  HeadStart,
  type ScoredTrial,
  workOf,
} from '../fine-tuning/fine-tune-trials.js';
import { Finished } from '../fine-tuning/finished.js';
import { type LabelledPictures, readLabelled } from '../fine-tuning/labelled.js';
import { labelsOf, meanAuc } from '../fine-tuning/linear-probe.js';
import {
  Folds,
  type SharedTrainingOptions,
  Shares,
  sharedTrainingOptions,
  workFolder,
} from '../fine-tuning/options.js';
import {
  openPictureEncoder,
  type PictureEncoderOptions,
  pictureEncoderOptions,
} from '../fine-tuning/picture-encoder.js';
import { poolScores } from '../fine-tuning/pool.js';
import { formatFineTuneTable } from '../fine-tuning/table.js';
import { chooseProtocol, type Protocol, trialsOf } from '../fine-tuning/trials.js';
import { measureTable, type ScoreTable, type TableMeasure, writeScores } from '../scores/index.js';
import { type EvaluateOptions, type EvaluationResult, Sampling, type Task } from './task.js';

export interface FineTuneOptions
  extends EvaluateOptions,
    ClassOptions,
    SharedTrainingOptions,
    PictureEncoderOptions {
  /** Default `linear`. */
  readonly mode?: string | undefined;
  /** What the last layer begins with (`full`); default `probe`. `fresh` is the published protocols'. */
  readonly head?: string | undefined;
  /** Learning rate of the encoder (`full`); default 1e-4. MAVL's protocol is 1e-5 for all. */
  readonly rate?: number | undefined;
  /** Learning rate of the new layer; default ten times `rate`. */
  readonly headRate?: number | undefined;
  readonly weightDecay?: number | undefined;
  readonly epochs?: number | undefined;
  readonly batch?: number | undefined;
  readonly patience?: number | undefined;
  /** Files for the scores (Parquet), one a share. Default: beside `out`, with the ending `.share-S.scores.parquet`. */
  readonly scores?: string | undefined;
}

const Settings = z.object({
  ...Sampling.shape,
  mode: FineTuneMode.default('linear'),
  share: Shares,
  folds: Folds,
  head: HeadStart.default('probe'),
  rate: z.number().positive().max(1).default(1e-4),
  headRate: z.number().positive().max(1).optional(),
  weightDecay: z.number().min(0).max(10).default(0.01),
  epochs: z.int().min(1).max(100_000).default(15),
  batch: z.int().min(1).max(65_536).default(32),
  patience: z.int().min(1).max(1000).default(5),
  device: z
    .string()
    .regex(/^(cpu|cuda(:\d+)?)$/)
    .default('cpu'),
});

/** One share of the labels. */
export interface FineTuneShare {
  readonly share: number;
  /** Training pictures of a trial, mean over the trials. */
  readonly trainedOn: number;
  /** Of the pooled scores of all trials. */
  readonly measure: TableMeasure;
  /** Mean AUC within each fold. */
  readonly foldAuc: readonly number[];
  /** C of the linear probes that validation patients chose, one a fold. */
  readonly strengths?: readonly number[] | undefined;
}

export interface FineTuneResult extends EvaluationResult {
  readonly task: 'fine-tune';
  readonly mode: FineTuneMode;
  readonly prompts: string;
  readonly size: number;
  readonly protocol: Protocol['kind'];
  readonly folds: number;
  readonly shares: readonly FineTuneShare[];
}

/**
 * Fine-tuned classification: trains on shares of the labels, scores patients that were not trained on. `linear` is a
 * logistic regression on the encoder's pooled features, `full` trains the whole network. Shares are nested and by
 * patient. By the data set's splits where it has `train` and the one to score, else by folds.
 * @throws UsageError for wrong options, InputError when a picture cannot be read.
 */
export async function evaluateFineTune(options: FineTuneOptions): Promise<FineTuneResult> {
  const settings = parseAs(Settings, options, 'options', UsageError);
  const { seed, mode, share: shares, rate, device, head } = settings;
  const network = { ...settings, headRate: settings.headRate ?? Math.min(1, 10 * rate) };
  const { name: prompts, classes } = await classesOf(options);
  const dataset = await openDataset(options.data);
  const protocol = chooseProtocol(dataset.splits, { split: options.split, folds: settings.folds });
  const encoder = await openPictureEncoder(options, seed);
  const finished = await Finished.open(workFolder(options), [
    'fine-tune',
    synrayVersion,
    { ...network, rounds: 0, share: 0, split: options.split, size: encoder.size, device },
    classes.map(({ name, labels, unlabelled }) => [name, [...labels], unlabelled]),
    encoder.fingerprint,
    dataset.manifest.fingerprint,
  ]);
  let done = 0;
  let total = dataset.count();
  const onPictures = (count: number) => {
    done += count;
    options.onProgress?.(done, total);
  };
  // A rough total from the start: a bar does not grow.
  const parts = protocol.kind === 'folds' ? protocol.folds : 1;
  const rough = shares.flatMap(share =>
    Array.from({ length: parts }, (_, fold) => ({
      share,
      fold,
      train: Array.from({ length: Math.ceil((total * share) / 100) }, (_row, row) => row),
      validation: undefined,
      test: [],
    })),
  );
  total += workOf(mode, dataset.count(), rough, network, head);
  const data = await readLabelled(dataset, classes, {
    size: encoder.size,
    onSample: () => onPictures(1),
    signal: options.signal,
  });
  try {
    const trials = trialsOf(data.samples, protocol, shares, seed);
    if (trials.length === 0) {
      throw new UsageError({
        file: options.data,
        fault: 'there are no samples both to train on and to score',
        mend: 'give a data set with more patients',
      });
    }
    const scored = await fineTuneTrials({
      encoder,
      data,
      classes: classes.length,
      trials,
      mode,
      network,
      head,
      seed,
      finished,
      onPictures,
      signal: options.signal,
    });
    const split = protocol.kind === 'splits' ? protocol.test : 'all';
    const results: FineTuneShare[] = [];
    let counts = { n: 0, patients: 0 };
    for (const share of shares) {
      const own = scored.filter(({ trial }) => trial.share === share);
      const table = tableOf(own, data, classes, { ...options, split, prompts, mode, share });
      const measure = measureTable(table, settings);
      counts = { n: measure.n, patients: measure.patients };
      results.push(shareOf(share, own, data, classes.length, measure));
      const file = scoresFile(options, share, shares.length);
      if (file !== undefined) await writeScores(file, table);
    }
    const { model, data: folder } = options;
    const { rounds } = settings;
    const result: FineTuneResult = {
      task: 'fine-tune',
      model,
      data: folder,
      split,
      ...counts,
      seed,
      rounds,
      mode,
      prompts,
      size: encoder.size,
      protocol: protocol.kind,
      folds: parts,
      shares: results,
    };
    if (options.out !== undefined) await writeFileAtomic(options.out, `${JSON.stringify(result, null, 2)}\n`);
    return result;
  } finally {
    await data.pictures.close();
  }
}

/** The scores of all trials of a share: each sample that was scored, once. */
function tableOf(
  trials: readonly ScoredTrial[],
  data: LabelledPictures,
  classes: readonly LabelClass[],
  origin: { model: string; data: string; split: string; prompts: string; mode: string; share: number },
): ScoreTable {
  const rows = trials.flatMap(({ trial }) => trial.test);
  const scores = poolScores(trials, data, classes.length);
  return {
    origin: {
      task: 'fine-tune',
      model: origin.model,
      data: origin.data,
      split: origin.split,
      prompts: origin.prompts,
      scoring: `${origin.mode}, ${origin.share} % of labels`,
    },
    classes: classes.map(({ name }) => name),
    samples: rows.map(row => {
      const { id, patient, view } = data.samples[row]!;
      return { id, patient, view };
    }),
    scores,
    labels: labelsOf({ labels: data.labels, classes: classes.length }, rows),
  };
}

function shareOf(
  share: number,
  trials: readonly ScoredTrial[],
  data: LabelledPictures,
  classes: number,
  measure: TableMeasure,
): FineTuneShare {
  const table = { labels: data.labels, classes };
  const strengths = trials.flatMap(({ strength }) => (strength === undefined ? [] : [strength]));
  return {
    share,
    trainedOn: trials.reduce((sum, { trial }) => sum + trial.train.length, 0) / trials.length,
    measure,
    foldAuc: trials.map(({ trial, scores }) => meanAuc(scores, labelsOf(table, trial.test), classes)),
    ...(strengths.length > 0 && { strengths }),
  };
}

/** The score file of a share; where there is one share only, as it is named. */
function scoresFile({ scores, out }: FineTuneOptions, share: number, shares: number): string | undefined {
  const file = scores ?? out?.replace(/(\.json)?$/, '.scores.parquet');
  if (file === undefined || shares === 1) return file;
  return file.replace(/((\.scores)?\.parquet)?$/, ending => `.share-${share}${ending}`);
}

const positive = { from: 0, to: 1 } as const;

export const fineTune: Task<FineTuneOptions, FineTuneResult> = {
  name: 'fine-tune',
  summary: 'train on shares of the labels, the last layer or all, and score the others',
  needsModel: true,
  options: [
    {
      flags: '--mode <name>',
      help: 'linear (logistic regression on features) or full (the whole network; default: linear)',
    },
    {
      flags: '--head <name>',
      help: 'full: the last layer begins as a linear probe (probe) or with fresh weights (fresh; default: probe)',
    },
    ...sharedTrainingOptions,
    ...classOptions,
    ...pictureEncoderOptions,
    {
      flags: '--rate <number>',
      help: 'full: learning rate of the encoder (default: 0.0001)',
      value: positive,
    },
    {
      flags: '--head-rate <number>',
      help: 'full: learning rate of the new layer (default: ten times --rate)',
      value: positive,
    },
    {
      flags: '--weight-decay <number>',
      help: 'full: weight decay of AdamW (default: 0.01)',
      value: { from: 0, to: 10 },
    },
    {
      flags: '--epochs <n>',
      help: 'full: most passes over the training pictures (default: 15)',
      value: { whole: 1 },
    },
    { flags: '--batch <n>', help: 'full: pictures a step (default: 32)', value: { whole: 1 } },
    {
      flags: '--patience <n>',
      help: 'full: validations, of 20, without a better one before training ends (default: 5)',
      value: { whole: 1 },
    },
    {
      flags: '--scores <file>',
      help: 'write the scores as Parquet, one file a share (default: beside --out)',
    },
  ],
  examples: [
    'evaluate fine-tune --model runs/reader --data runs/nih --share 1,10,100 --out runs/nih-linear.json',
    'evaluate fine-tune --model runs/reader --data runs/nih --mode full',
    'evaluate fine-tune --model random --data runs/nih --mode full --form resnet18 --folds 5',
  ],
  evaluate: evaluateFineTune,
  format: formatFineTuneTable,
};
