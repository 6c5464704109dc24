import { clamp01 } from '../painters/simulator/body-map.js';

/** A grey picture: width × height values from 0 to 255, row by row from the top left. */
export interface GreyPicture {
  readonly pixels: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** A square picture of a function of column and row; values are rounded and clipped to 0 to 255. */
export function drawn(value: (x: number, y: number) => number, side: number): GreyPicture {
  const pixels = new Uint8ClampedArray(side * side);
  for (let at = 0; at < pixels.length; at++) pixels[at] = value(at % side, Math.floor(at / side));
  return { pixels: new Uint8Array(pixels.buffer), width: side, height: side };
}

/** The picture with every value changed. */
export function mapped(
  { pixels, width, height }: GreyPicture,
  change: (value: number, index: number) => number,
): GreyPicture {
  return { pixels: new Uint8Array(Uint8ClampedArray.from(pixels, change).buffer), width, height };
}

/** The value at a place between pixels, drawn from the four around it; undefined outside. */
export function valueAt({ pixels, width, height }: GreyPicture, x: number, y: number): number | undefined {
  if (x < -0.5 || y < -0.5 || x > width - 0.5 || y > height - 0.5) return undefined;
  const column = Math.min(width - 1, Math.max(0, Math.floor(x)));
  const row = Math.min(height - 1, Math.max(0, Math.floor(y)));
  const right = Math.min(width - 1, column + 1);
  const below = Math.min(height - 1, row + 1);
  const fx = clamp01(x - column);
  const fy = clamp01(y - row);
  const top = pixels[row * width + column]! * (1 - fx) + pixels[row * width + right]! * fx;
  const bottom = pixels[below * width + column]! * (1 - fx) + pixels[below * width + right]! * fx;
  return top * (1 - fy) + bottom * fy;
}

/** The picture seen through a lens out of focus: Gaussian, deviation in pixels. */
export function blurred({ pixels, width, height }: GreyPicture, deviation: number): GreyPicture {
  const reach = Math.ceil(3 * deviation);
  const kernel = Float64Array.from({ length: 2 * reach + 1 }, (_, at) =>
    Math.exp(-0.5 * ((at - reach) / deviation) ** 2),
  );
  const sum = kernel.reduce((total, weight) => total + weight, 0);
  const across = smear(Float64Array.from(pixels), width, height, 1, width, kernel);
  const both = smear(across, height, width, width, 1, kernel);
  return {
    pixels: Uint8Array.from(both, value => Math.round(value / (sum * sum))),
    width,
    height,
  };
}

/** Convolves along lines: `count` values `step` apart, lines `next` apart; edges go on as they end. */
function smear(
  values: Float64Array,
  count: number,
  lines: number,
  step: number,
  next: number,
  kernel: Float64Array,
): Float64Array {
  const reach = (kernel.length - 1) / 2;
  const result = new Float64Array(values.length);
  for (let line = 0; line < lines; line++)
    for (let at = 0; at < count; at++) {
      let sum = 0;
      for (let tap = -reach; tap <= reach; tap++) {
        const from = Math.min(count - 1, Math.max(0, at + tap));
        sum += kernel[tap + reach]! * values[line * next + from * step]!;
      }
      result[line * next + at * step] = sum;
    }
  return result;
}
