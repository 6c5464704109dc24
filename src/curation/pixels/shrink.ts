/** The picture shrunk to size × size by area averages; values in [0, 1]. Sides may be stretched differently. */
export function shrink(pixels: Uint8Array, width: number, height: number, size: number): Float32Array {
  const result = new Float32Array(size * size);
  const lefts = new Uint32Array(size);
  const rights = new Uint32Array(size);
  for (let column = 0; column < size; column++) {
    lefts[column] = Math.floor((column * width) / size);
    rights[column] = Math.max(Math.floor(((column + 1) * width) / size), lefts[column]! + 1);
  }
  const sums = new Uint32Array(size);
  for (let row = 0; row < size; row++) {
    const top = Math.floor((row * height) / size);
    const bottom = Math.max(Math.floor(((row + 1) * height) / size), top + 1);
    sums.fill(0);
    for (let line = top * width; line < bottom * width; line += width) {
      for (let column = 0; column < size; column++) {
        const end = line + rights[column]!;
        let sum = 0;
        for (let at = line + lefts[column]!; at < end; at++) sum += pixels[at]!;
        sums[column] = sums[column]! + sum;
      }
    }
    for (let column = 0; column < size; column++) {
      const area = (bottom - top) * (rights[column]! - lefts[column]!);
      result[row * size + column] = sums[column]! / (255 * area);
    }
  }
  return result;
}
