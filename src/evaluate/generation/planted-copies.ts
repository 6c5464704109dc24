import sharp, { type Sharp } from 'sharp';
import { InputError, messageOf } from '../../base/index.js';
import type { PictureFile } from './read-pictures.js';

/** What is done to a real picture before it is looked for among the real ones. */
export const PLANTED = [
  'exact',
  'JPEG',
  'contrast',
  'gamma',
  'mirrored',
  'blurred',
  'cropped 5 %',
  'cropped off centre',
  'rotated 2°',
] as const;
export type Planted = (typeof PLANTED)[number];

/**
 * A copy of a real picture as a generator that memorises may give it back: its very pixels, recompressed (JPEG quality
 * 40), flatter and lighter, with another gamma (the 0.6th power), mirrored, blurred by 0.5 % of its width, with 5 % of
 * width and height cut off (half at each side), with 5 % cut off at the right and the top, or turned.
 *
 * The search looks for the crop in the middle, among others; it does not look for the last two, so that what it misses
 * is seen as well.
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
    case 'gamma':
      return withPower(picture, 0.6);
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
    case 'cropped off centre': {
      const [right, top] = [Math.round(width / 20), Math.round(height / 20)];
      return picture
        .extract({ left: 0, top, width: width - right, height: height - top })
        .png()
        .toBuffer();
    }
    case 'rotated 2°':
      return picture.rotate(2, { background: '#000' }).png().toBuffer();
  }
}

/** Grey values to a power, of a range of 1. */
async function withPower(picture: Sharp, power: number): Promise<Buffer> {
  const { data, info } = await picture
    .extractChannel(0)
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  for (let at = 0; at < data.length; at++) data[at] = Math.round(255 * (data[at]! / 255) ** power);
  const { width, height } = info;
  return sharp(data, { raw: { width, height, channels: 1 } })
    .png()
    .toBuffer();
}
