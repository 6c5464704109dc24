import { z } from 'zod';
import type { OptionSpec } from '../../base/index.js';

/** What every evaluation is asked. */
export interface EvaluateOptions {
  /** A model's folder, or that of a training run. */
  readonly model: string;
  /** A data set's folder. */
  readonly data: string;
  /** Default: `test` where there is one, else all samples. */
  readonly split?: string | undefined;
  /** Seed of the bootstrap and of any draw; default 0. */
  readonly seed?: number | undefined;
  /** Bootstrap rounds; default 1,000. */
  readonly rounds?: number | undefined;
  /** File for the result as JSON. */
  readonly out?: string | undefined;
  /** Told how many samples are done, of how many. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The file for the scores of an evaluation: the one asked for, or beside the result. */
export function scoresFile({
  scores,
  out,
}: {
  readonly scores?: string | undefined;
  readonly out?: string | undefined;
}): string | undefined {
  return scores ?? out?.replace(/(\.json)?$/, '.scores.parquet');
}

/** The option `--scores`. @param what - What one row of the file is of. */
export function scoresOption(what: string): OptionSpec {
  return {
    flags: '--scores <file>',
    help: `write the scores as Parquet, from which tables can be made again: a row a ${what} (default: beside --out)`,
  };
}

/** The options that have defaults, filled in and checked. */
export const Sampling = z.object({
  seed: z.int().default(0),
  rounds: z.int().min(1).max(1_000_000).default(1000),
});

/** What every result names, so that no score stands without its origin. */
export interface EvaluationResult {
  readonly task: string;
  readonly model: string;
  readonly data: string;
  /** `all` when the samples of every split were taken. */
  readonly split: string;
  readonly n: number;
  readonly patients: number;
  readonly seed: number;
  readonly rounds: number;
}

/** One way to evaluate a model. A new one is one file and one line in the registry. */
export interface Task<
  Options extends EvaluateOptions = EvaluateOptions,
  Result extends EvaluationResult = EvaluationResult,
> {
  readonly name: string;
  /** One line for people. */
  readonly summary: string;
  /** False where the data set alone, or an option, says what is measured. */
  readonly needsModel: boolean;
  /** Where it differs from the help of every task: which samples are taken unless said, what `out` gets. */
  readonly help?: { readonly split?: string; readonly out?: string };
  /** Options of its own, beside those of every task. */
  readonly options: readonly OptionSpec[];
  /** Command lines without the leading `synray`. */
  readonly examples: readonly string[];
  evaluate(options: Options): Promise<Result>;
  /** The result as a table for a terminal. */
  format(result: Result): string;
}
