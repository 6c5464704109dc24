/** Capital letters, digits and a few signs as 5 × 7 dots, one number a row, highest bit left. */
const glyphs: Readonly<Record<string, readonly number[]>> = {
  A: [14, 17, 17, 31, 17, 17, 17],
  B: [30, 17, 17, 30, 17, 17, 30],
  C: [14, 17, 16, 16, 16, 17, 14],
  D: [30, 17, 17, 17, 17, 17, 30],
  E: [31, 16, 16, 30, 16, 16, 31],
  F: [31, 16, 16, 30, 16, 16, 16],
  G: [14, 17, 16, 23, 17, 17, 15],
  H: [17, 17, 17, 31, 17, 17, 17],
  I: [14, 4, 4, 4, 4, 4, 14],
  J: [7, 2, 2, 2, 2, 18, 12],
  K: [17, 18, 20, 24, 20, 18, 17],
  L: [16, 16, 16, 16, 16, 16, 31],
  M: [17, 27, 21, 21, 17, 17, 17],
  N: [17, 25, 21, 19, 17, 17, 17],
  O: [14, 17, 17, 17, 17, 17, 14],
  P: [30, 17, 17, 30, 16, 16, 16],
  Q: [14, 17, 17, 17, 21, 18, 13],
  R: [30, 17, 17, 30, 20, 18, 17],
  S: [15, 16, 16, 14, 1, 1, 30],
  T: [31, 4, 4, 4, 4, 4, 4],
  U: [17, 17, 17, 17, 17, 17, 14],
  V: [17, 17, 17, 17, 17, 10, 4],
  W: [17, 17, 17, 21, 21, 27, 17],
  X: [17, 17, 10, 4, 10, 17, 17],
  Y: [17, 17, 10, 4, 4, 4, 4],
  Z: [31, 1, 2, 4, 8, 16, 31],
  '0': [14, 17, 19, 21, 25, 17, 14],
  '1': [4, 12, 4, 4, 4, 4, 14],
  '2': [14, 17, 1, 6, 8, 16, 31],
  '3': [30, 1, 1, 14, 1, 1, 30],
  '4': [2, 6, 10, 18, 31, 2, 2],
  '5': [31, 16, 30, 1, 1, 17, 14],
  '6': [14, 16, 30, 17, 17, 17, 14],
  '7': [31, 1, 2, 4, 4, 8, 8],
  '8': [14, 17, 17, 14, 17, 17, 14],
  '9': [14, 17, 17, 15, 1, 1, 14],
  '-': [0, 0, 0, 31, 0, 0, 0],
  '.': [0, 0, 0, 0, 0, 12, 12],
  '↑': [4, 14, 31, 4, 4, 4, 4],
};

/** A map of bytes to write on. */
export interface Sheet {
  readonly pixels: Uint8Array;
  readonly width: number;
  readonly height: number;
  /** Bytes of a pixel; a letter sets all of them. */
  readonly channels: number;
}

/** Width in dots of a line of text. */
export function lineWidth(text: string): number {
  return Math.max(0, text.length * 6 - 1);
}

/**
 * Writes one line of text with its top left corner at x, y (pixels); `dot` is the side of a dot in pixels,
 * `angle` turns the line clockwise about that corner. Lower case is written as capitals; other signs are gaps.
 */
export function writeLine(
  sheet: Sheet,
  text: string,
  place: { x: number; y: number; dot: number; angle?: number; grey: number },
): void {
  const { x, y, dot, grey } = place;
  const cosine = Math.cos(place.angle ?? 0);
  const sine = Math.sin(place.angle ?? 0);
  const upper = text.toUpperCase();
  const long = (lineWidth(upper) + 1) * dot;
  const cornersX = [0, long * cosine, -7 * dot * sine, long * cosine - 7 * dot * sine];
  const cornersY = [0, long * sine, 7 * dot * cosine, long * sine + 7 * dot * cosine];
  const top = Math.max(0, Math.floor(y + Math.min(...cornersY)));
  const bottom = Math.min(sheet.height - 1, Math.ceil(y + Math.max(...cornersY)));
  const left = Math.max(0, Math.floor(x + Math.min(...cornersX)));
  const right = Math.min(sheet.width - 1, Math.ceil(x + Math.max(...cornersX)));
  for (let row = top; row <= bottom; row++)
    for (let column = left; column <= right; column++) {
      const dx = column + 0.5 - x;
      const dy = row + 0.5 - y;
      const u = (dx * cosine + dy * sine) / dot;
      const v = Math.floor((dy * cosine - dx * sine) / dot);
      if (u < 0 || v < 0 || v > 6) continue;
      const letter = Math.floor(u / 6);
      const bit = Math.floor(u - letter * 6);
      const glyph = glyphs[upper[letter] ?? ''];
      if (glyph === undefined || bit > 4 || ((glyph[v]! >> (4 - bit)) & 1) === 0) continue;
      const at = (row * sheet.width + column) * sheet.channels;
      sheet.pixels.fill(grey, at, at + sheet.channels);
    }
}
