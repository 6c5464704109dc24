import sharp from 'sharp';
import { writeFileAtomic } from '../../base/index.js';
import type { OutlinedPictures } from './pictures.js';
import type { SegmentedPicture } from './segment.js';

/** Pictures of a sheet, and how many are side by side. */
const MOST = 48;
const COLUMNS = 8;

/**
 * Writes a PNG of pictures with the outline that was found (red) and the true one (green; yellow where both are): from
 * the worst to the best, evenly drawn from all.
 */
export async function writeContactSheet(
  path: string,
  segmented: readonly SegmentedPicture[],
  data: Pick<OutlinedPictures, 'pictures' | 'masks'>,
  size: number,
): Promise<void> {
  const ordered = [...segmented].sort((a, b) => a.dice - b.dice || (a.sample < b.sample ? -1 : 1));
  const count = Math.min(MOST, ordered.length);
  const shown = Array.from(
    { length: count },
    (_, place) => ordered[Math.floor((place * ordered.length) / count)]!,
  );
  const columns = Math.min(COLUMNS, count);
  const width = columns * size;
  const height = Math.ceil(count / columns) * size;
  const sheet = new Uint8Array(width * height * 3);
  for (const [place, { row, outline }] of shown.entries()) {
    const grey = data.pictures.read([row]);
    const truth = data.masks.read([row]);
    const left = (place % columns) * size;
    const top = Math.floor(place / columns) * size;
    for (let pixel = 0; pixel < grey.length; pixel++) {
      const found = isEdge(outline, pixel, size);
      const known = isEdge(truth, pixel, size);
      const at = 3 * ((top + Math.floor(pixel / size)) * width + left + (pixel % size));
      const value = grey[pixel]!;
      sheet.set(found || known ? [found ? 255 : 0, known ? 255 : 0, 0] : [value, value, value], at);
    }
  }
  const data8 = await sharp(sheet, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer();
  await writeFileAtomic(path, data8);
}

/** Whether a pixel is inside and a neighbour is not. */
function isEdge(mask: Uint8Array, pixel: number, size: number): boolean {
  if (mask[pixel] === 0) return false;
  const column = pixel % size;
  return (
    column === 0 ||
    column === size - 1 ||
    mask[pixel - 1] === 0 ||
    mask[pixel + 1] === 0 ||
    (mask[pixel - size] ?? 0) === 0 ||
    (mask[pixel + size] ?? 0) === 0
  );
}
