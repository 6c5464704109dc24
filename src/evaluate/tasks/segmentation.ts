import { z } from 'zod';
import { parseAs, UsageError, writeFileAtomic } from '../../base/index.js';
import { type Dataset, openDataset, synrayVersion } from '../../data/index.js';
import type { Tensor } from '../../tensor/index.js';
import { chooseSplit } from '../encode.js';
import { Finished } from '../fine-tuning/finished.js';
import { samplesOf } from '../fine-tuning/labelled.js';
import {
  Folds,
  type SharedTrainingOptions,
  Shares,
  sharedTrainingOptions,
  workFolder,
} from '../fine-tuning/options.js';
import {
  openPictureEncoder,
  type PictureEncoder,
  type PictureEncoderOptions,
  pictureEncoderOptions,
} from '../fine-tuning/picture-encoder.js';
import { disposeAll } from '../fine-tuning/train.js';
import { chooseProtocol, type Protocol, type Trial, trialsOf } from '../fine-tuning/trials.js';
import {
  largestShareOf,
  type SegmentationResult,
  type SegmentationTable,
  segmentationResultOf,
  writeSegmentation,
} from '../scores/index.js';
import { writeContactSheet } from '../segmentation/contact-sheet.js';
import { firstTraining } from '../segmentation/first-training.js';
import { type OutlinedPictures, readOutlined } from '../segmentation/pictures.js';
import { type SegmentedPicture, segmentTrials } from '../segmentation/segment.js';
import { formatSegmentationTable } from '../tables/index.js';
import { type EvaluateOptions, Sampling, scoresFile, scoresOption, type Task } from './task.js';

export interface SegmentationOptions extends EvaluateOptions, SharedTrainingOptions, PictureEncoderOptions {
  /** A data set to score on; default: the split of `data`, or folds. */
  readonly test?: string | undefined;
  /** A data set on whose masks the network is trained first, for example simulated ones. */
  readonly first?: string | undefined;
  /** A structure (`lungs`, `left lung`, `heart` …) or a finding. Default `lungs`. */
  readonly target?: string | undefined;
  /** Whether the encoder stays as it is. */
  readonly frozen?: boolean | undefined;
  /** Most steps of a training; default 400. */
  readonly steps?: number | undefined;
  readonly batch?: number | undefined;
  /** Learning rate of the decoder, default 2e-3; the encoder's is a third of it. */
  readonly rate?: number | undefined;
  /** PNG of pictures with both outlines. */
  readonly pictures?: string | undefined;
  /** File for Dice and IoU of every picture (Parquet). Default: beside `out`, with the ending `.scores.parquet`. */
  readonly scores?: string | undefined;
}

const Settings = z.object({
  ...Sampling.shape,
  share: Shares,
  folds: Folds,
  target: z.string().min(1).default('lungs'),
  frozen: z.boolean().default(false),
  steps: z.int().min(1).max(1_000_000).default(400),
  batch: z.int().min(1).max(4096).default(16),
  rate: z.number().positive().max(1).default(2e-3),
  device: z
    .string()
    .regex(/^(cpu|cuda(:\d+)?)$/)
    .default('cpu'),
});

/** The split of samples of the other data set, among those of the first. */
const OTHER = ' test';

/**
 * Segmentation: trains a U-Net on the model's encoder to outline a target, and measures Dice and IoU of each picture
 * (Ronneberger et al., MICCAI 2015; as in GLoRIA, section 4.4). Scored on another data set (`test`), on the data set's
 * own split, or by folds of patients.
 * @throws UsageError for wrong options, InputError when no sample has a mask of the target.
 */
export async function evaluateSegmentation(options: SegmentationOptions): Promise<SegmentationResult> {
  const settings = parseAs(Settings, options, 'options', UsageError);
  const { seed, rounds, target, share: shares } = settings;
  const dataset = await openDataset(options.data);
  const other = options.test === undefined ? undefined : await openDataset(options.test);
  const first = options.first === undefined ? undefined : await openDataset(options.first);
  const encoder = await openPictureEncoder(options, seed);
  const { size } = encoder;
  const otherSplit = other === undefined ? undefined : chooseSplit(other, options.split);
  const protocol = protocolOf(dataset, other, options, settings.folds);
  const finished = await Finished.open(workFolder(options), [
    'segmentation',
    synrayVersion,
    { ...settings, rounds: 0, share: 0, split: options.split, size },
    encoder.fingerprint,
    dataset.manifest.fingerprint,
    other?.manifest.fingerprint,
    first?.manifest.fingerprint,
  ]);
  const count = dataset.count() + (other?.count(otherSplit) ?? 0) + (first?.count() ?? 0);
  const trainings = shares.length * (protocol.kind === 'folds' ? protocol.folds : 1) + (first ? 1 : 0);
  const total = count + trainings * settings.steps * settings.batch;
  let done = 0;
  const onPictures = (pictures: number) => {
    done += pictures;
    options.onProgress?.(done, total);
  };
  const data = await readOutlined(bothOf(dataset, other, otherSplit), {
    target,
    size,
    source: options.data,
    onSample: () => onPictures(1),
    signal: options.signal,
  });
  let started: Promise<ReadonlyMap<string, Tensor>> | undefined;
  const start = (from: Dataset) => {
    started ??= firstTraining(
      from,
      encoder,
      finished,
      { ...settings, size, signal: options.signal },
      onPictures,
    );
    return started;
  };
  try {
    const trials = trialsOf(data.samples, protocol, shares, seed);
    if (trials.length === 0) {
      throw new UsageError({
        file: options.data,
        fault: `there are no samples with ${target} both to train on and to score`,
        mend: 'give another data set with --test, or one with more patients',
      });
    }
    const pictures = await segmentTrials(
      encoder,
      data,
      trials,
      finished,
      { ...settings, size, signal: options.signal },
      steps => onPictures(steps * settings.batch),
      first && (() => start(first)),
    );
    const table = tableOf(options, settings, { encoder, protocol, data, trials, pictures, otherSplit });
    const result = segmentationResultOf(table, { seed, rounds });
    await writeFiles(options, { result, table, pictures, data });
    return result;
  } finally {
    disposeAll(await started?.catch(() => undefined));
    await data.close();
  }
}

function protocolOf(
  dataset: Dataset,
  other: Dataset | undefined,
  options: SegmentationOptions,
  folds: number | undefined,
): Protocol {
  if (other === undefined) return chooseProtocol(dataset.splits, { split: options.split, folds });
  if (folds !== undefined) {
    throw new UsageError({ fault: 'both --test and --folds are given', mend: 'leave one of them out' });
  }
  return { kind: 'splits', test: OTHER, validation: undefined };
}

/** All samples of the first data set to train on, those of the other to score. */
async function* bothOf(dataset: Dataset, other: Dataset | undefined, split: string | undefined) {
  for await (const { sample, split: own } of samplesOf(dataset)) {
    yield { sample, split: other === undefined ? own : 'train' };
  }
  if (other === undefined) return;
  for await (const sample of other.samples(split)) {
    // Patients of two data sets have nothing to do with each other, whatever they are called.
    const patient = sample.patient === '' ? '' : `other data set, ${sample.patient}`;
    yield { sample: { ...sample, patient }, split: OTHER };
  }
}

interface Outcome {
  readonly encoder: PictureEncoder;
  readonly protocol: Protocol;
  readonly data: OutlinedPictures;
  readonly trials: readonly Trial[];
  readonly pictures: readonly SegmentedPicture[];
  readonly otherSplit: string | undefined;
}

function tableOf(
  options: SegmentationOptions,
  { target, frozen }: z.output<typeof Settings>,
  { encoder, protocol, data, trials, pictures, otherSplit }: Outcome,
): SegmentationTable {
  const own = protocol.kind === 'splits' ? protocol.test : 'all';
  const shares = [...new Set(trials.map(({ share }) => share))];
  return {
    origin: {
      task: 'segmentation',
      model: options.model,
      data: options.data,
      ...(options.test !== undefined && { test: options.test }),
      ...(options.first !== undefined && { first: options.first }),
      split: options.test === undefined ? own : (otherSplit ?? 'all'),
      target,
      frozen,
      size: encoder.size,
      protocol: protocol.kind,
      folds: protocol.kind === 'folds' ? protocol.folds : 1,
      leftOut: data.leftOut,
      shares: shares.map(share => {
        const sizes = trials.filter(trial => trial.share === share).map(({ train }) => train.length);
        return { share, trainedOn: sizes.reduce((sum, size) => sum + size, 0) / sizes.length };
      }),
    },
    scores: pictures.map(({ row: _, outline: __, ...score }) => score),
  };
}

interface Written extends Pick<Outcome, 'pictures' | 'data'> {
  readonly result: SegmentationResult;
  readonly table: SegmentationTable;
}

async function writeFiles(
  options: SegmentationOptions,
  { result, table, pictures, data }: Written,
): Promise<void> {
  const scores = scoresFile(options);
  if (scores !== undefined) await writeSegmentation(scores, table);
  if (options.pictures !== undefined) {
    const most = largestShareOf(table);
    const shown = pictures.filter(({ share }) => share === most);
    await writeContactSheet(options.pictures, shown, data, result.size);
  }
  if (options.out !== undefined) await writeFileAtomic(options.out, `${JSON.stringify(result, null, 2)}\n`);
}

export const segmentation: Task<SegmentationOptions, SegmentationResult> = {
  name: 'segmentation',
  summary: 'outline lungs, a heart or a finding after training on masks',
  needsModel: true,
  options: [
    { flags: '--test <dataset>', help: 'score on this data set (default: a split of --data, or folds)' },
    {
      flags: '--first <dataset>',
      help: 'train on the masks of this data set first, for example simulated ones',
    },
    {
      flags: '--target <name>',
      help: 'lungs, lung fields, left lung, right lung, heart, or a finding (default: lungs)',
    },
    { flags: '--frozen', help: 'train the decoder alone' },
    { flags: '--steps <n>', help: 'most steps of a training (default: 400)', value: { whole: 1 } },
    { flags: '--batch <n>', help: 'pictures a step (default: 16)', value: { whole: 1 } },
    {
      flags: '--rate <number>',
      help: "learning rate of the decoder; the encoder's is a third of it (default: 0.002)",
      value: { from: 0, to: 1 },
    },
    ...pictureEncoderOptions,
    ...sharedTrainingOptions,
    {
      flags: '--pictures <file>',
      help: 'write a PNG of pictures with the outline found (red) and the true one (green)',
    },
    scoresOption('picture and share'),
  ],
  examples: [
    'evaluate segmentation --model runs/reader --data runs/covid --out runs/lungs.json',
    'evaluate segmentation --model runs/reader --data runs/simulated --test runs/covid --pictures runs/lungs.png',
    'evaluate segmentation --model runs/reader --data runs/covid --first runs/simulated --steps 200',
    'evaluate segmentation --model random --data runs/covid --share 10,100 --folds 5',
  ],
  evaluate: evaluateSegmentation,
  format: formatSegmentationTable,
};
