import { createHash } from 'node:crypto';
import { endianness } from 'node:os';
import { z } from 'zod';
import { SynrayError, sha256 } from '../../base/index.js';
import { decodeStored, type StoredImage } from '../images.js';

/** By what a picture is known again: as a file, as decoded, as it looks. */
export const PicturePrint = z.object({
  /** SHA-256 of the file's bytes. */
  file: z.string().regex(/^[0-9a-f]{64}$/),
  /** SHA-256 of the decoded pixels (see {@link pixelsHash}); null when the file is no picture. */
  pixels: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .nullable(),
  /** Difference hash of 128 bits (see {@link lookOf}); null when the file is no picture. */
  look: z
    .string()
    .regex(/^[0-9a-f]{32}$/)
    .nullable(),
});
export type PicturePrint = z.infer<typeof PicturePrint>;

/** The prints of a picture of which the pixels are at hand. */
export function printOf(bytes: Uint8Array, image: StoredImage): PicturePrint {
  return { file: sha256(bytes), pixels: pixelsHash(image), look: lookOf(image) };
}

/** The prints of an encoded picture. */
export async function readPrint(bytes: Uint8Array): Promise<PicturePrint> {
  try {
    return printOf(bytes, await decodeStored(bytes, { source: 'picture' }));
  } catch (error) {
    if (!(error instanceof SynrayError)) throw error;
    return { file: sha256(bytes), pixels: null, look: null };
  }
}

/**
 * SHA-256 over `<width>x<height>x<channels>x<bits>:` and the values as the file holds them, 16-bit ones with the low
 * byte first. PNG and TIFF decode to the same values everywhere, JPEG with any decoder that follows libjpeg's.
 */
export function pixelsHash({ values, width, height, channels }: StoredImage): string {
  const bytes = Buffer.from(values.buffer, values.byteOffset, values.byteLength);
  const swapped =
    endianness() === 'BE' && values instanceof Uint16Array ? Buffer.from(bytes).swap16() : bytes;
  return createHash('sha256')
    .update(`${width}x${height}x${channels}x${8 * values.BYTES_PER_ELEMENT}:`)
    .update(swapped)
    .digest('hex');
}

/** Cells a side of the thumbnail of a look. */
const CELLS = 9;
/** Pixels looked at within a cell, a side, at most. */
const PROBES = 32;

/**
 * Whether each cell of a 9 × 9 thumbnail is lighter than its left neighbour (64 bits) and than the one above (64 bits).
 * Stays nearly the same when a picture is scaled, compressed or brightened. Whole numbers only: the same everywhere.
 */
export function lookOf({ values, width, height, channels }: StoredImage): string {
  const means = new Float64Array(CELLS * CELLS);
  for (let cellY = 0; cellY < CELLS; cellY++) {
    const rows = places(cellY, height);
    for (let cellX = 0; cellX < CELLS; cellX++) {
      const columns = places(cellX, width);
      let sum = 0;
      for (const y of rows) {
        for (const x of columns) {
          const at = (y * width + x) * channels;
          sum +=
            channels === 1 ? values[at]! : (2 * values[at]! + 5 * values[at + 1]! + values[at + 2]!) >> 3;
        }
      }
      // Cells differ in their numbers of pixels by one row or column at most; means in 1/1024 of a grey.
      means[cellY * CELLS + cellX] = Math.floor((1024 * sum) / (rows.length * columns.length));
    }
  }
  const across: boolean[] = [];
  const down: boolean[] = [];
  for (let y = 1; y < CELLS; y++) {
    for (let x = 1; x < CELLS; x++) {
      const at = y * CELLS + x;
      across.push(means[at]! > means[at - 1]!);
      down.push(means[at]! > means[at - CELLS]!);
    }
  }
  return hex(across) + hex(down);
}

/** The rows or columns of one of nine equal parts, evenly thinned out to {@link PROBES}. */
function places(cell: number, length: number): number[] {
  const from = Math.floor((cell * length) / CELLS);
  const to = Math.max(Math.floor(((cell + 1) * length) / CELLS), from + 1);
  const count = Math.min(to - from, PROBES);
  return Array.from({ length: count }, (_, probe) =>
    Math.min(from + Math.floor(((2 * probe + 1) * (to - from)) / (2 * count)), length - 1),
  );
}

function hex(bits: readonly boolean[]): string {
  let text = '';
  for (let at = 0; at < bits.length; at += 4) {
    text += bits
      .slice(at, at + 4)
      .reduce((sum, bit) => 2 * sum + Number(bit), 0)
      .toString(16);
  }
  return text;
}
