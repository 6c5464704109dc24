import type { Random } from '../../base/index.js';
import { blurred, drawn, type GreyPicture, mapped, valueAt } from './picture.js';

/**
 * The upper part of a picture, as a transfer that broke off leaves it.
 * @param rest - Grey of what is missing; undefined repeats the last line.
 */
export function halfLoaded(
  { pixels, width, height }: GreyPicture,
  random: Random,
  rest: number | undefined,
): GreyPicture {
  const rows = Math.round(height * random.uniform(0.2, 0.7));
  const changed = pixels.slice();
  for (let at = rows * width; at < changed.length; at++) {
    changed[at] = rest ?? changed[(rows - 1) * width + (at % width)]!;
  }
  return { pixels: changed, width, height };
}

/** A quarter turn to the left. */
export function turned({ pixels, width, height }: GreyPicture): GreyPicture {
  const changed = new Uint8Array(pixels.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) changed[x * height + (height - 1 - y)] = pixels[y * width + x]!;
  }
  return { pixels: changed, width: height, height: width };
}

/** Turned by an angle (radians) about the middle; what was outside is black. */
export function rotated(picture: GreyPicture, angle: number): GreyPicture {
  const { width } = picture;
  const middle = (width - 1) / 2;
  const [cosine, sine] = [Math.cos(angle), Math.sin(angle)];
  return drawn((x, y) => {
    const [u, v] = [x - middle, y - middle];
    return Math.round(valueAt(picture, middle + cosine * u + sine * v, middle - sine * u + cosine * v) ?? 0);
  }, width);
}

/**
 * A photograph of a screen: the picture at a slant on a bezel, with the beat of screen and camera grids.
 * @param parts - Whether it has these.
 */
export function screenPhotograph(
  { pixels, width, height }: GreyPicture,
  random: Random,
  side: number,
  { slant, grid }: { readonly slant: boolean; readonly grid: boolean },
): GreyPicture {
  const lean = slant ? random.uniform(0.04, 0.12) * (random.next() < 0.5 ? -1 : 1) : 0;
  const bezel = random.uniform(5, 60);
  const turn = random.uniform(0.2, 1.3);
  const pitch = random.uniform(2.2, 6);
  const strength = random.uniform(4, 12);
  const margin = slant ? 0.1 : 0;
  return drawn((x, y) => {
    const v = (y / side - margin) / (1 - 2 * margin);
    const half = (0.5 - margin) * (1 + lean * (2 * v - 1) * 1.5);
    const u = (x / side - 0.5) / (2 * half) + 0.5;
    if (u < 0 || u >= 1 || v < 0 || v >= 1) return bezel + random.normal(0, 3);
    const value = pixels[Math.floor(v * height) * width + Math.floor(u * width)]!;
    const beat = grid
      ? Math.sin((2 * Math.PI * (x * Math.cos(turn) + y * Math.sin(turn))) / pitch) * strength
      : 0;
    return 25 + 0.85 * value + beat + random.normal(0, 2);
  }, side);
}

/** Lines of a detector that gave nothing or too much, across the whole picture. */
export function striped(picture: GreyPicture, random: Random): GreyPicture {
  const { width, height } = picture;
  const upright = random.chance(0.5);
  const lines = new Map<number, number>();
  for (let left = 2 + random.integer(6); left > 0; left--) {
    const from = random.integer(upright ? width : height);
    const grey = random.chance(0.5) ? 255 : 0;
    for (let line = from; line < from + 1 + random.integer(Math.ceil(width / 50)); line++)
      lines.set(line, grey);
  }
  return mapped(picture, (value, at) => lines.get(upright ? at % width : Math.floor(at / width)) ?? value);
}

/** Detail raised many times over, greys in few steps: what a display chain does at its worst. */
export function overProcessed(picture: GreyPicture, random: Random): GreyPicture {
  const soft = blurred(picture, picture.width * random.uniform(0.01, 0.03)).pixels;
  const gain = random.uniform(4, 10);
  const step = 255 / (random.chance(0.5) ? 3 + random.integer(5) : 255);
  return mapped(picture, (value, at) => Math.round((128 + gain * (value - soft[at]!)) / step) * step);
}

/** Too little contrast, or too much light, or too little. */
export function illExposed(picture: GreyPicture, random: Random): GreyPicture {
  switch (random.weighted({ flat: 1, over: 1, under: 1 })) {
    case 'flat': {
      const [share, level] = [random.uniform(0.03, 0.12), random.uniform(60, 190)];
      return mapped(picture, value => level + share * (value - 128));
    }
    case 'over': {
      const gain = random.uniform(2.5, 5);
      return mapped(picture, value => gain * value);
    }
    case 'under': {
      const [gain, dark] = [random.uniform(0.1, 0.3), random.uniform(100, 160)];
      return mapped(picture, value => gain * (value - dark));
    }
  }
}
