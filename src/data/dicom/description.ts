import type { Attributes } from './attributes.js';
import { DicomFault, type DicomLimits } from './fault.js';

/** What the grey or colour values of a picture stand for. */
export type Photometric =
  | 'MONOCHROME1'
  | 'MONOCHROME2'
  | 'PALETTE COLOR'
  | 'RGB'
  | 'YBR_FULL'
  | 'YBR_FULL_422';

/** How the pixels of a file are laid out (PS3.3, C.7.6.3). */
export interface PixelDescription {
  readonly width: number;
  readonly height: number;
  /** 1 for grey and palette, 3 for colour. */
  readonly samples: 1 | 3;
  readonly photometric: Photometric;
  readonly bitsAllocated: 8 | 16;
  /** 1 to `bitsAllocated`. */
  readonly bitsStored: number;
  readonly highBit: number;
  readonly signed: boolean;
  /** Colour by planes instead of by pixels, in what is uncompressed. */
  readonly planar: boolean;
}

// Codecs give back RGB for the two forms of YBR that JPEG 2000 makes within itself.
const photometrics: ReadonlyMap<string, Photometric> = new Map([
  ['MONOCHROME1', 'MONOCHROME1'],
  ['MONOCHROME2', 'MONOCHROME2'],
  ['PALETTE COLOR', 'PALETTE COLOR'],
  ['RGB', 'RGB'],
  ['YBR_FULL', 'YBR_FULL'],
  ['YBR_FULL_422', 'YBR_FULL_422'],
  ['YBR_RCT', 'RGB'],
  ['YBR_ICT', 'RGB'],
]);

/** @throws DicomFault where the description is missing, contradicts itself, or is of a kind that is not read. */
export function describePixels(attributes: Attributes, limits: DicomLimits): PixelDescription {
  const height = attributes.unsigned('x00280010');
  const width = attributes.unsigned('x00280011');
  if (!height || !width) throw new DicomFault('it does not say how large its picture is');
  if (height * width > limits.pixels) {
    throw new DicomFault(
      `its picture is of more than ${limits.pixels / 1e6} million pixels`,
      'no X-ray picture is that large: replace the file, or leave it out',
    );
  }
  if ((attributes.decimal('x00280008') ?? 1) > 1) {
    throw new DicomFault(
      'it holds more than one frame, and only pictures of a single frame are read',
      'split it into single frames, or leave it out',
    );
  }
  const photometric = photometrics.get(attributes.text('x00280004') ?? '');
  const samples = attributes.unsigned('x00280002') ?? 1;
  const colour = photometric === 'RGB' || photometric?.startsWith('YBR') === true;
  if (photometric === undefined || samples !== (colour ? 3 : 1)) {
    throw new DicomFault('its photometric interpretation is missing, or none that is read');
  }
  const bitsAllocated = attributes.unsigned('x00280100');
  const bitsStored = attributes.unsigned('x00280101') ?? bitsAllocated ?? 0;
  const highBit = attributes.unsigned('x00280102') ?? bitsStored - 1;
  if (bitsAllocated !== 8 && bitsAllocated !== 16) {
    throw new DicomFault(
      'its pixels are of neither 8 nor 16 bits',
      'convert the file to 8 or 16 bits, or leave it out',
    );
  }
  if (bitsStored < 1 || bitsStored > bitsAllocated || highBit < bitsStored - 1 || highBit >= bitsAllocated) {
    throw new DicomFault('its bits stored, bits allocated and high bit contradict each other');
  }
  return {
    width,
    height,
    samples: colour ? 3 : 1,
    photometric,
    bitsAllocated,
    bitsStored,
    highBit,
    signed: attributes.unsigned('x00280103') === 1,
    planar: attributes.unsigned('x00280006') === 1,
  };
}
