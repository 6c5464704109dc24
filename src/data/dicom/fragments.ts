import { DicomFault } from './fault.js';

const ITEM = 0xfffe_e000;
const SEQUENCE_END = 0xfffe_e0dd;

/**
 * The compressed bytes of a single-frame picture: all fragments after the offset table, in one piece (PS3.5, A.4).
 * @param start - Where the value of the pixel element begins.
 * @throws DicomFault where the fragments do not follow each other up to their end.
 */
export function joinedFragments(bytes: Uint8Array, start: number): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const fragments: Uint8Array[] = [];
  let at = start;
  for (;;) {
    // Some writers leave out the mark of the end.
    if (at === bytes.length && fragments.length > 1) break;
    if (at + 8 > bytes.length) throw new DicomFault('its compressed pixels are cut short');
    const tag = view.getUint16(at, true) * 0x1_0000 + view.getUint16(at + 2, true);
    if (tag === SEQUENCE_END) break;
    const length = view.getUint32(at + 4, true);
    if (tag !== ITEM) throw new DicomFault('its compressed pixels are not in fragments, as they must be');
    if (at + 8 + length > bytes.length) throw new DicomFault('its compressed pixels are cut short');
    fragments.push(bytes.subarray(at + 8, at + 8 + length));
    at += 8 + length;
  }
  const [, ...frames] = fragments;
  if (frames.length === 0) throw new DicomFault('it holds no compressed pixels');
  return frames.length === 1 ? frames[0]! : Buffer.concat(frames);
}
