import type { Random } from '../../../base/index.js';

/** Choices with weights, drawn with one number each. */
export class Weighted<T> {
  readonly items: readonly T[];
  readonly #upTo: Float64Array;

  /** @param entries - Items with weights above 0; the first is the plain choice. Must not be empty. */
  constructor(entries: readonly (readonly [item: T, weight: number])[]) {
    if (entries.length === 0) throw new RangeError('cannot draw from an empty list');
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
