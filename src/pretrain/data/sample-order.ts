import { keyedPermutation, type Permutation, Random } from '../../base/index.js';

/** One draw of training: which sample, and which time it comes up. */
export interface Draw {
  /** Index in the data set. */
  readonly index: number;
  /** 0 on the first pass over the data set. */
  readonly epoch: number;
}

/**
 * The order in which the samples of a data set come up: every sample once an epoch, in another order each time, by
 * seed and epoch. A function of the position alone, so that a run can go on anywhere; needs no memory and no shuffling,
 * however many samples there are.
 */
export class SampleOrder {
  readonly #count: number;
  readonly #keys: readonly (string | number)[];
  #epoch = -1;
  #order: Permutation | undefined;

  /**
   * @param count - Number of samples, 1 to 2^30.
   * @param keys - Name the order: a seed, and the number of the data set.
   */
  constructor(count: number, ...keys: readonly (string | number)[]) {
    this.#count = count;
    this.#keys = keys;
  }

  /** @param position - 0 for the very first draw of a run. */
  at(position: number): Draw {
    const epoch = Math.floor(position / this.#count);
    if (this.#order === undefined || epoch !== this.#epoch) {
      this.#order = keyedPermutation(this.#count, Random.of(...this.#keys, 'order', epoch));
      this.#epoch = epoch;
    }
    return { index: this.#order.at(position % this.#count), epoch };
  }
}
