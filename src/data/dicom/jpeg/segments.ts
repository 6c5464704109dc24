import { DicomFault } from '../fault.js';
import { HuffmanTable } from './huffman.js';

// ITU-T T.81, annex B.
const SOI = 0xd8;
const EOI = 0xd9;
const SOS = 0xda;
const DQT = 0xdb;
const DHT = 0xc4;
const DRI = 0xdd;
/** Frames: 0xc0 to 0xcf but for those that are tables; 0xf7 is JPEG-LS. */
const NO_FRAMES: readonly number[] = [DHT, 0xc8, 0xcc];
/** Most tables that a file may define: one scan uses eight. */
const MOST_TABLES = 64;

export interface JpegComponent {
  readonly id: number;
  readonly horizontal: number;
  readonly vertical: number;
  readonly quantisation: number;
}

/** The frame header of a JPEG or JPEG-LS stream. */
export interface JpegFrame {
  /** The marker's low byte: 0xc0 baseline, 0xc1 extended, 0xc2 progressive, 0xc3 lossless, 0xf7 JPEG-LS. */
  readonly marker: number;
  readonly precision: number;
  readonly width: number;
  readonly height: number;
  readonly components: readonly JpegComponent[];
}

/** The first scan of a stream, with the tables that hold where it begins. */
export interface JpegScan {
  readonly components: readonly { readonly id: number; readonly dc: number; readonly ac: number }[];
  /** Start and end of the spectrum; in lossless streams the start is the predictor. */
  readonly start: number;
  readonly end: number;
  /** Bits that were cut off below (point transform). */
  readonly shift: number;
  readonly dcTables: readonly (HuffmanTable | undefined)[];
  readonly acTables: readonly (HuffmanTable | undefined)[];
  readonly quantisation: readonly (Uint16Array | undefined)[];
  /** Units between restarts; 0 for none. */
  readonly restartInterval: number;
  /** Where the coded values begin. */
  readonly offset: number;
}

/** The frame header. @throws DicomFault where there is none. */
export function jpegFrameOf(bytes: Uint8Array): JpegFrame {
  for (const { marker, body } of segmentsOf(bytes)) {
    if (isFrame(marker)) return frameOf(marker, body);
    if (marker === SOS) break;
  }
  throw damaged();
}

/** Frame and first scan. @throws DicomFault where they are missing or damaged. */
export function jpegScanOf(bytes: Uint8Array): { frame: JpegFrame; scan: JpegScan } {
  const dcTables: HuffmanTable[] = [];
  const acTables: HuffmanTable[] = [];
  const quantisation: Uint16Array[] = [];
  let restartInterval = 0;
  let frame: JpegFrame | undefined;
  let tables = 0;
  for (const { marker, body, end } of segmentsOf(bytes)) {
    if (isFrame(marker)) frame = frameOf(marker, body);
    else if (marker === DRI) restartInterval = wordAt(body, 0);
    else if (marker === DQT) tables += readQuantisation(body, quantisation);
    else if (marker === DHT) {
      for (let at = 0; at < body.length; tables++) {
        if (tables > MOST_TABLES) throw damaged();
        const { table, kind, slot, next } = HuffmanTable.read(body, at);
        (kind === 0 ? dcTables : acTables)[slot] = table;
        at = next;
      }
    } else if (marker === SOS) {
      if (frame === undefined) throw damaged();
      const count = body[0] ?? 0;
      if (body.length !== 4 + 2 * count) throw damaged();
      const components = Array.from({ length: count }, (_, index) => ({
        id: body[1 + 2 * index]!,
        dc: body[2 + 2 * index]! >> 4,
        ac: body[2 + 2 * index]! & 15,
      }));
      const [start, last, approximation] = body.subarray(1 + 2 * count);
      return {
        frame,
        scan: {
          components,
          start: start!,
          end: last!,
          shift: approximation! & 15,
          dcTables,
          acTables,
          quantisation,
          restartInterval,
          offset: end,
        },
      };
    }
    if (tables > MOST_TABLES) throw damaged();
  }
  throw damaged();
}

/** The marker segments up to the first scan, and where each ends. */
function* segmentsOf(
  bytes: Uint8Array,
): Generator<{ marker: number; body: Uint8Array; end: number }, undefined> {
  if (bytes[0] !== 0xff || bytes[1] !== SOI) throw damaged();
  let at = 2;
  while (at + 4 <= bytes.length) {
    if (bytes[at] !== 0xff) throw damaged();
    const marker = bytes[at + 1]!;
    if (marker === 0xff) {
      at++; // A fill byte.
      continue;
    }
    if (marker === EOI) break;
    const length = wordAt(bytes, at + 2);
    const end = at + 2 + length;
    if (length < 2 || end > bytes.length) throw damaged();
    yield { marker, body: bytes.subarray(at + 4, end), end };
    at = end;
  }
  return undefined;
}

function isFrame(marker: number): boolean {
  return (marker >= 0xc0 && marker <= 0xcf && !NO_FRAMES.includes(marker)) || marker === 0xf7;
}

function frameOf(marker: number, body: Uint8Array): JpegFrame {
  const count = body[5] ?? 0;
  if (count === 0 || body.length < 6 + 3 * count) throw damaged();
  return {
    marker,
    precision: body[0]!,
    height: wordAt(body, 1),
    width: wordAt(body, 3),
    components: Array.from({ length: count }, (_, index) => {
      const at = 6 + 3 * index;
      const sampling = body[at + 1]!;
      return {
        id: body[at]!,
        horizontal: sampling >> 4,
        vertical: sampling & 15,
        quantisation: body[at + 2]!,
      };
    }),
  };
}

/** Tables of 64 steps in the order of the zigzag. */
function readQuantisation(body: Uint8Array, tables: Uint16Array[]): number {
  let count = 0;
  for (let at = 0; at < body.length; count++) {
    const bytesPerStep = body[at]! >> 4 === 0 ? 1 : 2;
    const slot = body[at]! & 15;
    at++;
    if (slot > 3 || at + 64 * bytesPerStep > body.length) throw damaged();
    const from = at;
    tables[slot] = Uint16Array.from({ length: 64 }, (_, index) =>
      bytesPerStep === 1 ? body[from + index]! : wordAt(body, from + 2 * index),
    );
    at += 64 * bytesPerStep;
  }
  return count;
}

function wordAt(bytes: Uint8Array, at: number): number {
  if (at + 2 > bytes.length) throw damaged();
  return bytes[at]! * 256 + bytes[at + 1]!;
}

export function damaged(): DicomFault {
  return new DicomFault('its JPEG stream is cut short or damaged');
}
