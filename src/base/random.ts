import { hash } from 'node:crypto';

/** Anything that names a stream of random numbers: a seed, a sample id, the name of a stage. */
export type StreamKey = string | number;

/**
 * A stream of pseudo-random numbers that belongs to a name and not to a worker.
 *
 * The state is the SHA-256 of the keys, so streams of different keys are independent, and the same keys
 * give the same stream on any machine in any order. The generator is xoshiro128** (Blackman and Vigna,
 * "Scrambled linear pseudorandom number generators", 2018): 32-bit arithmetic only, exact in JavaScript.
 */
export class Random {
  #a: number;
  #b: number;
  #c: number;
  #d: number;
  /** Second value of the last pair of normals (Box-Muller makes two at a time). */
  #spare: number | undefined;
  readonly #name: string;

  private constructor(name: string) {
    this.#name = name;
    const digest = hash('sha256', name, 'buffer');
    this.#a = digest.readInt32LE(0);
    this.#b = digest.readInt32LE(4);
    this.#c = digest.readInt32LE(8);
    // The all-zero state is the one fixed point of the generator.
    this.#d = digest.readInt32LE(12) | 1;
  }

  /** The stream of these keys. `Random.of(7, 'a')` and `Random.of('7', 'a')` are different streams. */
  static of(...keys: readonly StreamKey[]): Random {
    return new Random(JSON.stringify(keys));
  }

  /** A stream of its own for a part of the work; drawing from it does not move this one. */
  fork(...keys: readonly StreamKey[]): Random {
    return new Random(`${this.#name}/${JSON.stringify(keys)}`);
  }

  /** A whole number in [0, 2^32). */
  bits(): number {
    const scrambled = Math.imul(this.#b, 5);
    const result = Math.imul((scrambled << 7) | (scrambled >>> 25), 9) >>> 0;
    const shifted = this.#b << 9;
    this.#c ^= this.#a;
    this.#d ^= this.#b;
    this.#b ^= this.#c;
    this.#a ^= this.#d;
    this.#c ^= shifted;
    this.#d = (this.#d << 11) | (this.#d >>> 21);
    return result;
  }

  /** Fills a list with the next whole numbers in [0, 2^32), as `bits` gives them one at a time. */
  words(result: Uint32Array): Uint32Array {
    let a = this.#a;
    let b = this.#b;
    let c = this.#c;
    let d = this.#d;
    for (let at = 0; at < result.length; at++) {
      const scrambled = Math.imul(b, 5);
      result[at] = Math.imul((scrambled << 7) | (scrambled >>> 25), 9);
      const shifted = b << 9;
      c ^= a;
      d ^= b;
      b ^= c;
      a ^= d;
      c ^= shifted;
      d = (d << 11) | (d >>> 21);
    }
    this.#a = a;
    this.#b = b;
    this.#c = c;
    this.#d = d;
    return result;
  }

  /** A number in [0, 1) with 53 random bits. */
  next(): number {
    return ((this.bits() >>> 5) * 67_108_864 + (this.bits() >>> 6)) / 9_007_199_254_740_992;
  }

  /** A number in [low, high). */
  uniform(low: number, high: number): number {
    return low + (high - low) * this.next();
  }

  /** A draw from the normal distribution. */
  normal(mean = 0, deviation = 1): number {
    if (this.#spare !== undefined) {
      const spare = this.#spare;
      this.#spare = undefined;
      return mean + deviation * spare;
    }
    const radius = Math.sqrt(-2 * Math.log(1 - this.next()));
    const angle = 2 * Math.PI * this.next();
    this.#spare = radius * Math.sin(angle);
    return mean + deviation * radius * Math.cos(angle);
  }

  /** A normal draw kept within `limit` deviations of the mean by drawing again. */
  truncatedNormal(mean: number, deviation: number, limit = 2): number {
    for (;;) {
      const value = this.normal();
      if (Math.abs(value) <= limit) return mean + deviation * value;
    }
  }

  /** A whole number in [0, count). */
  integer(count: number): number {
    return Math.floor(this.next() * count);
  }

  /** True with this probability. */
  chance(probability: number): boolean {
    return this.next() < probability;
  }

  /** One of the items, all equally likely. The list must not be empty. */
  pick<T>(items: readonly T[]): T {
    if (items.length === 0) throw new RangeError('cannot pick from an empty list');
    return items[this.integer(items.length)]!;
  }

  /** One of the keys, as likely as its weight (weights need not add up to one). */
  weighted<K extends string>(weights: Readonly<Record<K, number>>): K {
    const entries = Object.entries(weights) as [K, number][];
    let rest = this.next() * entries.reduce((sum, [, weight]) => sum + weight, 0);
    for (const [key, weight] of entries) {
      rest -= weight;
      if (rest < 0) return key;
    }
    return entries.at(-1)![0];
  }

  /** The same items in random order, in a new list (Fisher-Yates). */
  shuffle<T>(items: readonly T[]): T[] {
    const result = items.slice();
    for (let last = result.length - 1; last > 0; last--) {
      const other = this.integer(last + 1);
      [result[last], result[other]] = [result[other]!, result[last]!];
    }
    return result;
  }
}
