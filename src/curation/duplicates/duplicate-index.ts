import { HASH_BITS, HASH_WORDS } from './perceptual-hash.js';
import { StringTable } from './string-table.js';

/**
 * Hashes that differ in no more bits than this are of one picture. Measured on the 952 NIH pictures: JPEG at
 * quality 40, half the size, other brightness or a blur of 2 pixels change at most 5 bits; different pictures,
 * also of one patient, differ in 14 and more.
 */
export const DUPLICATE_DISTANCE = 10;

/** Among this many parts of a hash one is equal when at most DUPLICATE_DISTANCE bits differ. */
const PARTS = DUPLICATE_DISTANCE + 1;
const PART_BITS = Math.floor(HASH_BITS / PARTS);
/** Places of a table at the start and at most: a part has no more values. */
const FIRST_PLACES = 1 << 10;
const MOST_PLACES = 1 << PART_BITS;

/**
 * The pictures kept so far, found again by their hash: multi-index hashing (Norouzi, Punjani, Fleet, CVPR 2012). A
 * table for each part of the hash lists the pictures that share it; only those are compared, and none within the
 * distance is missed. Measured with hashes whose bits hang together as in pictures, of which one in a hundred is a near
 * copy (all were found): find and add take 11 µs each with 1 million and 30 µs each with 10 million, which is 5 minutes
 * in all; 10 million take 2.0 GB (198 bytes each: 76 and the id, with room to grow, and the tables of at most 4 bytes ×
 * 11 × 2^23), of which 1.5 GB were resident.
 *
 * Chains: a picture is compared with pictures that were kept, not with those that were refused. Where A is near B and
 * B near C but A not near C, the order A, B, C keeps A and C: nothing is refused for being like something that is not
 * in the set any more.
 */
export class DuplicateIndex {
  readonly #ids = new StringTable();
  #hashes = new Uint32Array(FIRST_PLACES * HASH_WORDS);
  /** The picture before it with the same place in a part's table, + 1; 0 for none. */
  #before = new Uint32Array(FIRST_PLACES * PARTS);
  #places = FIRST_PLACES;
  /** The last picture at each place of each part's table, + 1; 0 for none. */
  #last = new Uint32Array(FIRST_PLACES * PARTS);

  get size(): number {
    return this.#ids.size;
  }

  /** The nearest picture within DUPLICATE_DISTANCE; the first of them that was added. */
  find(hash: Uint32Array): { id: string; distance: number } | undefined {
    let nearest = -1;
    let least = DUPLICATE_DISTANCE + 1;
    for (let part = 0; part < PARTS; part++) {
      let next = this.#last[part * this.#places + placeOf(hash, 0, part, this.#places)]!;
      while (next > 0) {
        const index = next - 1;
        const distance = this.#distance(hash, index, least);
        if (distance < least || (distance === least && nearest >= 0 && index < nearest)) {
          least = distance;
          nearest = index;
        }
        next = this.#before[index * PARTS + part]!;
      }
    }
    return nearest < 0 ? undefined : { id: this.#ids.get(nearest), distance: least };
  }

  add(id: string, hash: Uint32Array): void {
    const index = this.#ids.add(id);
    if ((index + 1) * HASH_WORDS > this.#hashes.length) this.#grow();
    this.#hashes.set(hash, index * HASH_WORDS);
    this.#enter(index);
  }

  #enter(index: number): void {
    for (let part = 0; part < PARTS; part++) {
      const place = part * this.#places + placeOf(this.#hashes, index * HASH_WORDS, part, this.#places);
      this.#before[index * PARTS + part] = this.#last[place]!;
      this.#last[place] = index + 1;
    }
  }

  #grow(): void {
    const count = this.#hashes.length / HASH_WORDS;
    const [hashes, before] = [this.#hashes, this.#before];
    this.#hashes = new Uint32Array(2 * hashes.length);
    this.#hashes.set(hashes);
    this.#before = new Uint32Array(2 * before.length);
    if (this.#places >= MOST_PLACES) {
      this.#before.set(before);
      return;
    }
    this.#places *= 2;
    this.#last = new Uint32Array(this.#places * PARTS);
    for (let index = 0; index < count; index++) this.#enter(index);
  }

  /** Bits that differ; some number above `most` when more than that do. */
  #distance(hash: Uint32Array, index: number, most: number): number {
    let distance = 0;
    for (let word = 0; word < HASH_WORDS && distance <= most; word++) {
      distance += bitsOf(hash[word]! ^ this.#hashes[index * HASH_WORDS + word]!);
    }
    return distance;
  }
}

/**
 * The place of a part in its table. A part has every PARTS-th bit: neighbouring cells of a picture are alike, and parts
 * of neighbours would have few values.
 */
function placeOf(words: Uint32Array, start: number, part: number, places: number): number {
  let key = 0;
  for (let bit = part; bit < PARTS * PART_BITS; bit += PARTS) {
    key = (key << 1) | ((words[start + (bit >> 5)]! >>> (bit & 31)) & 1);
  }
  // Knuth's multiplicative hashing spreads keys that differ in few bits.
  return (Math.imul(key, 0x9e3779b1) >>> 8) & (places - 1);
}

/** How many bits of a 32-bit word are set. */
function bitsOf(word: number): number {
  let bits = word - ((word >>> 1) & 0x55555555);
  bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333);
  return Math.imul((bits + (bits >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
