import type { Random } from './random.js';

const ROUNDS = 8;

/** A random order of 0 … size-1 of which any place is computed alone, without the others. */
export interface Permutation {
  readonly size: number;
  /** What stands at a place, both in [0, size). */
  at(place: number): number;
}

/**
 * A keyed permutation of up to 2^30 things: a balanced Feistel network over the next power of four, walked
 * until it falls inside the range (Black and Rogaway, "Ciphers with Arbitrary Finite Domains", CT-RSA 2002).
 */
export function keyedPermutation(size: number, random: Random): Permutation {
  if (!Number.isInteger(size) || size < 1 || size > 2 ** 30)
    throw new RangeError(`no permutation of ${size}`);
  let halfBits = 1;
  while (4 ** halfBits < size) halfBits++;
  const half = 2 ** halfBits - 1;
  const keys = Uint32Array.from({ length: ROUNDS }, () => random.bits());

  function shuffleOnce(value: number): number {
    let left = value >>> halfBits;
    let right = value & half;
    for (let round = 0; round < ROUNDS; round++) {
      const mixed = left ^ (scramble(right ^ keys[round]!) & half);
      left = right;
      right = mixed;
    }
    return (left << halfBits) | right;
  }

  return {
    size,
    at(place) {
      let value = shuffleOnce(place);
      while (value >= size) value = shuffleOnce(value);
      return value;
    },
  };
}

/** The finaliser of MurmurHash3 (Appleby, public domain): every bit of the input moves every bit of the output. */
function scramble(value: number): number {
  let bits = value;
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}
