/** A picture as it is, with left and right exchanged, or its inner part at full size. */
export type PictureView = 'plain' | 'mirrored' | 'inner 95 %' | 'inner 90 %';

/** Share of width and height that is seen. */
const SHARES = { 'inner 95 %': 0.95, 'inner 90 %': 0.9 } as const;

/** @param pixels - Square pictures of this side, one after the other. */
export function viewOf(view: PictureView, pixels: Uint8Array, side: number): Uint8Array {
  if (view === 'plain') return pixels;
  return view === 'mirrored' ? mirrorRows(pixels, side) : innerPart(pixels, side, SHARES[view]);
}

function mirrorRows(pixels: Uint8Array, side: number): Uint8Array {
  const result = new Uint8Array(pixels.length);
  for (let start = 0; start < pixels.length; start += side) {
    for (let column = 0; column < side; column++) {
      result[start + column] = pixels[start + side - 1 - column]!;
    }
  }
  return result;
}

/** The middle of each picture, brought back to its side by bilinear interpolation. */
function innerPart(pixels: Uint8Array, side: number, share: number): Uint8Array {
  const result = new Uint8Array(pixels.length);
  const places = Array.from({ length: side }, (_, at) => {
    const place = ((at + 0.5) / side - 0.5) * share * side + (side - 1) / 2;
    const below = Math.floor(place);
    return { below, weight: place - below };
  });
  const area = side * side;
  for (let picture = 0; picture < pixels.length; picture += area) {
    for (const [row, down] of places.entries()) {
      const upper = picture + down.below * side;
      for (const [column, across] of places.entries()) {
        const at = upper + across.below;
        const above = pixels[at]! + (pixels[at + 1]! - pixels[at]!) * across.weight;
        const under = pixels[at + side]! + (pixels[at + side + 1]! - pixels[at + side]!) * across.weight;
        result[picture + row * side + column] = Math.round(above + (under - above) * down.weight);
      }
    }
  }
  return result;
}
