import { html } from 'hono/html';
import sharp from 'sharp';
import { decodeGrey, type Region, type Sample } from '../../data/index.js';
import type { Html } from './highlight.js';

/** Colours of the masks, in the order of a sample's regions. */
const MASK_COLOURS: readonly (readonly [number, number, number])[] = [
  [255, 92, 0],
  [0, 190, 255],
  [255, 210, 0],
  [220, 90, 255],
  [60, 220, 120],
];

/** The colour of the mask at this place in the sample's list, as CSS. */
export function maskColour(index: number): string {
  return `rgb(${MASK_COLOURS[index % MASK_COLOURS.length]!.join(' ')})`;
}

/**
 * A sample's picture as JPEG of at most `width` pixels across.
 * @throws InputError when the stored picture cannot be read
 */
export async function pictureJpeg(sample: Sample, width: number): Promise<Uint8Array> {
  const { pixels, ...size } = await decodeGrey(sample.image.bytes, {
    source: `${sample.id} (${sample.image.path})`,
  });
  return sharp(pixels, { raw: { ...size, channels: 1 } })
    .toColourspace('b-w')
    .resize(width, width, { fit: 'inside', withoutEnlargement: true })
    .jpeg({ quality: 88 })
    .toBuffer();
}

/**
 * A region's mask as a PNG to be laid over the picture: one colour, clear where nothing changed.
 * @returns undefined where the region has no mask
 */
export async function maskOverlay(
  region: Region,
  index: number,
  width: number,
): Promise<Uint8Array | undefined> {
  if (region.mask === null) return undefined;
  const { pixels, ...size } = await decodeGrey(region.mask, { source: `mask of ${region.concept}` });
  const [red, green, blue] = MASK_COLOURS[index % MASK_COLOURS.length]!;
  const coloured = new Uint8Array(pixels.length * 4);
  for (let pixel = 0; pixel < pixels.length; pixel++) {
    coloured[pixel * 4] = red;
    coloured[pixel * 4 + 1] = green;
    coloured[pixel * 4 + 2] = blue;
    // The picture must stay visible under the strongest change.
    coloured[pixel * 4 + 3] = Math.min(140, pixels[pixel]! * 0.7);
  }
  return sharp(coloured, { raw: { ...size, channels: 4 } })
    .resize(width, width, { fit: 'inside', withoutEnlargement: true })
    .png({ compressionLevel: 9 })
    .toBuffer();
}

/** A picture with its masks over it, all in the page itself. */
export async function embeddedPicture(sample: Sample, width: number): Promise<Html> {
  const picture = dataUri('image/jpeg', await pictureJpeg(sample, width));
  const masks = await Promise.all(sample.regions.map((region, index) => maskOverlay(region, index, width)));
  const overlays = masks.filter(mask => mask !== undefined).map(mask => dataUri('image/png', mask));
  return html`<div class="picture"><img src="${picture}" alt="chest X-ray ${sample.id}">${overlays.map(
    overlay => html`<img class="mask" src="${overlay}" alt="">`,
  )}</div>`;
}

/** The names of the regions in the colours of their masks. */
export function regionLegend(regions: readonly Region[]): Html {
  return html`<p class="legend">${regions.map(
    (region, index) =>
      html`<span><i style="background:${maskColour(index)}"></i>${[region.side, region.concept].filter(Boolean).join(' ')}</span> `,
  )}</p>`;
}

function dataUri(type: string, bytes: Uint8Array): string {
  return `data:${type};base64,${Buffer.from(bytes).toString('base64')}`;
}
