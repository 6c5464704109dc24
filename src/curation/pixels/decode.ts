import sharp from 'sharp';
import { type DecodeOptions, decodeGrey, decodeGrey16, type GreyImage } from '../../data/index.js';

/** Place of the bit depth in a PNG file, and what it is for deep pictures. */
const PNG_DEPTH = { at: 24, deep: 16 } as const;

/**
 * A picture as the checks see it, in 8 bits, at its own size. One of 16 bits is seen as its 8-bit copy would be: over
 * the range of the bits that its greatest value needs (scanners store 10 to 16), not stretched from its least to its
 * greatest value. So a washed-out picture fails in both depths, and scores can be compared.
 *
 * @throws InputError naming the source when the bytes are no picture, are cut short or are damaged.
 */
export async function decodeForChecks(
  bytes: Uint8Array,
  options: Pick<DecodeOptions, 'source'>,
): Promise<GreyImage> {
  if (!(await isDeep(bytes))) return decodeGrey(bytes, options);
  const { pixels: deep, width, height } = await decodeGrey16(bytes, options);
  const scale = 255 / rangeOf(deep);
  const pixels = new Uint8Array(deep.length);
  for (let at = 0; at < pixels.length; at++) pixels[at] = Math.round(deep[at]! * scale);
  return { pixels, width, height };
}

/**
 * The pixels of a picture with black and white exchanged, in the depth of its file: a 16-bit picture within the range
 * of the bits that its greatest value needs.
 */
export async function decodeNegative(
  bytes: Uint8Array,
  options: Pick<DecodeOptions, 'source'>,
): Promise<{ pixels: Uint8Array | Uint16Array; width: number; height: number }> {
  if (!(await isDeep(bytes))) {
    const { pixels, ...size } = await decodeGrey(bytes, options);
    return { pixels: negative(pixels), ...size };
  }
  const { pixels, ...size } = await decodeGrey16(bytes, options);
  const range = rangeOf(pixels);
  return { pixels: pixels.map(value => range - value), ...size };
}

/** Grey values of 8 bits with black for white. */
export function negative(pixels: Uint8Array): Uint8Array {
  return pixels.map(value => 255 - value);
}

/** Whether a file holds 16-bit values: PNG and TIFF files can. Faults of the file are for the decoder to tell. */
async function isDeep(bytes: Uint8Array): Promise<boolean> {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 8)).toString('latin1');
  if (head === '\x89PNG\r\n\x1a\n') return bytes[PNG_DEPTH.at] === PNG_DEPTH.deep;
  if (!head.startsWith('II*\0') && !head.startsWith('MM\0*')) return false;
  const metadata = await sharp(bytes)
    .metadata()
    .catch(() => undefined);
  return metadata?.depth === 'ushort';
}

/**
 * The greatest number of as many bits (8 at least) as the greatest value needs; of an 8-bit picture stored in 16 bits
 * (each byte twice: times 257) always that of 16.
 */
function rangeOf(values: Uint16Array): number {
  let used = 255;
  let isCopy = true;
  for (const value of values) {
    used |= value;
    isCopy &&= value >> 8 === (value & 255);
  }
  return isCopy ? 65_535 : 2 ** (32 - Math.clz32(used)) - 1;
}
