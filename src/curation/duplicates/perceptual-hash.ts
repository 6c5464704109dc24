import { shrink } from '../pixels/shrink.js';

/** Side of the thumbnail that a hash is made of, and how far around a cell its mean reaches. */
const SIDE = 20;
const REACH = 2;
/** Bits of a hash: one for each cell whose surroundings are whole. */
export const HASH_BITS = (SIDE - 2 * REACH) ** 2;
/** A hash as 32-bit words. */
export const HASH_WORDS = HASH_BITS / 32;

/**
 * What stays of a picture when it is scaled, compressed or brightened: for each cell of a thumbnail, whether it
 * is lighter than its surroundings. All chests share the coarse shades; this looks past them.
 * @returns {@link HASH_WORDS} words; bit i is bit i mod 32 of word i / 32.
 */
export function perceptualHash(pixels: Uint8Array, width: number, height: number): Uint32Array {
  const thumbnail = shrink(pixels, width, height, SIDE);
  const hash = new Uint32Array(HASH_WORDS);
  let bit = 0;
  for (let y = REACH; y < SIDE - REACH; y++) {
    for (let x = REACH; x < SIDE - REACH; x++, bit++) {
      let sum = 0;
      for (let dy = -REACH; dy <= REACH; dy++) {
        for (let dx = -REACH; dx <= REACH; dx++) sum += thumbnail[(y + dy) * SIDE + x + dx]!;
      }
      if (thumbnail[y * SIDE + x]! * (2 * REACH + 1) ** 2 > sum) hash[bit >> 5]! |= 1 << (bit & 31);
    }
  }
  return hash;
}

/** A hash as 64 hexadecimal digits, for files. */
export function hashToText(hash: Uint32Array): string {
  return Array.from(hash, word => word.toString(16).padStart(8, '0')).join('');
}

/** The hash that {@link hashToText} wrote. */
export function hashFromText(text: string): Uint32Array {
  return Uint32Array.from({ length: HASH_WORDS }, (_, word) =>
    Number.parseInt(text.slice(8 * word, 8 * word + 8), 16),
  );
}
