import type { PixelDescription } from '../description.js';
import { DicomFault } from '../fault.js';

const HEADER = 64;

/**
 * Decodes DICOM's run lengths (PS3.5, annex G): one segment of packed bits for each byte of each sample, most
 * significant first.
 * @returns values pixel by pixel, samples side by side.
 * @throws DicomFault where segments are missing, or end before all pixels are there.
 */
export function decodeRle(bytes: Uint8Array, description: PixelDescription): Uint8Array | Uint16Array {
  const { width, height, samples, bitsAllocated } = description;
  const pixels = width * height;
  const perSample = bitsAllocated / 8;
  const segments = samples * perSample;
  if (bytes.length < HEADER) throw cutShort();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (view.getUint32(0, true) !== segments) {
    throw new DicomFault('its run lengths have another number of segments than its pixels need');
  }
  // Two bytes stand for 128 values at most: what cannot be there is refused before it gets memory.
  if ((bytes.length - HEADER) * 64 < pixels * segments) throw cutShort();
  const values = bitsAllocated === 8 ? new Uint8Array(pixels * samples) : new Uint16Array(pixels * samples);
  const plane = new Uint8Array(pixels);
  for (let segment = 0; segment < segments; segment++) {
    const start = view.getUint32(4 + 4 * segment, true);
    const end = segment + 1 < segments ? view.getUint32(8 + 4 * segment, true) : bytes.length;
    if (start < HEADER || end > bytes.length || start > end) throw cutShort();
    unpack(bytes.subarray(start, end), plane);
    const sample = Math.floor(segment / perSample);
    const shift = 8 * (perSample - 1 - (segment % perSample));
    for (let at = 0; at < pixels; at++) values[at * samples + sample]! |= plane[at]! << shift;
  }
  return values;
}

/** Packed bits: n < 128 copies the next n + 1 bytes, n > 128 repeats the next byte 257 − n times. */
function unpack(packed: Uint8Array, plane: Uint8Array): void {
  let from = 0;
  let to = 0;
  while (to < plane.length) {
    if (from >= packed.length) throw cutShort();
    const control = packed[from++]!;
    if (control < 128) {
      const count = Math.min(control + 1, plane.length - to);
      if (from + count > packed.length) throw cutShort();
      plane.set(packed.subarray(from, from + count), to);
      from += control + 1;
      to += count;
    } else if (control > 128) {
      if (from >= packed.length) throw cutShort();
      plane.fill(packed[from++]!, to, to + 257 - control);
      to += 257 - control;
    }
  }
}

function cutShort(): DicomFault {
  return new DicomFault('its run lengths are cut short or damaged');
}
