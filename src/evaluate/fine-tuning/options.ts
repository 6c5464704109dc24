import { z } from 'zod';
import type { OptionSpec } from '../../base/index.js';

/** Options that fine-tuning and segmentation share, as text where a list may come from the command line. */
export interface SharedTrainingOptions {
  /** Per cent of the labels, by patient, as `1,10,100`. Default 100. */
  readonly share?: readonly (string | number)[] | undefined;
  /** Folds by patient; default 5 where the data set has no split to train on. */
  readonly folds?: number | undefined;
  /** Folder for finished trials. Default: beside `out`, with the ending `.work`. */
  readonly work?: string | undefined;
  /** `cpu` (default), `cuda` or `cuda:0`. */
  readonly device?: string | undefined;
}

/** Shares, checked: each once, from the smallest. */
export const Shares = z
  .array(z.coerce.number().gt(0).max(100))
  .min(1)
  .default([100])
  .transform(shares => [...new Set(shares)].sort((a, b) => a - b));

export const Folds = z.int().min(2).max(100).optional();

/** The same, for the command line. */
export const sharedTrainingOptions: readonly OptionSpec[] = [
  {
    flags: '--share <percent>',
    help: 'per cent of the labels to train on, by patient: 1,10,100 (default: 100)',
    value: 'list',
  },
  {
    flags: '--folds <n>',
    help: 'folds by patient over all samples (default: 5 where there is no split "train" beside the scored one)',
    value: { whole: 2 },
  },
  {
    flags: '--work <folder>',
    help: 'keep finished folds there, to go on after a stop (default: beside --out)',
  },
  { flags: '--device <name>', help: 'cpu or cuda (default: cpu)' },
];

/** Where finished trials lie. */
export function workFolder(options: {
  readonly work?: string | undefined;
  readonly out?: string | undefined;
}): string | undefined {
  return options.work ?? options.out?.replace(/(\.json)?$/, '.work');
}
