import { InputError, sha256 } from '../../base/index.js';
import {
  bootstrapRounds,
  GROUNDING_KEY,
  largestShareOf,
  meanOfKnown,
  overlapsOf,
  patientNumbers,
  percentileInterval,
  Ranking,
  RETRIEVAL_KEY,
  readFooter,
  readGrounding,
  readRanks,
  readScores,
  readSegmentation,
  SCORES_KEY,
  type ScoreTable,
  SEGMENTATION_KEY,
  scoresOfShare,
  UNKNOWN,
} from '../../evaluate/index.js';
import type { Estimate } from './estimates.js';

/** Draws of the bootstrap by patient. All scores of the same patients see the same ones. */
export interface Draws {
  readonly rounds: number;
  readonly seed: number;
}

/** What a score file tells of one model: its score, and what it would have been in each round. */
export interface Measured extends Estimate {
  readonly rounds: Float64Array;
  /** What is averaged: pictures, findings, queries. */
  readonly n: number;
  readonly patients: number;
  /** The same by class, where there are classes. */
  readonly classes: Readonly<Record<string, Estimate>>;
}

/** Reads one kind of score file. */
type Reader = (path: string, draws: Draws) => Promise<Measured>;

/** Footer entry → how a file with it is read. A new kind of score file is one line here. */
const READERS: Readonly<Record<string, Reader>> = {
  [SCORES_KEY]: async (path, draws) => meanAucOf(await readScores(path), draws),
  [GROUNDING_KEY]: async (path, draws) => {
    const { measured, overlaps } = overlapsOf(await readGrounding(path), draws.seed);
    const rows = measured.map(({ id, patient, className }, index) => {
      return { id, patient, className, value: overlaps[index]!.dice };
    });
    return meanOf(rows, draws);
  },
  [RETRIEVAL_KEY]: async (path, draws) => {
    const { queries } = await readRanks(path);
    const rows = queries.map(({ id, patient, direction, rank }) => {
      return { id, patient, className: direction, value: Number(rank <= 10) };
    });
    return meanOf(rows, draws);
  },
  [SEGMENTATION_KEY]: async (path, draws) => {
    const table = await readSegmentation(path);
    const rows = scoresOfShare(table, largestShareOf(table)).map(({ sample, patient, dice }) => {
      return { id: sample, patient, className: table.origin.target, value: dice };
    });
    return meanOf(rows, draws);
  },
};

/**
 * Reads the score of a model from its file, of whatever task.
 * @throws InputError when it is no score file.
 */
export async function measureFile(path: string, draws: Draws): Promise<Measured> {
  const footer = await readFooter(path);
  const key = Object.keys(READERS).find(each => footer.has(each));
  if (key !== undefined) return READERS[key]!(path, draws);
  throw new InputError({
    file: path,
    fault: 'it is no score file of a task that a study can compare',
    mend: 'delete the stage of that score in stages/score/ and run the study again',
  });
}

/** The mean AUC of a score table over the classes that can be measured. */
export function meanAucOf(table: ScoreTable, draws: Draws): Measured {
  // In the order of their names, so that sums round alike whatever the order of the samples.
  const nameOf = (row: number) => table.samples[row]!.id;
  const rows = table.samples.map((_, row) => row).sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
  const patients = new Patients(rows.map(row => table.samples[row]!));
  const rankings: [name: string, ranking: Ranking][] = [];
  for (const [column, name] of table.classes.entries()) {
    const cells = rows.map(row => row * table.classes.length + column);
    const known = cells.flatMap((cell, place) => (table.labels[cell] === UNKNOWN ? [] : [place]));
    const ranking = new Ranking(
      known.map(place => table.scores[cells[place]!]!),
      known.map(place => table.labels[cells[place]!]!),
      known.map(place => patients.numbers[place]!),
    );
    if (ranking.positives > 0 && ranking.negatives > 0) rankings.push([name, ranking]);
  }
  const series = rankings.map(() => new Float64Array(draws.rounds));
  const rounds = new Float64Array(draws.rounds);
  patients.draw(draws, (copies, round) => {
    for (const [index, [, ranking]] of rankings.entries()) series[index]![round] = ranking.auc(copies);
    rounds[round] = meanOfKnown(series.map(values => values[round]!));
  });
  const classes = rankings.map(([name, ranking], index) => {
    return [name, { value: ranking.auc(), ...percentileInterval(series[index]!) }] as const;
  });
  return {
    value: meanOfKnown(classes.map(([, { value }]) => value)),
    ...percentileInterval(rounds),
    rounds,
    n: rows.length,
    patients: patients.count,
    classes: Object.fromEntries(classes),
  };
}

/** Something measured of one sample. */
export interface MeasuredRow {
  readonly id: string;
  readonly patient: string;
  readonly className: string;
  readonly value: number;
}

/** The mean of values over all rows, and over those of each class. */
export function meanOf(unsorted: readonly MeasuredRow[], draws: Draws): Measured {
  const orderOf = ({ id, className }: MeasuredRow) => `${id}\n${className}`;
  const rows = [...unsorted].sort((a, b) => (orderOf(a) < orderOf(b) ? -1 : 1));
  const patients = new Patients(rows);
  const names = [...new Set(rows.map(({ className }) => className))].sort();
  const classOf = Int32Array.from(rows, ({ className }) => names.indexOf(className));
  const series = names.map(() => new Float64Array(draws.rounds));
  const rounds = new Float64Array(draws.rounds);
  const sums = new Float64Array(names.length);
  const weights = new Float64Array(names.length);
  const add = (weightOf: (place: number) => number) => {
    sums.fill(0);
    weights.fill(0);
    for (let place = 0; place < rows.length; place++) {
      const weight = weightOf(place);
      sums[classOf[place]!]! += weight * rows[place]!.value;
      weights[classOf[place]!]! += weight;
    }
    return sums.reduce((sum, each) => sum + each, 0) / weights.reduce((sum, each) => sum + each, 0);
  };
  patients.draw(draws, (copies, round) => {
    rounds[round] = add(place => copies[patients.numbers[place]!]!);
    for (const [index, values] of series.entries()) values[round] = sums[index]! / weights[index]!;
  });
  const value = add(() => 1);
  const classes = names.map((name, index) => {
    return [name, { value: sums[index]! / weights[index]!, ...percentileInterval(series[index]!) }] as const;
  });
  return {
    value,
    ...percentileInterval(rounds),
    rounds,
    n: rows.length,
    patients: patients.count,
    classes: Object.fromEntries(classes),
  };
}

/** The patients of some samples, and their draws: other patients are drawn apart, the same ones always alike. */
class Patients {
  readonly numbers: Int32Array;
  readonly count: number;
  readonly #name: string;

  constructor(samples: readonly { readonly id: string; readonly patient: string }[]) {
    const { numbers, count } = patientNumbers(samples);
    this.numbers = numbers;
    this.count = count;
    const names = samples.map(({ id, patient }) => (patient === '' ? `sample ${id}` : `patient ${patient}`));
    this.#name = sha256([...new Set(names)].sort().join('\n'));
  }

  draw({ rounds, seed }: Draws, visit: (copies: Int32Array, round: number) => void): void {
    // 52 bits: a whole number that a double holds.
    const own = Number.parseInt(sha256(`${seed} ${this.#name}`).slice(0, 13), 16);
    bootstrapRounds({ groups: this.count, rounds, seed: own }, visit);
  }
}
