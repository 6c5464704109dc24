import type { Map2 } from './raster.js';

/**
 * Maps that are used again from picture to picture and within one: at 256 pixels one picture needs some eighty,
 * and making and clearing away that many cost a tenth of its time. What is only needed for a while is lent
 * within a scope, so that the same few maps stay in the cache of the processor; all others are given back at
 * once when the next picture begins.
 */
class Arena {
  readonly #maps: Map2[] = [];
  #lent = 0;
  #length = 0;

  /** A map of this many pixels, all 0. */
  empty(length: number): Map2 {
    return this.#next(length).fill(0);
  }

  /** A copy of a map. */
  copy(map: Map2): Map2 {
    const other = this.#next(map.length);
    other.set(map);
    return other;
  }

  /** A map of this many pixels that holds anything. */
  any(length: number): Map2 {
    return this.#next(length);
  }

  /** Runs some work and takes back the maps that were lent to it: none of them may be used after. */
  scoped<T>(work: () => T): T {
    const lent = this.#lent;
    try {
      return work();
    } finally {
      this.#lent = lent;
    }
  }

  /**
   * Takes all maps back, before a picture whose maps have this length: whoever still holds one will see it
   * change.
   */
  takeBack(length: number): void {
    this.#lent = 0;
    if (length === this.#length) return;
    // Another size of picture: the old maps are of no more use.
    this.#maps.length = 0;
    this.#length = length;
  }

  #next(length: number): Map2 {
    // Coarse grids are made anew: they are small.
    if (length !== this.#length || this.#lent >= most) return new Float32Array(length);
    let map = this.#maps[this.#lent];
    if (map === undefined) {
      map = new Float32Array(length);
      this.#maps[this.#lent] = map;
    }
    this.#lent++;
    return map;
  }
}

/** Beyond this many a picture's maps are not kept, so that memory stays bounded. */
const most = 96;

/** The maps of the picture that is being painted in this thread. */
export const arena = new Arena();
