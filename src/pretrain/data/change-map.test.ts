import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CHANGE_CELLS, packChangeMap, unpackChangeMaps } from './change-map.js';

const CELLS = CHANGE_CELLS * CHANGE_CELLS;
const maps = fc.array(
  fc.array(fc.tuple(fc.nat(CELLS - 1), fc.nat(255)), { maxLength: 20 }).map(cells => {
    const map = new Uint8Array(CELLS);
    for (const [cell, change] of cells) map[cell] = change;
    return map;
  }),
  { minLength: 1, maxLength: 4 },
);

describe('packChangeMap', () => {
  it('loses nothing of any maps', () => {
    fc.assert(
      fc.property(maps, all => {
        const laid = new Uint8Array(all.length * CELLS);
        unpackChangeMaps(Buffer.concat(all.map(packChangeMap)), laid);
        expect(laid).toEqual(new Uint8Array(Buffer.concat(all)));
      }),
    );
  });

  it('keeps only the part that changed', () => {
    const map = new Uint8Array(CELLS);
    map[5 * CHANGE_CELLS + 3] = 9;
    map[6 * CHANGE_CELLS + 4] = 8;
    expect([...packChangeMap(map)]).toEqual([3, 5, 2, 2, 9, 0, 0, 8]);
    expect([...packChangeMap(new Uint8Array(CELLS))]).toEqual([0, 0, 0, 0]);
  });

  it('refuses bytes that are no maps', () => {
    for (const bytes of [[], [1, 2], [30, 0, 5, 1, 1, 1, 1, 1, 1], [0, 0, 2, 2, 1, 1]])
      expect(() => unpackChangeMaps(Uint8Array.from(bytes), new Uint8Array(CELLS))).toThrow(/no change map/);
  });
});
