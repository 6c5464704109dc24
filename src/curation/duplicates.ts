import { shrink } from './pixels/statistics.js';

/** Side of the thumbnail that a hash is made of, and how far around a cell its mean reaches. */
const SIDE = 20;
const REACH = 2;
/** Bits of a hash: one for each cell whose surroundings are whole. */
const BITS = (SIDE - 2 * REACH) ** 2;

/**
 * Hashes that differ in no more bits than this are of one picture. Measured on the 952 NIH pictures: JPEG at
 * quality 40, half the size, other brightness or a blur of 2 pixels change at most 5 bits; different pictures,
 * also of one patient, differ in 14 and more.
 */
export const DUPLICATE_DISTANCE = 10;

/** Among this many parts of a hash one is equal when at most DUPLICATE_DISTANCE bits differ. */
const PARTS = DUPLICATE_DISTANCE + 1;
const PART_BITS = Math.floor(BITS / PARTS);

/**
 * What stays of a picture when it is scaled, compressed or brightened: for each cell of a thumbnail, whether it
 * is lighter than its surroundings. All chests share the coarse shades; this looks past them.
 * @returns BITS values of 0 or 1.
 */
export function perceptualHash(pixels: Uint8Array, width: number, height: number): Uint8Array {
  const thumbnail = shrink(pixels, width, height, SIDE);
  const hash = new Uint8Array(BITS);
  let bit = 0;
  for (let y = REACH; y < SIDE - REACH; y++) {
    for (let x = REACH; x < SIDE - REACH; x++) {
      let sum = 0;
      for (let dy = -REACH; dy <= REACH; dy++) {
        for (let dx = -REACH; dx <= REACH; dx++) sum += thumbnail[(y + dy) * SIDE + x + dx]!;
      }
      hash[bit++] = thumbnail[y * SIDE + x]! * (2 * REACH + 1) ** 2 > sum ? 1 : 0;
    }
  }
  return hash;
}

/**
 * The pictures seen so far, found again by their hash. Looks only at those that share a part of the hash, so that
 * the time grows little with their number.
 */
export class DuplicateIndex {
  readonly #ids: string[] = [];
  readonly #hashes: Uint8Array[] = [];
  readonly #parts = new Map<number, number[]>();

  /** The nearest picture within DUPLICATE_DISTANCE. */
  find(hash: Uint8Array): { id: string; distance: number } | undefined {
    let nearest: { id: string; distance: number } | undefined;
    for (const key of partsOf(hash)) {
      for (const index of this.#parts.get(key) ?? []) {
        const distance = distanceOf(hash, this.#hashes[index]!);
        if (distance > DUPLICATE_DISTANCE || (nearest !== undefined && nearest.distance <= distance))
          continue;
        nearest = { id: this.#ids[index]!, distance };
      }
    }
    return nearest;
  }

  add(id: string, hash: Uint8Array): void {
    const index = this.#ids.length;
    this.#ids.push(id);
    this.#hashes.push(hash);
    for (const key of partsOf(hash)) {
      const list = this.#parts.get(key);
      if (list === undefined) this.#parts.set(key, [index]);
      else list.push(index);
    }
  }
}

/** The parts of a hash as numbers; the same bits in another part are another number. */
function partsOf(hash: Uint8Array): number[] {
  return Array.from({ length: PARTS }, (_, part) => {
    let key = part;
    for (let bit = part * PART_BITS; bit < (part + 1) * PART_BITS; bit++) key = key * 2 + hash[bit]!;
    return key * PARTS + part;
  });
}

function distanceOf(a: Uint8Array, b: Uint8Array): number {
  let distance = 0;
  for (let bit = 0; bit < BITS; bit++) distance += a[bit]! ^ b[bit]!;
  return distance;
}
