import sharp from 'sharp';
import { writeFileAtomic } from '../../base/index.js';
import { type Dataset, decodeGrey } from '../../data/index.js';
import type { ClosePair } from './privacy.js';

/** Side of each picture, pairs in a row, and the frame around a pair. */
const SIDE = 192;
const COLUMNS = 4;
const FRAME = 6;

const RED = { r: 208, g: 48, b: 48 };
const GREY = { r: 96, g: 96, b: 96 };

/**
 * Draws the closest pairs as a PNG: synthetic picture to the left, the training picture that it is nearest to beside
 * it, the closest first; those below the threshold in a red frame. It shows training pictures: for local eyes only.
 */
export async function writeSheet(
  file: string,
  pairs: readonly ClosePair[],
  synthetic: Dataset,
  real: Dataset,
): Promise<void> {
  const width = COLUMNS * (2 * SIDE + 3 * FRAME);
  const rowHeight = SIDE + 2 * FRAME;
  const rows = Math.max(1, Math.ceil(pairs.length / COLUMNS));
  const tiles = await Promise.all(
    pairs.map(async (pair, place) => {
      const left = (place % COLUMNS) * (2 * SIDE + 3 * FRAME);
      const top = Math.floor(place / COLUMNS) * rowHeight;
      const background = pair.ratio < 1 ? RED : GREY;
      const frame = sharp({
        create: { width: 2 * SIDE + 2 * FRAME, height: rowHeight - FRAME, channels: 3, background },
      });
      const [own, nearest] = await Promise.all([
        pictureOf(synthetic, pair.synthetic),
        pictureOf(real, pair.real),
      ]);
      const raw = { width: SIDE, height: SIDE, channels: 1 } as const;
      const input = await frame
        .composite([
          { input: own, raw, left: FRAME / 2, top: FRAME / 2 },
          { input: nearest, raw, left: SIDE + FRAME + FRAME / 2, top: FRAME / 2 },
        ])
        .png()
        .toBuffer();
      return { input, left, top };
    }),
  );
  const sheet = sharp({
    create: { width, height: rows * rowHeight, channels: 3, background: '#000' },
  }).composite(tiles);
  await writeFileAtomic(file, await sheet.png().toBuffer());
}

async function pictureOf(dataset: Dataset, id: string): Promise<Buffer> {
  const sample = await dataset.sample(id);
  if (sample === undefined) return Buffer.alloc(SIDE * SIDE);
  const source = `${dataset.folder}: sample ${id}`;
  const { pixels } = await decodeGrey(sample.image.bytes, { size: SIDE, source });
  return Buffer.from(pixels.buffer, pixels.byteOffset, pixels.length);
}
