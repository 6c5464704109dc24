import { UsageError } from '../../base/index.js';
import { dealPatients, patientKey, shareOfPatients } from './patients.js';

/** One model to be trained and the samples that it is for, as rows of the data. */
export interface Trial {
  /** Per cent of the labels. */
  readonly share: number;
  /** Counted from 0. */
  readonly fold: number;
  readonly train: readonly number[];
  /** The data set's own validation split; undefined where validation patients are to be taken from `train`. */
  readonly validation: readonly number[] | undefined;
  readonly test: readonly number[];
}

/** How the samples of a data set are split. */
export type Protocol =
  /** By the data set's splits. */
  | { readonly kind: 'splits'; readonly test: string; readonly validation: string | undefined }
  /** By patient: each is scored once, by a model that was trained on the others. */
  | { readonly kind: 'folds'; readonly folds: number };

/** What a trial needs to know of a sample. */
export interface TrialSample {
  readonly id: string;
  readonly patient: string;
  readonly split: string;
}

const VALIDATION = ['validation', 'valid', 'val', 'dev'];

/**
 * The data set's own splits where it has both `train` and the one to score, else folds.
 * @param wanted.split - The split to score; default `test`.
 * @param wanted.folds - Asks for folds over all samples.
 * @throws UsageError when both are asked for, or there are no samples to train on.
 */
export function chooseProtocol(
  splits: readonly string[],
  wanted: { readonly split?: string | undefined; readonly folds?: number | undefined },
): Protocol {
  const { split: test = 'test', folds } = wanted;
  if (folds !== undefined && wanted.split !== undefined) {
    throw new UsageError({ fault: 'both a split and folds are asked for', mend: 'leave one of them out' });
  }
  if (folds !== undefined) return { kind: 'folds', folds };
  if (splits.includes('train') && splits.includes(test) && test !== 'train') {
    return {
      kind: 'splits',
      test,
      validation: VALIDATION.find(name => name !== test && splits.includes(name)),
    };
  }
  if (wanted.split !== undefined) {
    throw new UsageError({
      fault: `there is no split "${test}" beside a split "train" to train on`,
      mend: `the data set has ${splits.join(', ')}: leave --split out to score by folds`,
    });
  }
  return { kind: 'folds', folds: 5 };
}

/**
 * All trials of a protocol. No patient is on both sides of one; the training samples of a smaller share are among those
 * of a larger. Empty when there is nothing to train on or to score.
 */
export function trialsOf(
  samples: readonly TrialSample[],
  protocol: Protocol,
  shares: readonly number[],
  seed: number,
): Trial[] {
  const keys = samples.map(patientKey);
  const rows = samples.map((_, row) => row);
  const sides =
    protocol.kind === 'splits' ? sidesBySplit(samples, keys, protocol) : sidesByFold(keys, protocol, seed);
  return shares.flatMap(share =>
    sides.flatMap(({ test, validation, train }, fold): Trial[] => {
      const trainRows = rows.filter(row => train.has(row));
      const chosen = shareOfPatients(
        trainRows.map(row => keys[row]!),
        share,
        seed,
      );
      const shared = trainRows.filter(row => chosen.has(keys[row]!));
      if (shared.length === 0 || test.length === 0) return [];
      return [{ share, fold, train: shared, validation, test }];
    }),
  );
}

interface Sides {
  readonly train: ReadonlySet<number>;
  readonly validation: readonly number[] | undefined;
  readonly test: readonly number[];
}

function sidesBySplit(
  samples: readonly TrialSample[],
  keys: readonly string[],
  protocol: Extract<Protocol, { kind: 'splits' }>,
): Sides[] {
  const of = (name: string | undefined) =>
    samples.flatMap(({ split }, row) => (name !== undefined && split === name ? [row] : []));
  const test = of(protocol.test);
  const tested = new Set(test.map(row => keys[row]!));
  // A patient of two splits counts for the later one only.
  const validation = of(protocol.validation).filter(row => !tested.has(keys[row]!));
  const held = new Set([...tested, ...validation.map(row => keys[row]!)]);
  const train = new Set(of('train').filter(row => !held.has(keys[row]!)));
  return [{ train, validation: validation.length > 0 ? validation : undefined, test }];
}

function sidesByFold(
  keys: readonly string[],
  { folds }: Extract<Protocol, { kind: 'folds' }>,
  seed: number,
): Sides[] {
  const foldOf = dealPatients(keys, folds, seed);
  return Array.from({ length: folds }, (_, fold) => {
    const test: number[] = [];
    const train = new Set<number>();
    for (const [row, key] of keys.entries()) {
      if (foldOf.get(key) === fold) test.push(row);
      else train.add(row);
    }
    return { train, validation: undefined, test };
  });
}

/**
 * Takes validation patients out of training samples: a sixth of the patients, at least one.
 * @returns undefined when there is one patient only.
 */
export function holdOut(
  rows: readonly number[],
  samples: readonly TrialSample[],
  seed: number,
): { readonly train: readonly number[]; readonly validation: readonly number[] } | undefined {
  const keys = new Map(rows.map(row => [row, patientKey(samples[row]!)]));
  const patients = new Set(keys.values());
  if (patients.size < 2) return undefined;
  const parts = Math.min(6, patients.size);
  const partOf = dealPatients(patients, parts, seed);
  const held = (row: number) => partOf.get(keys.get(row)!) === 0;
  return { train: rows.filter(row => !held(row)), validation: rows.filter(held) };
}
