import { Random } from '../../base/index.js';

/** Gives the rows of each step's batch: every row once before any comes again, in an order of the seed. */
export class Batches {
  readonly #rows: readonly number[];
  readonly #size: number;
  readonly #seed: number;
  #round = -1;
  #order: readonly number[] = [];

  constructor(rows: readonly number[], size: number, seed: number) {
    this.#rows = rows;
    this.#size = Math.min(size, rows.length);
    this.#seed = seed;
  }

  /** Depends on the step alone, whichever was asked for before. */
  of(step: number): number[] {
    return Array.from({ length: this.#size }, (_, place) => {
      const draw = step * this.#size + place;
      const round = Math.floor(draw / this.#rows.length);
      if (round !== this.#round) {
        this.#round = round;
        this.#order = Random.of(this.#seed, 'order', round).shuffle(this.#rows);
      }
      return this.#order[draw % this.#rows.length]!;
    });
  }
}
