import { type OptionSpec, sha256, UsageError } from '../../base/index.js';

/** How a source without an official split is divided. */
export interface SplitOptions {
  /** Shares of train, validation and test: `70/15/15`, or of train and test: `80/20`. */
  readonly splitByPatient?: string;
  /** Which of the many divisions of these shares; 0 by default. */
  readonly seed?: number;
}

/** The options of {@link SplitOptions} for the command line. */
export const splitOptions: readonly OptionSpec[] = [
  {
    flags: '--split-by-patient <shares>',
    help: 'divide into train/validation/test so that no patient is in two: 70/15/15, or 80/20 for train/test',
  },
  { flags: '--seed <number>', help: 'another division of the same shares (default: 0)', value: { whole: 0 } },
];

const NAMES = { 2: ['train', 'test'], 3: ['train', 'validation', 'test'] } as const;

/**
 * Divides patients by the order of their hashes: the shares are met to one patient, and the same patients and seed
 * give the same splits on any machine, in whatever order the table lists them.
 * @returns the split of a patient; `train` for all when no shares are given
 * @throws UsageError when the shares are no two or three numbers
 */
export function splitter(patients: Iterable<string>, options: SplitOptions): (patient: string) => string {
  const { splitByPatient, seed = 0 } = options;
  if (splitByPatient === undefined) return () => 'train';
  const shares = splitByPatient
    .split(/[/:,]/)
    .map(share => (share.trim() === '' ? Number.NaN : Number(share)));
  const names = shares.length === 2 ? NAMES[2] : shares.length === 3 ? NAMES[3] : undefined;
  const total = shares.reduce((sum, share) => sum + share, 0);
  if (names === undefined || !shares.every(share => share >= 0) || !(total > 0) || total === Infinity) {
    throw new UsageError({
      fault: `"${splitByPatient}" are no shares of splits`,
      mend: 'give two or three numbers, as in --split-by-patient 70/15/15',
    });
  }
  const ordered = [...new Set(patients)]
    .map(patient => ({ patient, hash: sha256(`${seed}\n${patient}`) }))
    .sort((a, b) => (a.hash < b.hash ? -1 : 1));
  const splits = new Map<string, string>();
  let end = 0;
  let at = 0;
  for (const [index, name] of names.entries()) {
    end += shares[index]! / total;
    const until = index === names.length - 1 ? ordered.length : Math.round(end * ordered.length);
    for (; at < until; at++) splits.set(ordered[at]!.patient, name);
  }
  return patient => splits.get(patient) ?? 'train';
}

/** What the card says of the division. */
export function splitWords(options: SplitOptions): string {
  return options.splitByPatient === undefined
    ? 'no official split: all in train'
    : `divided by patient ${options.splitByPatient}, seed ${options.seed ?? 0}`;
}

/** What the division adds to the settings that decide the samples. */
export function splitSettings(options: SplitOptions): Record<string, string | null> {
  return { splitByPatient: options.splitByPatient ?? null, seed: String(options.seed ?? 0) };
}
