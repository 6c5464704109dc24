import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { Random } from '../../base/index.js';
import { decodeGrey } from '../../data/index.js';
import { chest, SIDE } from '../testing/chest.js';
import {
  DUPLICATE_DISTANCE,
  DuplicateIndex,
  HASH_BITS,
  HASH_WORDS,
  hashFromText,
  hashToText,
  perceptualHash,
} from './index.js';
import { StringTable } from './string-table.js';

const word = (random: Random) => random.integer(2 ** 16) * 2 ** 16 + random.integer(2 ** 16);
const draw = (random: Random) => Uint32Array.from({ length: HASH_WORDS }, () => word(random));

/** The hash with some bits turned. */
function flipped(hash: Uint32Array, bits: readonly number[]): Uint32Array {
  const copy = hash.slice();
  for (const bit of bits) copy[bit >> 5]! ^= 1 << (bit & 31);
  return copy;
}

describe('DuplicateIndex', () => {
  it('finds the nearest hash within the distance, whichever bits differ, and none beyond it', () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 0, max: 20 }), (seed, flips) => {
        const random = Random.of(seed, 'hash');
        const index = new DuplicateIndex();
        const hash = draw(random);
        for (let other = 0; other < 20; other++) index.add(`other ${other}`, draw(random));
        index.add('one', hash);
        const near = flipped(hash, random.shuffle([...Array(HASH_BITS).keys()]).slice(0, flips));
        const expected = flips <= DUPLICATE_DISTANCE ? { id: 'one', distance: flips } : undefined;
        expect(index.find(near)).toEqual(expected);
      }),
      { numRuns: 200 },
    );
  });

  it('finds what a search through all finds, when its tables have grown', () => {
    const random = Random.of(3, 'many');
    const index = new DuplicateIndex();
    const hashes: Uint32Array[] = [];
    // Few bits vary, so that many hashes share parts and some lie near each other.
    const base = draw(random);
    for (let number = 0; number < 2500; number++) {
      const hash = flipped(
        base,
        Array.from({ length: 14 }, () => random.integer(HASH_BITS)),
      );
      hashes.push(hash);
      index.add(`n${number}`, hash);
    }
    expect(index.size).toBe(2500);
    for (let ask = 0; ask < 30; ask++) {
      const near = flipped(
        hashes[ask * 80]!,
        Array.from({ length: 9 }, () => random.integer(HASH_BITS)),
      );
      let [least, nearest] = [DUPLICATE_DISTANCE + 1, -1];
      for (const [number, hash] of hashes.entries()) {
        const distance = hash.reduce((sum, value, at) => {
          return sum + ones(value ^ near[at]!);
        }, 0);
        if (distance < least) [least, nearest] = [distance, number];
      }
      expect(index.find(near)).toEqual(nearest < 0 ? undefined : { id: `n${nearest}`, distance: least });
    }
  });

  it('knows a picture that was scaled, compressed or brightened from another one', async () => {
    const { pixels } = chest(1);
    const raw = { raw: { width: SIDE, height: SIDE, channels: 1 as const } };
    const index = new DuplicateIndex();
    index.add('one', perceptualHash(pixels, SIDE, SIDE));
    const copies = [
      await sharp(pixels, raw).jpeg({ quality: 50 }).toBuffer(),
      await sharp(pixels, raw).resize(100).png().toBuffer(),
      await sharp(pixels, raw).linear(0.7, 30).png().toBuffer(),
    ];
    for (const copy of copies) {
      const picture = await decodeGrey(copy, { source: 'copy' });
      expect(index.find(perceptualHash(picture.pixels, picture.width, picture.height))?.id).toBe('one');
    }
    expect(index.find(perceptualHash(chest(2).pixels, SIDE, SIDE))).toBeUndefined();
  });
});

function ones(value: number): number {
  return (value >>> 0).toString(2).replaceAll('0', '').length;
}

describe('hashes and ids', () => {
  it('hashes survive being written as text', () => {
    fc.assert(
      fc.property(fc.uint32Array({ minLength: HASH_WORDS, maxLength: HASH_WORDS }), hash => {
        const text = hashToText(hash);
        expect(text).toMatch(/^[0-9a-f]{64}$/);
        expect(hashFromText(text)).toEqual(Uint32Array.from(hash));
      }),
    );
  });

  it('a table of strings gives back what was put in, of any length', () => {
    const table = new StringTable();
    const texts = [
      '',
      'a',
      'ß 漢字',
      'x'.repeat(5_000_000),
      ...Array.from({ length: 3000 }, (_, n) => `id ${n}`),
    ];
    for (const [place, text] of texts.entries()) expect(table.add(text)).toBe(place);
    expect(texts.every((text, place) => table.get(place) === text)).toBe(true);
  });
});
