import { DicomFault } from '../fault.js';

/** What the head of a JPEG 2000 codestream says (ISO/IEC 15444-1, A.5.1). */
export interface CodestreamSize {
  readonly width: number;
  readonly height: number;
  readonly components: number;
  readonly tiles: number;
  /** False where components are subsampled, or the picture does not begin at the grid's origin. */
  readonly plain: boolean;
}

const SIGNATURE_BOX = 0x6a50_2020; // "jP  "
const CODESTREAM_BOX = 0x6a70_3263; // "jp2c"

/** The codestream itself, also where it comes in a JP2 file. @throws DicomFault where there is none. */
export function codestreamOf(bytes: Uint8Array): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (bytes.length < 12 || view.getUint32(4) !== SIGNATURE_BOX) return bytes;
  for (let at = 0; at + 8 <= bytes.length; ) {
    const length = view.getUint32(at);
    if (view.getUint32(at + 4) === CODESTREAM_BOX) return bytes.subarray(at + 8);
    if (length < 8) break;
    at += length;
  }
  throw damaged();
}

/** Where the first component's precision is in a codestream: its sign in the highest bit, its bits less one below. */
const PRECISION_AT = 42;

/**
 * Makes signed grey values unsigned: Cornerstone's decoder cuts negative values of 8 bits off at 0. Unsigned values
 * differ from signed ones by half their range alone, which the decoder adds at the end (ISO/IEC 15444-1, G.1).
 * @returns the codestream to decode, and what to take from its values.
 */
export function withoutSign(codestream: Uint8Array): { codestream: Uint8Array; offset: number } {
  const precision = codestream[PRECISION_AT]!;
  if (precision < 128) return { codestream, offset: 0 };
  const unsigned = codestream.slice();
  unsigned[PRECISION_AT] = precision - 128;
  return { codestream: unsigned, offset: 2 ** (precision - 128) };
}

/** @throws DicomFault where it is no codestream, or its size is missing. */
export function codestreamSizeOf(bytes: Uint8Array): CodestreamSize {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  // SOC, then SIZ at once.
  if (bytes.length < 45 || view.getUint32(0) !== 0xff4f_ff51) throw damaged();
  const [right, bottom, left, top, tileWidth, tileHeight, tileLeft, tileTop] = Array.from(
    { length: 8 },
    (_, index) => view.getUint32(8 + 4 * index),
  ) as [number, number, number, number, number, number, number, number];
  const components = view.getUint16(40);
  if (components === 0 || tileWidth === 0 || tileHeight === 0 || bytes.length < 42 + 3 * components) {
    throw damaged();
  }
  const subsampled = Array.from(
    { length: components },
    (_, index) => bytes[43 + 3 * index] !== 1 || bytes[44 + 3 * index] !== 1,
  ).includes(true);
  return {
    width: right - left,
    height: bottom - top,
    components,
    tiles: Math.ceil((right - tileLeft) / tileWidth) * Math.ceil((bottom - tileTop) / tileHeight),
    plain: left === 0 && top === 0 && tileLeft === 0 && tileTop === 0 && !subsampled,
  };
}

function damaged(): DicomFault {
  return new DicomFault('its JPEG 2000 stream is cut short or damaged');
}
