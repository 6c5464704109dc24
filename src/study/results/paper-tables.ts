import type { Estimate } from './estimates.js';
import type { TaskFamily } from './families.js';
import type { ArmResult, DifferenceResult, FamilyResult, StudyResults } from './results.js';

/** Arms and their differences over some tasks. */
interface Compared {
  readonly arms: Readonly<Record<string, ArmResult>>;
  readonly differences: Readonly<Record<string, DifferenceResult>>;
}

/** A family whose tasks stand apart as well, where results hold that. */
export type FamilyByTask = FamilyResult & {
  readonly byTask?: Readonly<
    Record<string, Compared & { readonly methods: Readonly<Record<string, Compared>> }>
  >;
};

/** One number of a table. */
export interface TableCell {
  readonly value: number;
  /** Undefined where several trainings were averaged and results hold no interval of their mean. */
  readonly interval: Pick<Estimate, 'low' | 'high'> | undefined;
  /** Among the arms of its method, in its column. Numbers that look the same share a place. */
  readonly place: 'best' | 'second' | undefined;
}

export interface TableRow {
  /** Undefined for the mean over methods. */
  readonly method: string | undefined;
  readonly arm: string;
  readonly title: string;
  readonly control: boolean;
  readonly cells: readonly (TableCell | undefined)[];
}

/** A table as the paper lays it out: a row a method and arm, a column a task, and the mean of tasks where there are several. */
export interface PaperTable {
  readonly family: TaskFamily;
  /** Names of tasks; undefined for their mean. */
  readonly columns: readonly (string | undefined)[];
  readonly rows: readonly TableRow[];
}

/** A score of the unit interval in hundredths, as papers print it. */
export function hundredths(value: number): string {
  return Number.isNaN(value) ? '–' : (100 * value).toFixed(1);
}

/** `[58.0, 64.1]`, or nothing. */
export function intervalText(interval: TableCell['interval']): string {
  return interval === undefined ? '' : `[${hundredths(interval.low)}, ${hundredths(interval.high)}]`;
}

/** The tables of a study, one for each kind of task. */
export function paperTables(results: StudyResults): PaperTable[] {
  return results.families.map(family => {
    const { tasks } = family;
    const columns = tasks.length > 1 ? [...tasks, undefined] : tasks;
    const names = Object.keys(family.methods);
    const methods = names.length > 1 ? [...names, undefined] : names;
    const rows = methods.flatMap(method => {
      const of = method === undefined ? family : family.methods[method]!;
      const armed = Object.entries(of.arms);
      const found = columns.map(task => armed.map(([arm]) => estimateOf(results, family, arm, method, task)));
      const places = found.map(placesOf);
      return armed.map(([arm, { title, control }], row): TableRow => {
        const cells = found.map((column, index) => {
          const cell = column[row];
          return cell === undefined ? undefined : { ...cell, place: places[index]![row] };
        });
        return { method, arm, title, control, cells };
      });
    });
    return { family: family.family, columns, rows };
  });
}

function estimateOf(
  { scores }: StudyResults,
  family: FamilyByTask,
  arm: string,
  method: string | undefined,
  task: string | undefined,
): Omit<TableCell, 'place'> | undefined {
  const whole = task === undefined || family.tasks.length === 1 ? family : family.byTask?.[task];
  const known = (method === undefined ? whole : whole?.methods[method])?.arms[arm];
  if (known !== undefined) return { value: known.value, interval: known };
  const rows = scores.filter(
    row => row.arm === arm && row.task === task && (method === undefined || row.method === method),
  );
  if (rows.length === 0) return undefined;
  const value = rows.reduce((sum, row) => sum + row.value, 0) / rows.length;
  return { value, interval: rows.length === 1 ? rows[0] : undefined };
}

function placesOf(cells: readonly (Omit<TableCell, 'place'> | undefined)[]): TableCell['place'][] {
  const shown = cells.map(cell => Number.parseFloat(hundredths(cell?.value ?? Number.NaN)));
  const order = [...new Set(shown.filter(value => !Number.isNaN(value)))].sort((a, b) => b - a);
  // Of one arm, or of equal ones, none is best; of two, naming the second says nothing.
  if (order.length < 2) return shown.map(() => undefined);
  const isRanked = shown.filter(value => !Number.isNaN(value)).length > 2;
  return shown.map(value => {
    if (value === order[0]) return 'best';
    return isRanked && value === order[1] ? 'second' : undefined;
  });
}

/** What stands in a row of differences: the family's mean, then that of each method. */
export interface DifferenceRow {
  readonly family: TaskFamily;
  readonly all: DifferenceResult;
  readonly methods: readonly { readonly method: string; readonly difference: DifferenceResult | undefined }[];
}

/** All differences of a study, those of the headline first. */
export function differenceRows({ families }: StudyResults): DifferenceRow[] {
  return families.flatMap(({ family, differences, methods }) =>
    Object.entries(differences).map(([name, all]) => ({
      family,
      all,
      methods: Object.entries(methods).map(([method, of]) => ({ method, difference: of.differences[name] })),
    })),
  );
}
