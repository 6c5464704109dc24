/** The picture shrunk to size × size by area averages; values in [0, 1]. Sides may be stretched differently. */
export function shrink(pixels: Uint8Array, width: number, height: number, size: number): Float32Array {
  const result = new Float32Array(size * size);
  for (let row = 0; row < size; row++) {
    const top = Math.floor((row * height) / size);
    const bottom = Math.max(Math.floor(((row + 1) * height) / size), top + 1);
    for (let column = 0; column < size; column++) {
      const left = Math.floor((column * width) / size);
      const right = Math.max(Math.floor(((column + 1) * width) / size), left + 1);
      let sum = 0;
      for (let y = top; y < bottom; y++) for (let x = left; x < right; x++) sum += pixels[y * width + x]!;
      result[row * size + column] = sum / (255 * (bottom - top) * (right - left));
    }
  }
  return result;
}
