import { basename } from 'node:path';
import { z } from 'zod';
import { parseAs, say, UsageError, writeFileAtomic } from '../../base/index.js';
import { openDataset } from '../../data/index.js';
import { loadBank, readCorpus } from '../../entities/index.js';
import { formatGeneration } from '../generation/format.js';
import { measureGeneration } from '../generation/measure.js';
import type { GenerationResult } from '../generation/result.js';
import type { PatientReport } from '../generation/texts.js';
import { type EvaluateOptions, Sampling, type Task } from './task.js';

export interface GenerationOptions extends Omit<EvaluateOptions, 'model'> {
  /** The real data set: for privacy, what the generator was trained on. */
  readonly real: string;
  /** Split of the real data; default all. */
  readonly realSplit?: string | undefined;
  /** A vision-language model: its encoder as feature space, and for the fit of pictures and reports. */
  readonly model?: string | undefined;
  /** `project`, `pixels`, or a folder with weights; default `project` with a model, else `pixels`. */
  readonly features?: string | undefined;
  /** Bank of the entities that the reports should name; default those of the real reports. */
  readonly bank?: string | undefined;
  /** Real reports where the real data set has none: any corpus that `synray entities` reads. */
  readonly reports?: string | undefined;
  /** Neighbours of precision, recall, density and coverage; default 5. */
  readonly k?: number | undefined;
  /** Share of real pictures of other patients that may count as copies; default 0.01. */
  readonly falseAlarms?: number | undefined;
  /** Look at the worst picture of each report that has several. */
  readonly seeds?: boolean | undefined;
  /** File for a sheet of the closest pairs (PNG). It shows training pictures. */
  readonly pictures?: string | undefined;
}

const Settings = Sampling.extend({
  k: z.int().min(1).max(1000).default(5),
  falseAlarms: z.number().min(0).max(0.5).default(0.01),
  seeds: z.boolean().default(false),
});

/**
 * Quality and privacy of synthetic data against real data. All samples count, unless a split is named.
 * @throws UsageError for wrong options, InputError when a data set has too few pictures or patients.
 */
export async function evaluateGeneration(options: GenerationOptions): Promise<GenerationResult> {
  const settings = parseAs(Settings, options, 'options', UsageError);
  const { model, split, realSplit, onProgress, signal } = options;
  const [synthetic, real] = await Promise.all([openDataset(options.data), openDataset(options.real)]);
  const reports: PatientReport[] = [];
  if (options.reports !== undefined) {
    for await (const report of readCorpus(options.reports)) {
      signal?.throwIfAborted();
      reports.push({ id: report.id, patient: '', findings: report.findings, impression: report.impression });
    }
  }
  const result = await measureGeneration(
    { dataset: synthetic, split },
    { dataset: real, split: realSplit },
    {
      ...settings,
      model,
      features: options.features ?? (model === undefined ? 'pixels' : 'project'),
      bank: options.bank === undefined ? undefined : await loadBank(options.bank),
      bankName: options.bank === undefined ? undefined : basename(options.bank),
      reports: options.reports === undefined ? undefined : reports,
      pictures: options.pictures,
      onProgress,
      signal,
    },
  );
  if (options.pictures !== undefined) {
    say(`${options.pictures} shows training pictures: keep it where the training data may be`);
  }
  if (options.out !== undefined) await writeFileAtomic(options.out, `${JSON.stringify(result, null, 2)}\n`);
  return result;
}

/** The command line's tasks have a model; here none may be given. */
type TaskOptions = EvaluateOptions & Omit<GenerationOptions, 'model'>;

export const generation: Task<TaskOptions, GenerationResult> = {
  name: 'generation',
  summary: 'measure synthetic data against real data: likeness, variety, reports, privacy',
  needsModel: false,
  help: { split: 'split of the synthetic set (default: all samples)', out: 'write the result as JSON' },
  options: [
    {
      flags: '--real <dataset>',
      help: 'folder of the real data set, for privacy the training data',
      required: true,
    },
    { flags: '--real-split <name>', help: 'split of the real data (default: all)' },
    { flags: '--model <folder>', help: 'model for features and for the fit of pictures and reports' },
    {
      flags: '--features <name>',
      help: 'project (encoder of the model), pixels, or a folder with weights (default: project with --model, else pixels)',
    },
    {
      flags: '--bank <file>',
      help: 'entities that reports should name (default: those of the real reports)',
    },
    { flags: '--reports <source>', help: 'real reports from elsewhere, as synray entities reads them' },
    { flags: '--k <n>', help: 'neighbours of precision and coverage (default: 5)', value: { whole: 1 } },
    {
      flags: '--false-alarms <share>',
      help: 'share of real pictures of other patients that may count as copies (default: 0.01)',
      value: { from: 0, to: 0.5 },
    },
    { flags: '--seeds', help: 'look at the worst picture of each report that has several' },
    { flags: '--pictures <file>', help: 'sheet of the closest pairs as PNG: shows training pictures' },
  ],
  examples: [
    'evaluate generation --data runs/pairs --real runs/nih --model runs/reader',
    'evaluate generation --data runs/painted --real runs/mimic --features runs/rad-dino --seeds --out quality.json',
  ],
  evaluate: evaluateGeneration,
  format: formatGeneration,
};
