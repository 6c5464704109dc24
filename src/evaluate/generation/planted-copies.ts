import sharp, { type Sharp } from 'sharp';
import { InputError, messageOf } from '../../base/index.js';
import type { PictureFile } from './read-pictures.js';

/** What is done to a real picture before it is looked for among the real ones. */
export const PLANTED = ['exact', 'JPEG', 'contrast', 'mirrored', 'cropped 5 %', 'blurred'] as const;
export type Planted = (typeof PLANTED)[number];

/**
 * A copy of a real picture as a generator that memorises may give it back: its very pixels, recompressed (JPEG quality
 * 40), flatter and lighter, mirrored, with 5 % of width and height cut off (half at each side), or blurred by 0.5 % of
 * its width.
 * @throws InputError where the picture cannot be read.
 */
export async function plantCopy(
  { id, bytes }: PictureFile,
  how: Planted,
  source: string,
): Promise<PictureFile> {
  try {
    const picture = sharp(bytes, { autoOrient: true }).toColourspace('b-w');
    const { width, height } = await picture.metadata();
    return { id, bytes: await change(picture, how, width, height) };
  } catch (error) {
    throw new InputError({
      file: `${source}: sample ${id}`,
      fault: `the picture cannot be read: ${messageOf(error)}`,
      mend: 'replace the picture, or leave the sample out',
      cause: error,
    });
  }
}

function change(picture: Sharp, how: Planted, width: number, height: number): Promise<Buffer> {
  switch (how) {
    case 'exact':
      return picture.png().toBuffer();
    case 'JPEG':
      return picture.jpeg({ quality: 40 }).toBuffer();
    case 'contrast':
      return picture.linear(0.7, 40).png().toBuffer();
    case 'mirrored':
      return picture.flop().png().toBuffer();
    case 'blurred':
      return picture
        .blur(Math.max(0.5, width / 200))
        .png()
        .toBuffer();
    case 'cropped 5 %': {
      const [left, top] = [Math.round(width / 40), Math.round(height / 40)];
      return picture
        .extract({ left, top, width: width - 2 * left, height: height - 2 * top })
        .png()
        .toBuffer();
    }
  }
}
