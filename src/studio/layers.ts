import sharp from 'sharp';
import { InputError } from '../base/index.js';
import { decodeGrey, decodeGrey16, type EncodedImage, type Region, type Sample } from '../data/index.js';

/** What is stored beside a picture, each with what it is called in an address. */
export const LAYERS = ['change', 'twin', 'difference'] as const;
export type Layer = (typeof LAYERS)[number];

/** Differences are shown on a scale of at least this many of 255 grey levels: noise is not blown up to a finding. */
const LEAST_SCALE = 24;

/** The layers that are stored of a region. */
export function layersOf({ mask, twin }: Region): Layer[] {
  return LAYERS.filter(layer => (layer === 'change' ? mask !== null : twin !== undefined));
}

/**
 * A layer of a region as PNG of at most `width` pixels across.
 * @returns undefined where it is not stored
 * @throws InputError when the stored file cannot be read
 */
export async function layerPng(
  sample: Sample,
  region: Region,
  layer: Layer,
  width: number,
): Promise<Uint8Array | undefined> {
  const { mask, twin } = region;
  if (layer === 'change')
    return mask === null ? undefined : greyPng({ bytes: mask, path: `mask of ${region.concept}` }, width);
  if (twin === undefined) return undefined;
  return layer === 'twin' ? greyPng(twin, width) : differencePng(sample.image, twin, width);
}

/** What the detector read, stretched to black and white; undefined where it is not stored. */
export async function attenuationPng(
  { attenuation }: Sample,
  width: number,
): Promise<Uint8Array | undefined> {
  return attenuation === undefined ? undefined : greyPng(attenuation, width);
}

async function greyPng({ bytes, path }: EncodedImage, width: number): Promise<Uint8Array> {
  const { pixels, ...size } = await decodeGrey(bytes, { source: path });
  return sharp(pixels, { raw: { ...size, channels: 1 } })
    .toColourspace('b-w')
    .resize(width, width, { fit: 'inside', withoutEnlargement: true })
    .png()
    .toBuffer();
}

/** Picture minus twin: red where the finding made it lighter, blue where darker. */
async function differencePng(image: EncodedImage, twin: EncodedImage, width: number): Promise<Uint8Array> {
  // In 16 bits, since a 16-bit picture read in 8 is stretched and its twin is not.
  const { pixels, ...size } = await decodeGrey16(image.bytes, { source: image.path });
  const without = await decodeGrey16(twin.bytes, { source: twin.path });
  if (without.width !== size.width || without.height !== size.height)
    throw new InputError({
      file: twin.path,
      fault: `the twin is ${without.width} × ${without.height} pixels, the picture ${size.width} × ${size.height}`,
      mend: 'make the data set again',
    });
  let most = LEAST_SCALE * 257;
  for (let at = 0; at < pixels.length; at++) {
    const off = Math.abs(pixels[at]! - without.pixels[at]!);
    if (off > most) most = off;
  }
  const colours = new Uint8Array(pixels.length * 3);
  for (let at = 0; at < pixels.length; at++) {
    const off = ((pixels[at]! - without.pixels[at]!) / most) * 255;
    const place = 3 * at + (off > 0 ? 0 : 2);
    colours[place] = Math.abs(off);
    colours[3 * at + 1] = 0.4 * Math.abs(off);
  }
  return sharp(colours, { raw: { ...size, channels: 3 } })
    .resize(width, width, { fit: 'inside', withoutEnlargement: true })
    .png()
    .toBuffer();
}
