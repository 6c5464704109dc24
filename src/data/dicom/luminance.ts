import type { Attributes, Tag } from './attributes.js';
import type { PixelDescription } from './description.js';
import { DicomFault } from './fault.js';
import { lookUp, lookupTable } from './lookup-table.js';
import { type StoredSamples, signedValue } from './samples.js';

// ITU-R BT.601, the weights of DICOM's own YBR_FULL (PS3.3, C.7.6.3.1.2).
const RED = 0.299;
const GREEN = 0.587;
const BLUE = 0.114;

/**
 * The luminance of a colour picture (secondary captures), of all its bits.
 * @returns values in [0, 255]; in [0, 65,535] for more than 8 bits.
 * @throws DicomFault where the palette is missing.
 */
export function luminance(
  attributes: Attributes,
  description: PixelDescription,
  samples: StoredSamples,
): Uint8Array | Uint16Array {
  if (description.photometric === 'PALETTE COLOR') return ofPalette(attributes, description, samples.values);
  const { values, planar, rgb } = samples;
  const count = description.width * description.height;
  const deep = description.bitsStored > 8;
  const grey = deep ? new Uint16Array(count) : new Uint8Array(count);
  const scale = (deep ? 65_535 : 255) / (2 ** description.bitsStored - 1);
  const { photometric } = description;
  if (!rgb && photometric === 'YBR_FULL_422' && values.length === 2 * count) {
    // Uncompressed, two pixels are stored as Y Y Cb Cr.
    for (let at = 0; at < count; at++) grey[at] = round(values[(at >> 1) * 4 + (at & 1)]! * scale);
    return grey;
  }
  const pixelStep = planar ? 1 : 3;
  const sampleStep = planar ? count : 1;
  const lumaOnly = !rgb && photometric !== 'RGB';
  for (let at = 0; at < count; at++) {
    const first = values[at * pixelStep]!;
    const luma = lumaOnly
      ? first
      : RED * first +
        GREEN * values[at * pixelStep + sampleStep]! +
        BLUE * values[at * pixelStep + 2 * sampleStep]!;
    grey[at] = round(luma * scale);
  }
  return grey;
}

/** PS3.3, C.7.6.3.1.5 and C.7.6.3.1.6. */
function ofPalette(
  attributes: Attributes,
  description: PixelDescription,
  stored: Uint8Array | Uint16Array,
): Uint8Array {
  const channel = (descriptor: Tag, data: Tag) => {
    const table = lookupTable(attributes, { descriptor, data, signedInput: description.signed });
    if (table === undefined) throw new DicomFault('its palette is missing or of a kind that is not read');
    return table;
  };
  const red = channel('x00281101', 'x00281201');
  const green = channel('x00281102', 'x00281202');
  const blue = channel('x00281103', 'x00281203');
  const greys = Uint8Array.from({ length: 2 ** description.bitsStored }, (_, at) => {
    const value = signedValue(at, description);
    const luma =
      (RED * lookUp(red, value)) / red.most +
      (GREEN * lookUp(green, value)) / green.most +
      (BLUE * lookUp(blue, value)) / blue.most;
    return round(luma * 255);
  });
  return Uint8Array.from(stored, value => greys[value]!);
}

function round(value: number): number {
  return Math.floor(value + 0.5);
}
