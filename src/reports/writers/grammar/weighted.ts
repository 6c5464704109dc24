import type { Random } from '../../../base/index.js';

/** Words or sentences with weights, as data. */
export type Weights = Readonly<Record<string, number>>;

/** Choices with weights, drawn with one number each. */
export class Weighted<T> {
  readonly items: readonly T[];
  readonly #entries: readonly (readonly [item: T, weight: number])[];
  readonly #upTo: Float64Array;

  /** @param entries - Items with weights above 0; the first is the plain choice. Must not be empty. */
  constructor(entries: readonly (readonly [item: T, weight: number])[]) {
    if (entries.length === 0) throw new RangeError('cannot draw from an empty list');
    this.#entries = entries;
    this.items = entries.map(([item]) => item);
    let sum = 0;
    this.#upTo = Float64Array.from(entries, ([, weight]) => {
      sum += weight;
      return sum;
    });
  }

  static of<K extends string>(weights: Readonly<Partial<Record<K, number>>>): Weighted<K> {
    return new Weighted(Object.entries(weights) as [K, number][]);
  }

  /** Only some of the choices; undefined if none is left. */
  filter(keep: (item: T) => boolean): Weighted<T> | undefined {
    const kept = this.#entries.filter(([item]) => keep(item));
    return kept.length === 0 ? undefined : new Weighted(kept);
  }

  get plain(): T {
    return this.items[0]!;
  }

  pick(random: Random): T {
    const at = random.next() * this.#upTo.at(-1)!;
    let index = 0;
    while (index < this.items.length - 1 && this.#upTo[index]! <= at) index++;
    return this.items[index]!;
  }
}
