import { decodeGrey, type Region, type Sample } from '../../data/index.js';

/** A pixel counts as the finding's where it was changed at least this much, of 255 at the most changed one. */
const CHANGED = 64;

/**
 * The truth of a finding's regions: 1 where one of them is. Boxes count where there is no mask. The square is the
 * one that the model sees: shorter side scaled to `size`, longer one cut off equally at both ends.
 * @returns size × size.
 * @throws InputError naming the sample when a mask or the picture cannot be read.
 */
export async function regionMask(
  sample: Sample,
  regions: readonly Region[],
  size: number,
  source: string,
): Promise<Uint8Array> {
  const truth = new Uint8Array(size * size);
  const place = `${source}: sample ${sample.id}`;
  for (const { mask, box } of regions) {
    if (mask === null) {
      // Boxes are fractions of the whole picture, so its shape must be known.
      const { width, height } = await decodeGrey(sample.image.bytes, { source: place });
      fillBox(truth, size, box, width, height);
      continue;
    }
    const { pixels } = await decodeGrey(mask, { size, source: `${place}, region mask` });
    for (let pixel = 0; pixel < truth.length; pixel++) if (pixels[pixel]! >= CHANGED) truth[pixel] = 1;
  }
  return truth;
}

/** Sets the pixels whose centres lie in the box. */
function fillBox(truth: Uint8Array, size: number, box: Region['box'], width: number, height: number): void {
  const side = Math.min(width, height);
  // From a fraction of the picture to pixels of the square.
  const across = (fraction: number) => ((fraction * width - (width - side) / 2) / side) * size;
  const down = (fraction: number) => ((fraction * height - (height - side) / 2) / side) * size;
  const [left, top, right, bottom] = [across(box[0]), down(box[1]), across(box[2]), down(box[3])];
  const from = (edge: number) => Math.max(0, Math.ceil(edge - 0.5));
  const to = (edge: number) => Math.min(size, Math.ceil(edge - 0.5));
  for (let y = from(top); y < to(bottom); y++) {
    for (let x = from(left); x < to(right); x++) truth[y * size + x] = 1;
  }
}
