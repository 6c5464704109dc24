import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { InputError } from '../../base/index.js';
import { decodeGrey, encodePng } from '../images.js';
import { regionsOf, structuresOf } from './import-dataset-masks.js';
import type { SourceMask } from './importer.js';

let home: string;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'synray-masks-'));
});
afterAll(() => rm(home, { recursive: true }));

const runs = (label: string, size: readonly [number, number], list: readonly number[]): SourceMask => ({
  label,
  shape: { kind: 'runs', size, runs: list },
});
const polygons = (
  label: string,
  size: readonly [number, number],
  ...list: readonly (readonly number[])[]
): SourceMask => ({ label, shape: { kind: 'polygons', size, polygons: list } });

async function pixelsOf(mask: Uint8Array | null): Promise<Uint8Array> {
  return (await decodeGrey(mask!, { source: 'mask' })).pixels;
}

describe('masks of a source', () => {
  it('reads runs down the columns, and gives the box of what they cover', async () => {
    // 4 wide, 3 high: the second column whole, and the top of the third.
    const [region] = await regionsOf([], [runs('x', [4, 3], [3, 3, 6, 1])], [4, 3], 'a.png');
    expect([...(await pixelsOf(region!.mask))].map(value => value / 255)).toEqual([
      ...[0, 1, 1, 0],
      ...[0, 1, 0, 0],
      ...[0, 1, 0, 0],
    ]);
    expect(region).toMatchObject({ concept: 'x', box: [0.25, 0, 0.75, 1] });
  });

  it('gives back any mask that was written as runs', async () => {
    const any = fc
      .tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 }))
      .chain(([w, h]) =>
        fc.tuple(
          fc.constant([w, h] as const),
          fc.array(fc.boolean(), { minLength: w * h, maxLength: w * h }),
        ),
      );
    await fc.assert(
      fc.asyncProperty(any, async ([[width, height], inside]) => {
        const list: number[] = [];
        for (let x = 0, at = 0; x < width; x++) {
          for (let y = 0; y < height; y++, at++) if (inside[y * width + x]) list.push(at, 1);
        }
        const found = await structuresOf([runs('s', [width, height], list)], [width, height], 'a.png');
        if (!inside.includes(true)) {
          expect(found).toEqual([]);
          return;
        }
        expect([...(await pixelsOf(found[0]!.mask))]).toEqual(inside.map(value => (value ? 255 : 0)));
      }),
      { numRuns: 40 },
    );
  });

  it('fills outlines by pixel centres, scaled to the picture, and joins masks of one label', async () => {
    const square = polygons('x', [8, 8], [2, 2, 6, 2, 6, 6, 2, 6]);
    const dot = polygons('x', [4, 4], [0, 0, 1, 0, 1, 1, 0, 1]);
    const found = await regionsOf([], [square, dot], [4, 4], 'a.png');
    expect(found).toHaveLength(1);
    expect([...(await pixelsOf(found[0]!.mask))].map(value => value / 255)).toEqual([
      ...[1, 0, 0, 0],
      ...[0, 1, 1, 0],
      ...[0, 1, 1, 0],
      ...[0, 0, 0, 0],
    ]);
    expect(found[0]!.box).toEqual([0, 0, 0.75, 0.75]);
  });

  it('has the area of any outline to within its rim', async () => {
    const corner = fc.double({ min: 0, max: 64, noNaN: true });
    await fc.assert(
      fc.asyncProperty(corner, corner, corner, corner, corner, corner, async (...c) => {
        const area = Math.abs((c[2] - c[0]) * (c[5] - c[1]) - (c[4] - c[0]) * (c[3] - c[1])) / 2;
        const rim =
          Math.hypot(c[2] - c[0], c[3] - c[1]) +
          Math.hypot(c[4] - c[2], c[5] - c[3]) +
          Math.hypot(c[0] - c[4], c[1] - c[5]);
        const [found] = await structuresOf([polygons('t', [64, 64], c)], [64, 64], 'a.png');
        const inside = found === undefined ? 0 : (await pixelsOf(found.mask)).filter(v => v > 0).length;
        expect(Math.abs(inside - area)).toBeLessThanOrEqual(rim + 1);
      }),
      { numRuns: 60 },
    );
  });

  it('reads mask files of another size, and of 0 and 1', async () => {
    const file = join(home, 'half.png');
    await writeFile(file, await encodePng(Uint8Array.from([0, 1, 0, 1]), 2, 2));
    const [found] = await structuresOf([{ label: 'heart', shape: { kind: 'file', file } }], [4, 4], 'a.png');
    expect(found!.name).toBe('heart');
    expect([...(await pixelsOf(found!.mask)).subarray(0, 4)]).toEqual([0, 0, 255, 255]);
  });

  it('keeps a box beside a mask of its label only where the mask does not lie in it', async () => {
    const box = (label: string, x: number) => ({
      label,
      pixels: [x, 0, 2, 2] as const,
      drawnOn: undefined,
    });
    const mask = polygons('mass', [8, 8], [0, 0, 2, 0, 2, 2, 0, 2]);
    const found = await regionsOf(
      [box('mass', 0), box('mass', 6), box('nodule', 0)],
      [mask],
      [8, 8],
      'a.png',
    );
    expect(found.map(({ concept, box: [x], mask: m }) => [concept, x, m !== null])).toEqual([
      ['mass', 0.75, false],
      ['nodule', 0, false],
      ['mass', 0, true],
    ]);
  });

  it('names what is wrong with a mask', async () => {
    const file = join(home, 'text.png');
    await writeFile(file, 'no picture');
    const cases: [RegExp, SourceMask][] = [
      [/leaves the picture/, runs('x', [4, 4], [15, 2])],
      [/start and no length/, runs('x', [4, 4], [1])],
      [/whole numbers/, runs('x', [4, 4], [-1, 2])],
      [/whole numbers/, runs('x', [4, 4], [Number.NaN, 2])],
      [/is none/, runs('x', [4e9, 4e9], [])],
      [/4 × 2 does not fit the picture of 4 × 4/, runs('x', [4, 2], [0, 1])],
      [/three corners/, polygons('x', [4, 4], [0, 0, 1, 1])],
      [/three corners/, polygons('x', [4, 4], [0, 0, 1, 1, Number.POSITIVE_INFINITY, 2])],
      [/the mask text\.png cannot be read: not a PNG/, { label: 'x', shape: { kind: 'file', file } }],
      [
        /the mask none\.png cannot be read/,
        { label: 'x', shape: { kind: 'file', file: join(home, 'none.png') } },
      ],
    ];
    for (const [message, mask] of cases) {
      const outcome = regionsOf([], [mask], [4, 4], 'a.png');
      await expect(outcome).rejects.toThrow(InputError);
      await expect(outcome).rejects.toThrow(message);
    }
  });
});
