import type { PixelDescription } from '../description.js';
import { DicomFault, type DicomLimits } from '../fault.js';
import { decodeExtendedJpeg } from '../jpeg/extended.js';
import { decodeLosslessJpeg } from '../jpeg/lossless.js';
import { jpegFrameOf } from '../jpeg/segments.js';
import type { Codec } from '../transfer-syntax.js';
import { codestreamOf, codestreamSizeOf, withoutSign } from './codestream.js';
import { decodeRle } from './rle.js';
import { type Decoded, WebAssemblyCodec } from './webassembly.js';

/** Values of all samples, as a codec or the file itself gave them. */
export interface RawSamples {
  readonly values: Uint8Array | Uint16Array;
  readonly planar: boolean;
  /** Whether colour has become RGB on the way. */
  readonly rgb: boolean;
}

const libjpegTurbo = new WebAssemblyCodec('@cornerstonejs/codec-libjpeg-turbo-8bit', 'JPEGDecoder');
const charls = new WebAssemblyCodec('@cornerstonejs/codec-charls', 'JpegLSDecoder');
const openJpeg = new WebAssemblyCodec('@cornerstonejs/codec-openjpeg', 'J2KDecoder');

/** Pixels per compressed byte beyond which nothing is shown: 16 million in 4 KiB are one even grey. */
const MOST_PIXELS_PER_BYTE = 4096;
/** Most tiles of a JPEG 2000 picture. Each costs memory, however small. */
const MOST_TILES = 4096;

const LOSSLESS = 0xc3;
const EXTENDED = 0xc1;
const PROGRESSIVE = 0xc2;
const BASELINE = 0xc0;
const JPEG_LS = 0xf7;

/**
 * Decodes compressed pixels. What the stream says of its size must agree with the file's header before a codec sees
 * it, so that none can be made to allocate more.
 * @throws DicomFault where they do not agree, or the stream is damaged.
 */
export async function decodeCompressed(
  codec: Codec,
  bytes: Uint8Array,
  description: PixelDescription,
  limits: DicomLimits,
): Promise<RawSamples> {
  if (codec === 'rle') return { values: decodeRle(bytes, description), planar: false, rgb: false };
  if (bytes.length * MOST_PIXELS_PER_BYTE < description.width * description.height) {
    throw new DicomFault('its compressed pixels are too few bytes for its size');
  }
  refuseCut(bytes);
  if (codec === 'jpeg-2000') return await jpeg2000(bytes, description, limits);
  const frame = jpegFrameOf(bytes);
  refuseOther({ width: frame.width, height: frame.height, components: frame.components.length }, description);
  const precisionFits = frame.precision <= description.bitsAllocated;
  if (codec === 'jpeg-ls') {
    if (frame.marker !== JPEG_LS || !precisionFits) throw otherKind();
    return { ...agreed(await charls.decode(bytes, limits.codecMegabytes), description), rgb: false };
  }
  if (frame.marker === LOSSLESS && precisionFits) {
    return { values: decodeLosslessJpeg(bytes), planar: false, rgb: false };
  }
  if (frame.precision === 8 && [BASELINE, EXTENDED, PROGRESSIVE].includes(frame.marker)) {
    return { ...agreed(await libjpegTurbo.decode(bytes, limits.codecMegabytes), description), rgb: true };
  }
  if (frame.marker === EXTENDED && precisionFits) {
    return { values: decodeExtendedJpeg(bytes), planar: false, rgb: false };
  }
  throw otherKind();
}

async function jpeg2000(
  bytes: Uint8Array,
  description: PixelDescription,
  limits: DicomLimits,
): Promise<RawSamples> {
  const codestream = codestreamOf(bytes);
  const size = codestreamSizeOf(codestream);
  refuseOther(size, description);
  if (!size.plain || size.tiles > MOST_TILES) {
    throw new DicomFault(
      'its JPEG 2000 stream is subsampled, off its grid, or of too many tiles',
      'convert the file to an uncompressed one, or leave it out',
    );
  }
  const unsigned = description.samples === 1 ? withoutSign(codestream) : { codestream, offset: 0 };
  const decoded = await openJpeg.decode(unsigned.codestream, limits.codecMegabytes);
  const raw = { ...agreed(decoded, description), rgb: false };
  // Below 0 they wrap around, as two's complement does.
  if (unsigned.offset > 0) {
    for (let at = 0; at < raw.values.length; at++) raw.values[at]! -= unsigned.offset;
  }
  return raw;
}

/** @throws DicomFault where the codec gave another picture than its stream's head said. */
function agreed(
  decoded: Decoded,
  description: PixelDescription,
): { values: Decoded['values']; planar: boolean } {
  refuseOther(decoded, description);
  return { values: decoded.values, planar: decoded.planar };
}

function refuseOther(
  stream: { readonly width: number; readonly height: number; readonly components: number },
  { width, height, samples }: PixelDescription,
): void {
  if (stream.width !== width || stream.height !== height || stream.components !== samples) {
    throw new DicomFault('its compressed picture is of another size than its header says');
  }
}

/**
 * All JPEG streams end in the same mark, which cannot occur within their values; padding may follow. Without it, libjpeg and
 * OpenJPEG would fill what is missing with grey.
 */
function refuseCut(bytes: Uint8Array): void {
  const end = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).subarray(-16);
  if (!end.includes('\xff\xd9', 0, 'latin1')) {
    throw new DicomFault('its compressed pixels are cut short: the mark of their end is missing');
  }
}

function otherKind(): DicomFault {
  return new DicomFault(
    'its compressed pixels are of a kind that is not read',
    'convert the file to an uncompressed one, or leave it out',
  );
}
