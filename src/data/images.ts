import sharp, { type Sharp } from 'sharp';
import { InputError, messageOf } from '../base/index.js';

// Many pictures are decoded at once, one thread each; libvips' own cache only costs memory, as no operation
// is asked for twice.
sharp.concurrency(1);
sharp.cache(false);

/** Most pixels a picture may have: the largest chest plates have 25 million. Guards against decompression bombs. */
const MOST_PIXELS = 100_000_000;

/** A grey picture. */
export interface GreyImage {
  /** Grey values, row by row from the top left, 0 black, 255 white. */
  readonly pixels: Uint8Array;
  readonly width: number;
  readonly height: number;
}

export interface DecodeOptions {
  /** Side of the square to decode to. Without it the picture keeps its size. */
  readonly size?: number;
  /** The file the bytes came from, for the error. */
  readonly source: string;
}

/**
 * Decodes a PNG, JPEG, TIFF or WebP file to 8-bit grey.
 *
 * - Colour becomes luminance; transparent pixels lie on black; the EXIF orientation is applied.
 * - 16-bit pictures are stretched so that their least value is 0 and their greatest 255, because scanners
 *   store 10 to 16 significant bits and the file does not say how many.
 * - With `size`, the shorter side is scaled to `size` and the longer one cut off equally at both ends.
 *
 * @throws InputError naming the source when the bytes are no picture, are cut short or are damaged.
 */
export async function decodeGrey(bytes: Uint8Array, options: DecodeOptions): Promise<GreyImage> {
  const { size, source } = options;
  const format = formatOf(bytes);
  if (format === undefined) {
    throw new InputError({
      file: source,
      fault: bytes.length === 0 ? 'the file is empty' : 'not a PNG, JPEG, TIFF or WebP picture',
      mend: 'replace the file, or leave it out of the table',
    });
  }
  try {
    let picture = sharp(bytes, { failOn: 'error', limitInputPixels: MOST_PIXELS, autoOrient: true });
    if ((await picture.metadata()).depth === 'ushort') picture = await stretched(picture);
    else picture = picture.flatten({ background: '#000' }).toColourspace('b-w');
    if (size !== undefined) picture = picture.resize(size, size, { fit: 'cover', position: 'centre' });
    const { data, info } = await picture
      .extractChannel(0)
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true });
    return {
      pixels: new Uint8Array(data.buffer, data.byteOffset, data.length),
      width: info.width,
      height: info.height,
    };
  } catch (error) {
    throw new InputError({
      file: source,
      fault: `the ${format} cannot be read: ${messageOf(error)}`,
      mend: 'replace the file: it may be cut short or damaged',
      cause: error,
    });
  }
}

/**
 * Encodes a grey picture as an 8-bit PNG, fast rather than small: noise leaves little to win.
 * The same pixels always give the same bytes.
 */
export async function encodePng(pixels: Uint8Array, width: number, height: number): Promise<Uint8Array> {
  if (pixels.length !== width * height) {
    throw new RangeError(`${pixels.length} grey values are not ${width} × ${height}`);
  }
  const data = await sharp(pixels, { raw: { width, height, channels: 1 } })
    .toColourspace('b-w')
    .png({ compressionLevel: 2, adaptiveFiltering: true })
    .toBuffer();
  return new Uint8Array(data.buffer, data.byteOffset, data.length);
}

/** A 16-bit picture as one of 8-bit depth that uses the whole range. */
async function stretched(picture: Sharp): Promise<Sharp> {
  const { data, info } = await picture
    .flatten({ background: '#000' })
    .toColourspace('grey16')
    .extractChannel(0)
    .raw({ depth: 'ushort' })
    .toBuffer({ resolveWithObject: true });
  const values = new Uint16Array(data.buffer, data.byteOffset, data.length / 2);
  let least = 65_535;
  let greatest = 0;
  for (const value of values) {
    if (value < least) least = value;
    if (value > greatest) greatest = value;
  }
  const scale = 255 / Math.max(greatest - least, 1);
  const pixels = Uint8Array.from(values, value => Math.round((value - least) * scale));
  return sharp(pixels, { raw: { width: info.width, height: info.height, channels: 1 } }).toColourspace('b-w');
}

/**
 * The kind of picture by its first bytes. Looked at before libvips sees the file: it would also open SVG and
 * other kinds that can refer to more files.
 */
function formatOf(bytes: Uint8Array): 'PNG' | 'JPEG' | 'TIFF' | 'WebP' | undefined {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 12)).toString('latin1');
  if (head.startsWith('\x89PNG\r\n\x1a\n')) return 'PNG';
  if (head.startsWith('\xff\xd8\xff')) return 'JPEG';
  if (head.startsWith('II*\0') || head.startsWith('MM\0*')) return 'TIFF';
  if (head.startsWith('RIFF') && head.endsWith('WEBP')) return 'WebP';
  return undefined;
}
