import { Random } from '../../base/index.js';

/** One draw of training: which sample, and which time it comes up. */
export interface Draw {
  /** Index in the data. */
  readonly index: number;
  /** 0 on the first pass over the data. */
  readonly epoch: number;
}

/**
 * The order in which samples come up: every sample once an epoch, shuffled anew each time by seed and epoch.
 * A function of the position alone, so that a run can go on anywhere.
 */
export class SampleOrder {
  readonly #count: number;
  readonly #seed: number;
  #epoch = -1;
  #order: Uint32Array;

  /** @param count - Number of samples, at least 1. */
  constructor(count: number, seed: number) {
    this.#count = count;
    this.#seed = seed;
    this.#order = new Uint32Array(count);
  }

  /** @param position - 0 for the very first draw of a run. */
  at(position: number): Draw {
    const epoch = Math.floor(position / this.#count);
    if (epoch !== this.#epoch) this.#shuffle(epoch);
    return { index: this.#order[position % this.#count]!, epoch };
  }

  #shuffle(epoch: number): void {
    const random = Random.of(this.#seed, 'order', epoch);
    const order = this.#order;
    for (let index = 0; index < order.length; index++) order[index] = index;
    for (let last = order.length - 1; last > 0; last--) {
      const other = random.integer(last + 1);
      const moved = order[last]!;
      order[last] = order[other]!;
      order[other] = moved;
    }
    this.#epoch = epoch;
  }
}
