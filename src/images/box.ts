/** x0, y0, x1, y1 as fractions of the side, origin top left. */
export type Box = [number, number, number, number];

/** A pixel belongs to a finding's box when the finding changed it by at least this share of its greatest change. */
const BOX_LEVEL = 0.25;

/**
 * The smallest box around what a finding clearly changed.
 * @param change - size × size, row by row: how much each pixel was changed.
 * @returns undefined when nothing was changed
 */
export function boxOf(change: Uint8Array, size: number): Box | undefined {
  let greatest = 0;
  for (const value of change) if (value > greatest) greatest = value;
  if (greatest === 0) return undefined;
  const level = BOX_LEVEL * greatest;
  let [left, top, right, bottom] = [size, size, 0, 0];
  for (let row = 0, at = 0; row < size; row++) {
    for (let column = 0; column < size; column++, at++) {
      if (change[at]! < level) continue;
      if (column < left) left = column;
      if (column >= right) right = column + 1;
      if (row < top) top = row;
      bottom = row + 1;
    }
  }
  return [left / size, top / size, right / size, bottom / size];
}
