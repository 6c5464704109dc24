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
  return decode(bytes, options, async picture => {
    const grey =
      (await picture.metadata()).depth === 'ushort'
        ? await stretched(picture)
        : picture.flatten({ background: '#000' }).toColourspace('b-w');
    const { data, info } = await fitted(grey, options.size)
      .extractChannel(0)
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true });
    return {
      pixels: new Uint8Array(data.buffer, data.byteOffset, data.length),
      width: info.width,
      height: info.height,
    };
  });
}

/** A grey picture of 16 bits. */
export interface DeepGreyImage {
  /** Grey values, row by row from the top left, 0 black, 65,535 white. */
  readonly pixels: Uint16Array;
  readonly width: number;
  readonly height: number;
}

/**
 * Decodes a picture file to 16-bit grey, its values as they are stored; those of 8-bit files are multiplied by 257.
 * Colour, orientation and `size` as in {@link decodeGrey}.
 *
 * @throws InputError naming the source when the bytes are no picture, are cut short or are damaged.
 */
export async function decodeGrey16(bytes: Uint8Array, options: DecodeOptions): Promise<DeepGreyImage> {
  return decode(bytes, options, async picture => {
    const deep = picture.flatten({ background: '#000' }).toColourspace('grey16');
    const { data, info } = await fitted(deep, options.size)
      .extractChannel(0)
      .raw({ depth: 'ushort' })
      .toBuffer({ resolveWithObject: true });
    return { pixels: ushorts(data), width: info.width, height: info.height };
  });
}

/** A picture as its file holds it: neither stretched nor, if it is coloured, made grey. */
export interface StoredImage {
  /** Row by row from the top left, the channels of a pixel side by side; 16 bits where the file has more than 8. */
  readonly values: Uint8Array | Uint16Array;
  readonly width: number;
  readonly height: number;
  /** 1 grey, 3 red, green and blue. Grey stored as colour counts as grey. */
  readonly channels: 1 | 3;
}

/**
 * Decodes a picture file to the values that it holds. EXIF orientation and transparency as in {@link decodeGrey}.
 * @throws InputError naming the source when the bytes are no picture, are cut short or are damaged.
 */
export async function decodeStored(bytes: Uint8Array, options: { source: string }): Promise<StoredImage> {
  return decode(bytes, options, async picture => {
    // Grey PNG of 8 bits, as most pictures are, is known by its head.
    const plain = bytes[24] === 8 && bytes[25] === 0 && formatOf(bytes) === 'PNG';
    const head = plain ? undefined : await picture.metadata();
    const grey = head === undefined || head.space === 'b-w' || head.space === 'grey16';
    const deep = head?.depth === 'ushort';
    const opaque = head?.hasAlpha === true ? picture.flatten({ background: '#000' }) : picture;
    const raw = grey
      ? opaque.toColourspace(deep ? 'grey16' : 'b-w').extractChannel(0)
      : opaque.toColourspace(deep ? 'rgb16' : 'srgb').removeAlpha();
    const { data, info } = await raw
      .raw({ depth: deep ? 'ushort' : 'uchar' })
      .toBuffer({ resolveWithObject: true });
    const { width, height } = info;
    const values = deep ? ushorts(data) : new Uint8Array(data.buffer, data.byteOffset, data.length);
    const one = info.channels === 3 ? greyOfEqual(values) : values;
    return one === undefined
      ? { values, width, height, channels: 3 }
      : { values: one, width, height, channels: 1 };
  });
}

/** The one channel of a picture whose three are equal everywhere; undefined when they are not. */
function greyOfEqual<Values extends Uint8Array | Uint16Array>(values: Values): Values | undefined {
  for (let at = 0; at < values.length; at += 3) {
    if (values[at] !== values[at + 1] || values[at] !== values[at + 2]) return undefined;
  }
  return values.filter((_, at) => at % 3 === 0) as Values;
}

/**
 * Width and height of a picture file as stored, before its EXIF orientation. Reads its head only.
 * @throws InputError naming the source when the bytes are no picture.
 */
export async function pictureSize(
  bytes: Uint8Array,
  source: string,
): Promise<[width: number, height: number]> {
  return decode(bytes, { source }, async picture => {
    const { width, height } = await picture.metadata();
    return [width, height];
  });
}

/** Opens a picture for `read`; whatever is wrong with it is said in one way. */
async function decode<Image>(
  bytes: Uint8Array,
  { source }: DecodeOptions,
  read: (picture: Sharp) => Promise<Image>,
): Promise<Image> {
  const format = formatOf(bytes);
  if (format === undefined) {
    throw new InputError({
      file: source,
      fault: bytes.length === 0 ? 'the file is empty' : 'not a PNG, JPEG, TIFF or WebP picture',
      mend: 'replace the file, or leave it out of the table',
    });
  }
  try {
    return await read(sharp(bytes, { failOn: 'error', limitInputPixels: MOST_PIXELS, autoOrient: true }));
  } catch (error) {
    throw new InputError({
      file: source,
      fault: `the ${format} cannot be read: ${messageOf(error)}`,
      mend: 'replace the file: it may be cut short or damaged',
      cause: error,
    });
  }
}

/** The picture as a square of `size`, or as it is. */
function fitted(picture: Sharp, size: number | undefined): Sharp {
  return size === undefined ? picture : picture.resize(size, size, { fit: 'cover', position: 'centre' });
}

/** The values of a raw buffer; copied where it does not begin at an even byte. */
function ushorts(data: Buffer): Uint16Array {
  return data.byteOffset % 2 === 0
    ? new Uint16Array(data.buffer, data.byteOffset, data.length / 2)
    : new Uint16Array(new Uint8Array(data).buffer);
}

/**
 * Encodes a grey picture as a PNG of 8 bits, or of 16 when its values are, fast rather than small: noise leaves little
 * to win. The same pixels always give the same bytes.
 */
export async function encodePng(
  pixels: Uint8Array | Uint16Array,
  width: number,
  height: number,
): Promise<Uint8Array> {
  if (pixels.length !== width * height) {
    throw new RangeError(`${pixels.length} grey values are not ${width} × ${height}`);
  }
  const data = await sharp(pixels, { raw: { width, height, channels: 1 } })
    .toColourspace(pixels instanceof Uint16Array ? 'grey16' : 'b-w')
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
  const values = ushorts(data);
  let least = 65_535;
  let greatest = 0;
  for (const value of values) {
    if (value < least) least = value;
    if (value > greatest) greatest = value;
  }
  const scale = 255 / Math.max(greatest - least, 1);
  const pixels = new Uint8Array(values.length);
  for (let at = 0; at < pixels.length; at++) pixels[at] = Math.round((values[at]! - least) * scale);
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
