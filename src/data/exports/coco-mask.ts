/** A mask as COCO annotations hold it. */
export interface CocoMask {
  /** Run lengths, outside and inside by turns, down the columns, in COCO's own letters. */
  readonly segmentation: { readonly size: readonly [height: number, width: number]; readonly counts: string };
  /** Number of pixels inside. */
  readonly area: number;
  /** x, y, width, height in pixels of what is inside; undefined when nothing is. */
  readonly bbox: readonly [number, number, number, number] | undefined;
}

/**
 * The mask of what is at least `threshold`.
 * @param pixels - Grey values, row by row; length width × height.
 */
export function cocoMask(pixels: Uint8Array, width: number, height: number, threshold: number): CocoMask {
  const counts: number[] = [];
  let [area, left, right, top, bottom] = [0, width, -1, height, -1];
  let [inside, run] = [false, 0];
  for (let x = 0; x < width; x++) {
    for (let y = 0; y < height; y++) {
      const now = pixels[y * width + x]! >= threshold;
      if (now) {
        area++;
        if (x < left) left = x;
        if (x > right) right = x;
        if (y < top) top = y;
        if (y > bottom) bottom = y;
      }
      if (now !== inside) {
        counts.push(run);
        [inside, run] = [now, 0];
      }
      run++;
    }
  }
  counts.push(run);
  return {
    segmentation: { size: [height, width], counts: lettersOf(counts) },
    area,
    bbox: right < 0 ? undefined : [left, top, right - left + 1, bottom - top + 1],
  };
}

/**
 * Run lengths in the letters of COCO's compressed form (https://github.com/cocodataset/cocoapi, maskApi.c,
 * `rleToString`): from the fourth on, each length less the one two before it; five bits a letter, least first, from
 * code 48 on, with 32 added where more letters follow. The last letter's bit of 16 is the sign.
 */
export function lettersOf(counts: readonly number[]): string {
  let letters = '';
  for (const [index, count] of counts.entries()) {
    let rest = index > 2 ? count - counts[index - 2]! : count;
    for (let more = true; more; ) {
      const bits = rest & 0x1f;
      rest >>= 5;
      more = (bits & 0x10) !== 0 ? rest !== -1 : rest !== 0;
      letters += String.fromCharCode(48 + bits + (more ? 0x20 : 0));
    }
  }
  return letters;
}
