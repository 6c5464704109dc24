import { deflateRawSync } from 'node:zlib';

/** An element to write: text, raw bytes, 16-bit numbers, or the items of a sequence. */
export interface TestElement {
  /** As `0x00280010`. */
  readonly tag: number;
  readonly vr: string;
  readonly value: string | Uint8Array | readonly number[] | readonly (readonly TestElement[])[];
  /** Whether a sequence and its items are written without their lengths. */
  readonly open?: boolean;
}

export interface TestFile {
  readonly elements: readonly TestElement[];
  /** Default: explicit VR, little endian. */
  readonly transferSyntax?: string;
  /** More elements of group 2. */
  readonly meta?: readonly TestElement[];
  /** 128 bytes before the mark; default zeros. */
  readonly preamble?: Uint8Array;
}

const LONG_FORM = ['OB', 'OW', 'OF', 'OD', 'SQ', 'UN', 'UT', 'UC', 'UR'];

/** Writes a DICOM file for a test: little endian, implicit, explicit or deflated as its transfer syntax says. */
export function writeDicom({
  elements,
  transferSyntax = '1.2.840.10008.1.2.1',
  meta = [],
  preamble,
}: TestFile) {
  const inner = [{ tag: 0x00020010, vr: 'UI', value: transferSyntax }, ...meta].sort((a, b) => a.tag - b.tag);
  const group = encoded(inner, false);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(group.length);
  const body = encoded(
    [...elements].sort((a, b) => a.tag - b.tag),
    transferSyntax === '1.2.840.10008.1.2',
  );
  return Buffer.concat([
    preamble ?? Buffer.alloc(128),
    Buffer.from('DICM'),
    encoded([{ tag: 0x00020000, vr: 'UL', value: length }], false),
    group,
    transferSyntax.endsWith('.99') ? deflateRawSync(body) : body,
  ]);
}

/** The elements that describe a picture of one byte a pixel, and its pixels. */
export function testPicture(width: number, height: number): TestElement[] {
  return [
    { tag: 0x00280002, vr: 'US', value: [1] },
    { tag: 0x00280004, vr: 'CS', value: 'MONOCHROME2' },
    { tag: 0x00280010, vr: 'US', value: [height] },
    { tag: 0x00280011, vr: 'US', value: [width] },
    { tag: 0x00280100, vr: 'US', value: [8] },
    { tag: 0x00280101, vr: 'US', value: [8] },
    { tag: 0x00280102, vr: 'US', value: [7] },
    { tag: 0x00280103, vr: 'US', value: [0] },
    { tag: 0x7fe00010, vr: 'OB', value: Uint8Array.from({ length: width * height }, (_, at) => at & 255) },
  ];
}

function encoded(elements: readonly TestElement[], implicit: boolean): Buffer {
  return Buffer.concat(elements.map(element => encodedOne(element, implicit)));
}

function encodedOne({ tag, vr, value, open = false }: TestElement, implicit: boolean): Buffer {
  const bytes = valueBytes(value, vr, open, implicit);
  const length = open ? 0xffff_ffff : bytes.length;
  const head = Buffer.alloc(implicit ? 8 : LONG_FORM.includes(vr) ? 12 : 8);
  head.writeUInt16LE(tag >>> 16, 0);
  head.writeUInt16LE(tag & 0xffff, 2);
  if (implicit) head.writeUInt32LE(length, 4);
  else {
    head.write(vr, 4, 'latin1');
    if (head.length === 12) head.writeUInt32LE(length, 8);
    else head.writeUInt16LE(length, 6);
  }
  return Buffer.concat(open ? [head, bytes, marker(0xe0dd, 0)] : [head, bytes]);
}

function valueBytes(value: TestElement['value'], vr: string, open: boolean, implicit: boolean): Buffer {
  if (typeof value === 'string') {
    return Buffer.from(value.length % 2 === 0 ? value : `${value}${vr === 'UI' ? '\0' : ' '}`, 'latin1');
  }
  if (value instanceof Uint8Array) return Buffer.concat([value, Buffer.alloc(value.length % 2)]);
  if (vr === 'SQ') {
    return Buffer.concat(
      (value as readonly (readonly TestElement[])[]).map(items => {
        const bytes = encoded(items, implicit);
        return open
          ? Buffer.concat([marker(0xe000, 0xffff_ffff), bytes, marker(0xe00d, 0)])
          : Buffer.concat([marker(0xe000, bytes.length), bytes]);
      }),
    );
  }
  return Buffer.from(Uint16Array.from(value as readonly number[]).buffer);
}

function marker(element: number, length: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt16LE(0xfffe, 0);
  bytes.writeUInt16LE(element, 2);
  bytes.writeUInt32LE(length, 4);
  return bytes;
}
