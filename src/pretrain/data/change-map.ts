import { decodeGrey, type Region } from '../../data/index.js';

/** Cells across a change map. Coarser maps are made from it after augmentation. */
export const CHANGE_CELLS = 32;

const CELLS = CHANGE_CELLS * CHANGE_CELLS;

/** Bytes before a packed map's cells: left, top, width and height of what changed. */
const HEAD = 4;

/**
 * How much a finding changed each of 32 × 32 cells, 255 most; a region that is only a box counts as changed everywhere
 * in it.
 */
export async function changeMap(region: Region, source: string): Promise<Uint8Array> {
  const cells = CHANGE_CELLS;
  if (region.mask !== null) {
    const mask = await decodeGrey(region.mask, {
      size: cells,
      source: `${source}, mask of ${region.concept}`,
    });
    return mask.pixels;
  }
  const map = new Uint8Array(CELLS);
  const [left, top, right, bottom] = region.box.map(edge => edge * cells) as [number, number, number, number];
  const overlap = (cell: number, from: number, to: number) =>
    Math.max(0, Math.min(cell + 1, to) - Math.max(cell, from));
  for (let row = 0; row < cells; row++) {
    for (let column = 0; column < cells; column++) {
      map[row * cells + column] = Math.round(255 * overlap(row, top, bottom) * overlap(column, left, right));
    }
  }
  return map;
}

/** The part of a change map that is not 0, with its place: most findings change a small part of a picture. */
export function packChangeMap(map: Uint8Array): Uint8Array {
  let [left, top, right, bottom] = [CHANGE_CELLS, CHANGE_CELLS, 0, 0];
  for (let row = 0; row < CHANGE_CELLS; row++) {
    for (let column = 0; column < CHANGE_CELLS; column++) {
      if (map[row * CHANGE_CELLS + column] === 0) continue;
      left = Math.min(left, column);
      right = Math.max(right, column + 1);
      top = Math.min(top, row);
      bottom = row + 1;
    }
  }
  if (right === 0) return new Uint8Array(HEAD);
  const width = right - left;
  const packed = new Uint8Array(HEAD + width * (bottom - top));
  packed.set([left, top, width, bottom - top]);
  for (let row = top; row < bottom; row++) {
    const from = row * CHANGE_CELLS + left;
    packed.set(map.subarray(from, from + width), HEAD + (row - top) * width);
  }
  return packed;
}

/**
 * Lays packed maps, one after the other, out again.
 * @param into - 32 × 32 zeros for each map.
 * @throws RangeError when the bytes are no such maps.
 */
export function unpackChangeMaps(packed: Uint8Array, into: Uint8Array): void {
  let at = 0;
  for (let map = 0; map < into.length; map += CELLS) {
    const [left, top, width, height] = packed.subarray(at, at + HEAD);
    if (
      left === undefined ||
      top === undefined ||
      width === undefined ||
      height === undefined ||
      left + width > CHANGE_CELLS ||
      top + height > CHANGE_CELLS ||
      at + HEAD + width * height > packed.length
    ) {
      throw new RangeError('no change map');
    }
    at += HEAD;
    for (let row = 0; row < height; row++, at += width)
      into.set(packed.subarray(at, at + width), map + (top + row) * CHANGE_CELLS + left);
  }
}
