import { inflateRawSync } from 'node:zlib';
import dicomParser from 'dicom-parser';
import { Attributes, type ParsedElements } from './attributes.js';
import { DicomFault, type DicomLimits } from './fault.js';
import { readMeta } from './meta.js';
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
  const meta = readMeta(bytes);
  const syntax = transferSyntaxOf(meta.transferSyntax);
  const whole = syntax.deflated ? inflated(bytes, meta.end, limits) : bytes;
  const data = parsed(whole, meta.end, syntax);
  const element = data.elements[PIXEL_DATA];
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

/** The elements from `start` up to the pixels. */
function parsed(whole: Uint8Array, start: number, { bigEndian, implicit }: TransferSyntax): ParsedElements {
  // Only the beginning: pixels that lie further on are not looked for.
  const byteArray = whole.subarray(0, LONGEST_HEADER);
  const byteArrayParser = bigEndian
    ? dicomParser.bigEndianByteArrayParser
    : dicomParser.littleEndianByteArrayParser;
  // Not `parseDicom`: it reads one element too many of the meta information, and where the rest is deflated, that is noise.
  const data = { byteArray, byteArrayParser, elements: Object.create(null), warnings: [] };
  try {
    const stream = new dicomParser.ByteStream(byteArrayParser, byteArray, start);
    const parse = implicit ? dicomParser.parseDicomDataSetImplicit : dicomParser.parseDicomDataSetExplicit;
    parse(data as unknown as dicomParser.DataSet, stream, byteArray.length, { untilTag: PIXEL_DATA });
    return data;
  } catch {
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
