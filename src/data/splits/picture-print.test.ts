import { createHash } from 'node:crypto';
import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { Random, sha256 } from '../../base/index.js';
import { decodeStored, encodePng } from '../images.js';
import { groupsAlike } from './alike.js';
import { readPrint } from './picture-print.js';

function noise(count: number, seed: string): Uint8Array {
  const random = Random.of(3, seed);
  return Uint8Array.from({ length: count }, () => random.integer(256));
}

describe('the prints of a picture', () => {
  it('are of its bytes, and of its values in a form that anyone can make', async () => {
    const pixels = noise(20 * 30, 'a');
    const bytes = await encodePng(pixels, 20, 30);
    const print = await readPrint(bytes);
    expect(print.file).toBe(sha256(bytes));
    expect(print.pixels).toBe(createHash('sha256').update('20x30x1x8:').update(pixels).digest('hex'));
    const deep = Uint16Array.from(pixels, value => value * 13);
    const expected = createHash('sha256')
      .update('20x30x1x16:')
      .update(Buffer.from(deep.buffer))
      .digest('hex');
    expect((await readPrint(await encodePng(deep, 20, 30))).pixels).toBe(expected);
  });

  it('do not depend on how the same values are stored', async () => {
    const pixels = noise(24 * 16, 'b');
    const grey = sharp(pixels, { raw: { width: 24, height: 16, channels: 1 } });
    const files = [
      await grey.clone().toColourspace('b-w').png({ compressionLevel: 9 }).toBuffer(),
      await grey.clone().toColourspace('b-w').tiff({ compression: 'deflate' }).toBuffer(),
      await grey.clone().toColourspace('srgb').png().toBuffer(),
      await grey.clone().toColourspace('srgb').ensureAlpha().png().toBuffer(),
    ];
    const prints = await Promise.all(files.map(file => readPrint(new Uint8Array(file))));
    expect(new Set(prints.map(print => print.pixels)).size).toBe(1);
    expect(new Set(prints.map(print => print.file)).size).toBe(4);
    const coloured = await sharp(noise(24 * 16 * 3, 'c'), { raw: { width: 24, height: 16, channels: 3 } })
      .png()
      .toBuffer();
    const stored = await decodeStored(new Uint8Array(coloured), { source: 'x.png' });
    expect(stored).toMatchObject({ channels: 3, values: noise(24 * 16 * 3, 'c') });
  });

  it('are none but the bytes for what is no picture', async () => {
    expect(await readPrint(Uint8Array.of(1, 2))).toEqual({
      file: sha256(Uint8Array.of(1, 2)),
      pixels: null,
      look: null,
    });
  });
});

describe('groupsAlike', () => {
  async function* numbered(looks: readonly string[]): AsyncGenerator<[number, string]> {
    for (const [n, look] of looks.entries()) yield [n, look];
  }

  it('finds just the pairs that comparing all with all would', async () => {
    const base = fc
      .uint8Array({ minLength: 16, maxLength: 16 })
      .filter(bytes => bytes.some(byte => byte !== 0));
    const flips = fc.array(fc.array(fc.nat(127), { maxLength: 5 }), { minLength: 1, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(base, flips, async (bytes, all) => {
        const looks = all.map(bits => {
          const copy = Buffer.from(bytes);
          for (const bit of bits) copy[bit >> 3]! ^= 1 << (bit & 7);
          return copy;
        });
        fc.pre(looks.every(look => look.some(byte => byte !== 0)));
        const apart = (a: Buffer, b: Buffer) =>
          [...a].reduce((sum, byte, at) => sum + (byte ^ b[at]!).toString(2).replaceAll('0', '').length, 0);
        // Groups by growing: what is near a member belongs.
        const group = looks.map((_, at) => at);
        for (let round = 0; round < looks.length; round++) {
          for (const [i, a] of looks.entries()) {
            for (const [j, b] of looks.entries()) {
              if (apart(a, b) <= 3) group[i] = group[j] = Math.min(group[i]!, group[j]!);
            }
          }
        }
        const expected = [...new Set(group)]
          .map(root => group.flatMap((own, at) => (own === root ? [at] : [])))
          .filter(members => members.length > 1);
        const found = await groupsAlike(numbered(looks.map(look => look.toString('hex'))));
        const sorted = (groups: number[][]) =>
          groups.map(members => members.toSorted((a, b) => a - b)).sort((a, b) => a[0]! - b[0]!);
        expect(sorted(found)).toEqual(sorted(expected));
      }),
      { numRuns: 100 },
    );
  });
});
