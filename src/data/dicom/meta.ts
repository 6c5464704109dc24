import { DicomFault } from './fault.js';

/** Where the meta information begins: after 128 bytes of preamble and the mark DICM. */
const START = 132;
const META_GROUP = 0x0002;
const TRANSFER_SYNTAX = 0x0010;
/** VRs whose length is of 4 bytes, after 2 that are kept free (PS3.5, 7.1.2). */
const LONG_FORM: readonly string[] = [
  'OB',
  'OD',
  'OF',
  'OL',
  'OV',
  'OW',
  'SQ',
  'SV',
  'UC',
  'UN',
  'UR',
  'UT',
  'UV',
];

/** What the meta information of a file says (PS3.10, section 7.1): always explicit, little endian. */
export interface FileMeta {
  readonly transferSyntax: string;
  /** Where the data set begins. */
  readonly end: number;
}

/**
 * Walks the elements of the meta information; its stated length is not relied on, as writers leave it out or get it wrong.
 * @throws DicomFault where it is cut short, or names no transfer syntax.
 */
export function readMeta(bytes: Uint8Array): FileMeta {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let transferSyntax: string | undefined;
  let at = START;
  while (at + 8 <= bytes.length && view.getUint16(at, true) === META_GROUP) {
    const element = view.getUint16(at + 2, true);
    const long = LONG_FORM.includes(latin1(bytes, at + 4, 2));
    if (long && at + 12 > bytes.length) break;
    const start = at + (long ? 12 : 8);
    const length = long ? view.getUint32(at + 8, true) : view.getUint16(at + 6, true);
    if (start + length > bytes.length) throw new DicomFault('its meta information is cut short');
    if (element === TRANSFER_SYNTAX) {
      transferSyntax = latin1(bytes, start, Math.min(length, 64)).replace(/[\s\0]+$/, '');
    }
    at = start + length;
  }
  if (transferSyntax === undefined) throw new DicomFault('it names no transfer syntax');
  return { transferSyntax, end: at };
}

function latin1(bytes: Uint8Array, start: number, length: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, length).toString('latin1');
}
