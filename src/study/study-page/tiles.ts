import sharp from 'sharp';
import { decodeGrey, type Sample } from '../../data/index.js';

export interface TileOptions {
  /** Side in pixels. */
  readonly side: number;
  /** 1 where the finding is: side × side. */
  readonly truth: Uint8Array;
  /** Laid over the picture, from clear at its least value to strong at its greatest: side × side. */
  readonly map?: Float32Array | undefined;
  /** For errors: which sample it is. */
  readonly source: string;
}

/** Of the map. */
const TINT = [255, 120, 0] as const;
/** Share of the tint where the map is greatest. */
const STRONGEST = 0.65;

/** The square of a picture that models see, with an outline and maybe a map over it, as base64 of a JPEG. */
export async function drawTile(sample: Sample, { side, truth, map, source }: TileOptions): Promise<string> {
  const { pixels } = await decodeGrey(sample.image.bytes, { size: side, source });
  const strength = map === undefined ? undefined : scaled(map);
  const colours = new Uint8Array(side * side * 3);
  for (let pixel = 0; pixel < pixels.length; pixel++) {
    const share = (strength?.[pixel] ?? 0) * STRONGEST;
    for (const [channel, tint] of TINT.entries()) {
      colours[pixel * 3 + channel] = pixels[pixel]! * (1 - share) + tint * share;
    }
  }
  // White within, black without: it is seen on any grey.
  outline(truth, side, (pixel, isInside) => colours.fill(isInside ? 255 : 0, pixel * 3, pixel * 3 + 3));
  const jpeg = await sharp(colours, { raw: { width: side, height: side, channels: 3 } })
    .jpeg({ quality: 82, mozjpeg: true })
    .toBuffer();
  return jpeg.toString('base64');
}

/** From 0 to 1; a flat map is 0 everywhere. */
function scaled(map: Float32Array): Float32Array {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of map) {
    least = Math.min(least, value);
    most = Math.max(most, value);
  }
  return map.map(value => (most > least ? (value - least) / (most - least) : 0));
}

/** Visits the pixels on either side of the edge of an area. */
function outline(truth: Uint8Array, side: number, visit: (pixel: number, isInside: boolean) => void): void {
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const pixel = y * side + x;
      const beside = [
        x > 0 ? truth[pixel - 1] : undefined,
        x < side - 1 ? truth[pixel + 1] : undefined,
        y > 0 ? truth[pixel - side] : undefined,
        y < side - 1 ? truth[pixel + side] : undefined,
      ];
      if (beside.some(other => other !== undefined && other !== truth[pixel]))
        visit(pixel, truth[pixel] === 1);
    }
  }
}
