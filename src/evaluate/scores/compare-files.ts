import { UsageError } from '../../base/index.js';
import { holm, pairedBootstrapMean } from '../metrics/index.js';
import { type AnyScores, findScoreFiles, readAnyScores } from './any-file.js';
import { type Compared, compareTables, matchNames, mismatch } from './compare.js';
import { type GroundedFinding, type GroundingTable, overlapsOf } from './grounding.js';
import type { MeasureOptions } from './measure.js';
import type { RankedQuery, RetrievalTable } from './retrieval.js';
import { patientsOf, type SegmentationTable, scoresOfShare } from './segmentation.js';
import { patientNumbers } from './table.js';

/** A difference with p-values corrected for the number of models, where there are more than two. */
export interface CorrectedDifference extends Compared {
  readonly holmP?: number | undefined;
  readonly deLongHolmP?: number | undefined;
}

/** The first model less another. */
export interface ModelComparison {
  /** The score file of the other model, and the model it names. */
  readonly file: string;
  readonly model: string;
  /** Of networks trained on shares of the labels: the per cent that both models are compared at. */
  readonly share?: number | undefined;
  /** By measure; the first is the one to look at. */
  readonly measures: Readonly<Record<string, CorrectedDifference>>;
  /** By class, of the first measure. */
  readonly classes: Readonly<Record<string, CorrectedDifference>>;
}

/** Models compared with the first, on the same samples. */
export interface ComparisonResult {
  readonly task: string;
  readonly data: string;
  readonly split: string;
  /** Samples, findings or queries. */
  readonly n: number;
  readonly of: 'samples' | 'findings' | 'queries';
  readonly patients: number;
  readonly seed: number;
  readonly rounds: number;
  readonly file: string;
  readonly model: string;
  readonly against: readonly ModelComparison[];
}

/** What one comparison finds, before corrections. */
interface Found {
  readonly n: number;
  readonly patients: number;
  readonly share?: number | undefined;
  readonly measures: Record<string, Compared>;
  readonly classes: Record<string, Compared>;
}

/**
 * Compares the models of score files (or results or folders, see `findScoreFiles`), all against the first: paired
 * bootstrap by patient; for AUCs DeLong's test as well. With more than two models p-values are corrected after Holm,
 * each measure and each class over the models.
 * @throws UsageError for fewer than two, InputError when they are not of the same task and samples.
 */
export async function compareFiles(
  given: readonly string[],
  options: MeasureOptions & { readonly task?: string | undefined },
): Promise<ComparisonResult> {
  if (given.length < 2) {
    throw new UsageError({ fault: 'there is nothing to compare with', mend: 'give two score files or more' });
  }
  const files = await findScoreFiles(given, options.task);
  const first = await readAnyScores(files[0]!);
  const found: { model: string; found: Found }[] = [];
  for (const file of files.slice(1)) {
    const other = await readAnyScores(file);
    found.push({ model: other.table.origin.model, found: compareScores(first, other, options) });
  }
  const { task, split, model } = first.table.origin;
  const correct = found.length > 1;
  const measures = corrected(
    found.map(each => each.found.measures),
    correct,
  );
  const classes = corrected(
    found.map(each => each.found.classes),
    correct,
  );
  const { n, patients } = found[0]!.found;
  return {
    task,
    data: scoredData(first),
    split,
    n,
    of: ROWS[first.form],
    patients,
    seed: options.seed,
    rounds: options.rounds,
    file: files[0]!,
    model,
    against: found.map((each, index) => ({
      file: files[index + 1]!,
      model: each.model,
      ...(each.found.share === undefined ? {} : { share: each.found.share }),
      measures: measures[index]!,
      classes: classes[index]!,
    })),
  };
}

/** What the rows of a score file are of. */
const ROWS = {
  classes: 'samples',
  grounding: 'findings',
  retrieval: 'queries',
  segmentation: 'samples',
} as const satisfies Record<AnyScores['form'], ComparisonResult['of']>;

/** The data set that was scored. */
function scoredData(scores: AnyScores): string {
  const { data } = scores.table.origin;
  return scores.form === 'segmentation' ? (scores.table.origin.test ?? data) : data;
}

/** Corrects each row over the models. */
function corrected(
  models: readonly Readonly<Record<string, Compared>>[],
  correct: boolean,
): Record<string, CorrectedDifference>[] {
  if (!correct) return models.map(rows => ({ ...rows }));
  const results = models.map((): Record<string, CorrectedDifference> => ({}));
  for (const name of new Set(models.flatMap(rows => Object.keys(rows)))) {
    const holmP = holm(models.map(rows => rows[name]?.p ?? Number.NaN));
    const deLongHolmP = holm(models.map(rows => rows[name]?.deLongP ?? Number.NaN));
    for (const [index, rows] of models.entries()) {
      const row = rows[name];
      if (row === undefined) continue;
      const deLong = row.deLongP === undefined ? {} : { deLongHolmP: deLongHolmP[index]! };
      results[index]![name] = { ...row, holmP: holmP[index]!, ...deLong };
    }
  }
  return results;
}

function compareScores(first: AnyScores, second: AnyScores, options: MeasureOptions): Found {
  const one = first.table.origin;
  const two = second.table.origin;
  if (first.form !== second.form || one.task !== two.task) {
    throw mismatch(`the first score file is of ${one.task}, the second of ${two.task}`);
  }
  if (first.form === 'grounding' && second.form === 'grounding') {
    return compareGrounding(first.table, second.table, options);
  }
  if (first.form === 'retrieval' && second.form === 'retrieval') {
    return compareRetrieval(first.table, second.table, options);
  }
  if (first.form === 'segmentation' && second.form === 'segmentation') {
    return compareSegmentation(first.table, second.table, options);
  }
  if (first.form === 'classes' && second.form === 'classes') {
    const { n, patients, means, classes } = compareTables(first.table, second.table, options);
    const { auc, ap, f1, accuracy } = means;
    const measures = {
      'mean AUC': auc,
      'mean average precision': ap,
      'mean F1': f1,
      'mean accuracy': accuracy,
    };
    return { n, patients, measures, classes };
  }
  throw mismatch('the score files are of different forms');
}

/** The mean of values of the same things under two models. */
function compareMeans(
  first: readonly number[],
  second: readonly number[],
  patients: { readonly numbers: Int32Array; readonly count: number },
  { seed, rounds }: MeasureOptions,
): Compared {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const bootstrap = { seed, rounds, groups: patients.count };
  return {
    ...pairedBootstrapMean(first, second, patients.numbers, bootstrap),
    first: mean(first),
    second: mean(second),
  };
}

function compareGrounding(first: GroundingTable, second: GroundingTable, options: MeasureOptions): Found {
  const a = overlapsOf(first, options.seed);
  const b = overlapsOf(second, options.seed);
  const nameOf = ({ id, className }: GroundedFinding) => `${id}: ${className}`;
  const placeOf = matchNames(a.measured.map(nameOf), b.measured.map(nameOf), 'findings');
  const values = {
    Dice: [a.overlaps, b.overlaps].map(overlaps => overlaps.map(({ dice }) => dice)),
    IoU: [a.overlaps, b.overlaps].map(overlaps => overlaps.map(({ iou }) => iou)),
    precision: [a.overlaps, b.overlaps].map(overlaps => overlaps.map(({ precision }) => precision)),
    recall: [a.overlaps, b.overlaps].map(overlaps => overlaps.map(({ recall }) => recall)),
    'pointing game': [a, b].map(({ measured }) => measured.map(({ inside }) => Number(inside))),
    CNR: [a, b].map(({ measured }) => measured.map(({ cnr }) => cnr)),
  };
  const others = a.measured.map(finding => placeOf.get(nameOf(finding))!);
  const compare = ([one, two]: number[][], places: readonly number[]) =>
    compareMeans(
      places.map(place => one![place]!),
      places.map(place => two![others[place]!]!),
      patientNumbers(places.map(place => a.measured[place]!)),
      options,
    );
  const all = a.measured.map((_, place) => place);
  const names = [...new Set(a.measured.map(({ className }) => className))];
  return {
    n: all.length,
    patients: patientNumbers(a.measured).count,
    measures: Object.fromEntries(Object.entries(values).map(([name, pair]) => [name, compare(pair, all)])),
    classes: Object.fromEntries(
      names.map(name => [
        name,
        compare(
          values.Dice,
          all.filter(place => a.measured[place]!.className === name),
        ),
      ]),
    ),
  };
}

function compareRetrieval(first: RetrievalTable, second: RetrievalTable, options: MeasureOptions): Found {
  const nameOf = ({ gallery, direction, id }: RankedQuery) => `${gallery} ${direction} ${id}`;
  const placeOf = matchNames(first.queries.map(nameOf), second.queries.map(nameOf), 'queries');
  const measures: Record<string, Compared> = {};
  for (const most of [1, 5, 10]) {
    for (const direction of ['picture to report', 'report to picture'] as const) {
      const own = first.queries.filter(query => query.direction === direction);
      const found = (queries: readonly RankedQuery[]) => queries.map(({ rank }) => Number(rank <= most));
      const other = own.map(query => second.queries[placeOf.get(nameOf(query))!]!);
      measures[`R@${most} ${direction}`] = compareMeans(
        found(own),
        found(other),
        patientNumbers(own),
        options,
      );
    }
  }
  return {
    n: first.queries.length,
    patients: patientNumbers(first.queries).count,
    measures,
    classes: {},
  };
}

/** By picture, at the largest share of the labels that both were trained on. */
function compareSegmentation(
  first: SegmentationTable,
  second: SegmentationTable,
  options: MeasureOptions,
): Found {
  const [one, two] = [first.origin.target, second.origin.target];
  if (one !== two) throw mismatch(`the first score file is of outlines of ${one}, the second of ${two}`);
  const [sharesOfFirst, sharesOfSecond] = [first, second].map(({ origin }) =>
    origin.shares.map(({ share }) => share),
  ) as [number[], number[]];
  const common = sharesOfFirst.filter(share => sharesOfSecond.includes(share));
  if (common.length === 0) {
    const named = [sharesOfFirst, sharesOfSecond].map(shares => `${shares.join(', ')} %`);
    throw mismatch(
      `no share of the labels was trained on in both: ${named[0]} in the first, ${named[1]} in the second`,
    );
  }
  const share = Math.max(...common);
  const own = scoresOfShare(first, share);
  const others = scoresOfShare(second, share);
  const namesOf = (scores: typeof own) => scores.map(({ sample }) => sample);
  const placeOf = matchNames(namesOf(own), namesOf(others), 'samples');
  const paired = own.map(({ sample }) => others[placeOf.get(sample)!]!);
  const patients = patientsOf(own);
  const compare = (measure: 'dice' | 'iou') =>
    compareMeans(
      own.map(score => score[measure]),
      paired.map(score => score[measure]),
      patients,
      options,
    );
  return {
    n: own.length,
    patients: patients.count,
    share,
    measures: { Dice: compare('dice'), IoU: compare('iou') },
    classes: {},
  };
}
