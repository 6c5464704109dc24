import { inflateRawSync } from 'node:zlib';
import dicomParser from 'dicom-parser';
import { Attributes } from './attributes.js';
import { DicomFault, type DicomLimits } from './fault.js';
import { type TransferSyntax, transferSyntaxOf } from './transfer-syntax.js';

const PIXEL_DATA = 'x7fe00010';
/** Most bytes before the pixels. Each element costs the parser some hundred bytes of memory. */
const LONGEST_HEADER = 16 * 2 ** 20;
/** Where the pixels are. */
export interface PixelElement {
  readonly offset: number;
  /** Bytes; undefined for compressed pixels, which come in fragments. */
  readonly length: number | undefined;
  /** Whether 8-bit values are stored as 16-bit words. */
  readonly words: boolean;
}

/** A DICOM file, its header parsed. */
export interface OpenedDicom {
  /** The file, inflated where it was deflated. */
  readonly bytes: Uint8Array;
  readonly syntax: TransferSyntax;
  readonly attributes: Attributes;
  /** Undefined in files without pixels. */
  readonly pixels: PixelElement | undefined;
}

/**
 * Parses the header of a DICOM file (PS3.10: with preamble and meta information), up to its pixels.
 * @throws DicomFault where it is none, or damaged.
 */
export function openDicom(file: Uint8Array, limits: DicomLimits): OpenedDicom {
  // Views of slices: the parser reads through the array's own indices, Buffers included.
  const bytes = new Uint8Array(file.buffer, file.byteOffset, file.length);
  if (bytes.length === 0) throw new DicomFault('the file is empty', 'replace the file');
  if (
    bytes.length < 132 ||
    Buffer.from(bytes.buffer, bytes.byteOffset + 128, 4).toString('latin1') !== 'DICM'
  ) {
    throw new DicomFault('not a DICOM file: the mark DICM after the preamble is missing');
  }
  const { data, whole } = parsed(bytes, limits);
  const syntaxUid = data.string('x00020010');
  if (syntaxUid === undefined) throw new DicomFault('it names no transfer syntax');
  const syntax = transferSyntaxOf(syntaxUid);
  const element = Object.hasOwn(data.elements, PIXEL_DATA) ? data.elements[PIXEL_DATA] : undefined;
  return {
    bytes: whole,
    syntax,
    attributes: new Attributes(data, syntax.bigEndian),
    pixels:
      element === undefined
        ? undefined
        : {
            offset: element.dataOffset,
            length: element.hadUndefinedLength === true ? undefined : element.length,
            words: element.vr === 'OW',
          },
  };
}

/** The elements before the pixels, and the file, inflated where it was deflated. */
function parsed(bytes: Uint8Array, limits: DicomLimits): { data: dicomParser.DataSet; whole: Uint8Array } {
  let whole = bytes;
  try {
    // Only the beginning: pixels that lie further on are not looked for.
    const data = dicomParser.parseDicom(bytes.subarray(0, LONGEST_HEADER), {
      untilTag: PIXEL_DATA,
      inflater: (_, start) => {
        whole = inflated(bytes, start, limits);
        return whole.subarray(0, LONGEST_HEADER);
      },
    });
    return { data, whole };
  } catch (error) {
    if (error instanceof DicomFault) throw error;
    throw new DicomFault('its header is damaged: an element reaches beyond its end');
  }
}

/** The meta information as it is, and what follows it inflated (PS3.5, A.5). */
function inflated(bytes: Uint8Array, start: number, limits: DicomLimits): Uint8Array {
  try {
    const rest = inflateRawSync(bytes.subarray(start), {
      maxOutputLength: LONGEST_HEADER + 3 * limits.pixels,
    });
    const whole = new Uint8Array(start + rest.length);
    whole.set(bytes.subarray(0, start));
    whole.set(rest, start);
    return whole;
  } catch {
    throw new DicomFault('it cannot be inflated: it is cut short or damaged, or too large');
  }
}
