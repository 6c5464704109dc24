import { Random } from '../../base/index.js';
import { meanOfKnown, percentileInterval } from '../../evaluate/index.js';

/** One score of one model, with what it would have been in each round of the bootstrap by patient. */
export interface Cell {
  readonly arm: string;
  readonly method: string;
  readonly seed: number;
  readonly task: string;
  readonly value: number;
  /** Round by round; all cells of the same patients saw the same draws. NaN where a round tells nothing. */
  readonly rounds: Float64Array;
}

/** A number with its 95 % interval. */
export interface Estimate {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** The difference of two arms. */
export interface DifferenceEstimate extends Estimate {
  /** Two-sided, from the same rounds. */
  readonly p: number;
}

/** Which scores are meant; everything where nothing is said. */
export interface Choice {
  readonly methods?: readonly string[] | undefined;
  readonly tasks?: readonly string[] | undefined;
}

/**
 * Means and differences of arms over methods, tasks and seeds. Each round draws patients with replacement, the same
 * for all models, and seeds with replacement, the same for all arms of a method, so that an interval holds what other
 * patients and other seeds would change. With one seed it holds the patients alone. Drawing among few seeds makes the
 * part of the seeds too small: by a third of its variance among three.
 */
export class Estimates {
  readonly #rounds: number;
  /** Arm → method → task → cells by seed, in the order of the seeds. */
  readonly #cells = new Map<string, Map<string, Map<string, Cell[]>>>();
  readonly #seed: number;

  constructor(cells: readonly Cell[], { rounds, seed }: { readonly rounds: number; readonly seed: number }) {
    this.#rounds = rounds;
    this.#seed = seed;
    for (const cell of [...cells].sort((a, b) => a.seed - b.seed)) {
      const methods = getOr(this.#cells, cell.arm, () => new Map<string, Map<string, Cell[]>>());
      const tasks = getOr(methods, cell.method, () => new Map<string, Cell[]>());
      getOr(tasks, cell.task, (): Cell[] => []).push(cell);
    }
  }

  /** The mean over the chosen methods and tasks that the arm has; undefined where it has none. */
  mean(arm: string, choice: Choice = {}): Estimate | undefined {
    const chosen = this.#chosen(arm, choice);
    if (chosen.length === 0) return undefined;
    return { value: point(chosen), ...percentileInterval(this.#series(chosen)) };
  }

  /** First less second over the methods, tasks and seeds that both have; undefined where there are none. */
  difference(first: string, second: string, choice: Choice = {}): DifferenceEstimate | undefined {
    const others = new Map(this.#chosen(second, choice).map(group => [group.name, group]));
    const pairs = this.#chosen(first, choice).flatMap(group => paired(group, others.get(group.name)));
    if (pairs.length === 0) return undefined;
    const [one, two] = [pairs.map(([group]) => group), pairs.map(([, group]) => group)];
    const [a, b] = [this.#series(one), this.#series(two)];
    const differences = a.map((value, round) => value - b[round]!);
    const known = differences.filter(value => !Number.isNaN(value));
    const smaller = Math.min(
      known.filter(value => value <= 0).length,
      known.filter(value => value >= 0).length,
    );
    return {
      value: point(one) - point(two),
      ...percentileInterval(differences),
      p: Math.min(1, (2 * (smaller + 1)) / (known.length + 1)),
    };
  }

  #chosen(arm: string, { methods, tasks }: Choice): Group[] {
    const groups: Group[] = [];
    for (const [method, byTask] of this.#cells.get(arm) ?? []) {
      if (methods !== undefined && !methods.includes(method)) continue;
      for (const [task, cells] of byTask) {
        if (tasks !== undefined && !tasks.includes(task)) continue;
        groups.push({ name: `${method}\n${task}`, method, cells });
      }
    }
    return groups.sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** The mean of the groups in each round. */
  #series(groups: readonly Group[]): Float64Array {
    const series = new Float64Array(this.#rounds);
    for (let round = 0; round < this.#rounds; round++) {
      series[round] = meanOfKnown(
        groups.map(({ method, cells }) => {
          // The trainings that this round draws: the same seeds for every task and every arm of a method.
          const random = Random.of(this.#seed, 'trainings', method, round);
          let sum = 0;
          for (let draw = 0; draw < cells.length; draw++) {
            sum += cells[cells.length === 1 ? 0 : random.integer(cells.length)]!.rounds[round]!;
          }
          return sum / cells.length;
        }),
      );
    }
    return series;
  }
}

/** The trainings of an arm and method with all seeds, as one task scored them. */
interface Group {
  readonly name: string;
  readonly method: string;
  readonly cells: readonly Cell[];
}

/** Both sides with the trainings of the seeds that both have. */
function paired(first: Group, second: Group | undefined): [Group, Group][] {
  const seedsOf = ({ cells }: Group) => new Set(cells.map(({ seed }) => seed));
  if (second === undefined) return [];
  const [one, two] = [seedsOf(first), seedsOf(second)];
  const of = (group: Group, seeds: ReadonlySet<number>) => {
    return { ...group, cells: group.cells.filter(({ seed }) => seeds.has(seed)) };
  };
  const [a, b] = [of(first, two), of(second, one)];
  return a.cells.length === 0 ? [] : [[a, b]];
}

function point(groups: readonly Group[]): number {
  return meanOfKnown(groups.map(({ cells }) => meanOfKnown(cells.map(({ value }) => value))));
}

function getOr<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const found = map.get(key);
  if (found !== undefined) return found;
  const made = make();
  map.set(key, made);
  return made;
}
