import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { parseAs, type Random } from '../../base/index.js';
import { NIH_LABELS } from '../../entities/index.js';

/** The view and the label set of a picture: bit n is label n of {@link LabelSets.labels}. */
export interface LabelledView {
  readonly view: 'PA' | 'AP';
  readonly labels: number;
}

/** Who the table tells apart. */
export interface Stratum {
  /** First year of the age band. */
  readonly band: number;
  readonly sex: 'F' | 'M';
}

interface Row extends LabelledView {
  readonly count: number;
}

/**
 * How often each set of labels was seen with each view in people of an age band and sex: the joint distribution, so
 * that sets are drawn as they occur together.
 */
export class LabelSets {
  readonly labels: readonly (typeof NIH_LABELS)[number][];
  readonly #rows: ReadonlyMap<string, readonly Row[]>;
  readonly #totals: ReadonlyMap<string, number>;

  /** @param text - The form of `tables/nih-label-sets.txt`. */
  constructor(text: string) {
    const [names = '', ...lines] = text.split('\n').filter(line => line !== '' && !line.startsWith('#'));
    this.labels = parseAs(z.array(z.enum(NIH_LABELS)), names.split(' '), 'label sets');
    this.#rows = new Map(
      lines.map(line => {
        const [band = '', sex = '', ...entries] = line.split(' ');
        return [`${band} ${sex}`, entries.map(rowOf)];
      }),
    );
    this.#totals = new Map([...this.#rows].map(([key, rows]) => [key, totalOf(rows)]));
  }

  /** The table of NIH ChestX-ray14. */
  static nih(): LabelSets {
    shipped ??= new LabelSets(readFileSync(new URL('./tables/nih-label-sets.txt', import.meta.url), 'utf8'));
    return shipped;
  }

  /** How many pictures of such people there are. */
  count(stratum: Stratum): number {
    return this.#totals.get(keyOf(stratum)) ?? 0;
  }

  /** Pictures by view and labels. */
  rows(stratum: Stratum): readonly Row[] {
    return this.#rows.get(keyOf(stratum)) ?? [];
  }

  /** A first picture. */
  draw(stratum: Stratum, random: Random): LabelledView {
    return pick(this.rows(stratum), this.count(stratum), random);
  }

  /**
   * A later picture of the same person: what is kept stays as it was, present or absent, and the rest is drawn as it
   * occurs with that. What is kept must be chosen without looking at the picture: then every picture of a series,
   * and not only the first, follows the table (a Gibbs step).
   */
  next(
    stratum: Stratum,
    before: LabelledView,
    kept: { readonly labels: number; readonly view: boolean },
    random: Random,
  ): LabelledView {
    const fitting = this.rows(stratum).filter(
      row => ((row.labels ^ before.labels) & kept.labels) === 0 && (!kept.view || row.view === before.view),
    );
    return pick(fitting, totalOf(fitting), random);
  }
}

let shipped: LabelSets | undefined;

function keyOf({ band, sex }: Stratum): string {
  return `${band} ${sex}`;
}

function rowOf(entry: string): Row {
  const match = /^([pa])([0-9a-z]+):(\d+)$/.exec(entry);
  if (match === null) throw new RangeError(`no view, set and count: ${entry}`);
  return {
    view: match[1] === 'p' ? 'PA' : 'AP',
    labels: Number.parseInt(match[2]!, 36),
    count: Number(match[3]),
  };
}

function totalOf(rows: readonly Row[]): number {
  return rows.reduce((sum, { count }) => sum + count, 0);
}

function pick(rows: readonly Row[], total: number, random: Random): LabelledView {
  let rest = random.next() * total;
  for (const { view, labels, count } of rows) {
    rest -= count;
    if (rest < 0) return { view, labels };
  }
  const { view, labels } = rows.at(-1)!;
  return { view, labels };
}
