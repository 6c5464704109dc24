import { Random } from '../../base/index.js';

/** Whose turn it is. */
export interface Turn {
  /** Number of the data set. */
  readonly source: number;
  /** How many turns it had before. */
  readonly position: number;
}

/**
 * Deals turns to data sets by their weights, as evenly as whole numbers allow: after n turns the first data set had
 * ⌊n·share + offset⌋ of them, the second as much of what was left by its share of that, and so on. So every
 * stretch of turns holds the weights to within one turn a data set, and no turn needs those before it. Offsets come
 * from the seed.
 */
export class Mixture {
  /** Of each data set its share of what those before it leave, and its offset in [0, 1). */
  readonly #cuts: readonly { readonly share: number; readonly offset: number }[];

  /** @param weights - One for each data set, above 0. */
  constructor(weights: readonly number[], seed: number) {
    let left = weights.reduce((sum, weight) => sum + weight, 0);
    this.#cuts = weights.map((weight, source) => {
      // The last one takes all that is left: no rounding of sums may leave a turn to nobody.
      const share = source === weights.length - 1 ? 1 : weight / left;
      left -= weight;
      return { share, offset: Random.of(seed, 'mixture', source).next() };
    });
  }

  /** @param turn - 0 for the very first. */
  at(turn: number): Turn {
    let place = turn;
    for (const [source, { share, offset }] of this.#cuts.entries()) {
      if (share === 1) return { source, position: place };
      const before = Math.floor(place * share + offset);
      if (Math.floor((place + 1) * share + offset) > before) return { source, position: before };
      place -= before;
    }
    throw new RangeError('a mixture of nothing');
  }
}
