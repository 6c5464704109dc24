import { decodeCompressed, type RawSamples } from './codecs/decode.js';
import type { PixelDescription } from './description.js';
import { DicomFault, type DicomLimits } from './fault.js';
import { joinedFragments } from './fragments.js';
import type { OpenedDicom } from './open.js';

/** Samples as stored, before their meaning: one number each, without the bits that are none of theirs. */
export interface StoredSamples extends RawSamples {
  /** In [0, 2^bitsStored), also where they stand for negative numbers; see {@link signedValue}. */
  readonly values: Uint8Array | Uint16Array;
}

/**
 * The stored values of all samples.
 * @throws DicomFault where there are none, fewer than the header says, or they are damaged.
 */
export async function readSamples(
  file: OpenedDicom,
  description: PixelDescription,
  limits: DicomLimits,
): Promise<StoredSamples> {
  const { pixels, syntax, bytes } = file;
  if (pixels === undefined) {
    throw new DicomFault('it holds no pixels', 'leave it out: reports and other documents are DICOM as well');
  }
  const { bitsAllocated, bitsStored, highBit } = description;
  if (syntax.codec !== null) {
    if (pixels.length !== undefined) throw new DicomFault('its compressed pixels are not in fragments');
    const compressed = joinedFragments(bytes, pixels.offset);
    const raw = await decodeCompressed(syntax.codec, compressed, description, limits);
    // Run lengths keep the file's own bits; the other codecs know values only.
    const shift = syntax.codec === 'rle' ? highBit + 1 - bitsStored : 0;
    return { ...raw, values: masked(raw.values, shift, bitsStored) };
  }
  const count = sampleCount(description);
  const length = (count * bitsAllocated) / 8;
  if (pixels.length === undefined) throw new DicomFault('its pixels have no length');
  if (pixels.length < length || pixels.offset + length > bytes.length) {
    throw new DicomFault('it holds fewer pixels than its header says: it may be cut short');
  }
  // 8-bit values in words are swapped with the words; an odd last one has a partner in the padding.
  const swapped = syntax.bigEndian && (bitsAllocated === 16 || pixels.words);
  const stored = bytes.slice(pixels.offset, pixels.offset + length + (length % 2));
  if (swapped && stored.length % 2 === 0) Buffer.from(stored.buffer).swap16();
  const values = bitsAllocated === 8 ? stored.subarray(0, count) : new Uint16Array(stored.buffer, 0, count);
  return {
    values: masked(values, highBit + 1 - bitsStored, bitsStored),
    planar: description.planar,
    rgb: false,
  };
}

/** What a stored value stands for. */
export function signedValue(stored: number, { signed, bitsStored }: PixelDescription): number {
  return signed && stored >= 2 ** (bitsStored - 1) ? stored - 2 ** bitsStored : stored;
}

function sampleCount({ width, height, samples, photometric }: PixelDescription): number {
  // Two pixels share their two colour differences.
  return photometric === 'YBR_FULL_422' ? 2 * width * height : samples * width * height;
}

/** The values moved down and cut to their bits, in place. Overlays may lie in the bits around them. */
function masked<Values extends Uint8Array | Uint16Array>(
  values: Values,
  shift: number,
  bits: number,
): Values {
  const mask = 2 ** bits - 1;
  if (shift > 0 || bits < 8 * values.BYTES_PER_ELEMENT) {
    for (let at = 0; at < values.length; at++) values[at] = (values[at]! >> shift) & mask;
  }
  return values;
}
