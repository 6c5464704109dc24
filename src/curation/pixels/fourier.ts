/**
 * The power spectrum of a square picture by the fast Fourier transform (Cooley and Tukey, 1965).
 * @param values - size × size, size a power of two. Overwritten.
 * @returns size × size; the coefficient of u cycles across and v down lies at (v mod size) · size + (u mod size)
 */
export function powerSpectrum(values: Float32Array, size: number): Float32Array {
  const imaginary = new Float32Array(values.length);
  for (let row = 0; row < size; row++) transform(values, imaginary, row * size, 1, size);
  for (let column = 0; column < size; column++) transform(values, imaginary, column, size, size);
  for (let at = 0; at < values.length; at++) values[at] = values[at]! ** 2 + imaginary[at]! ** 2;
  return values;
}

/** In place, of `size` values from `start` on, `stride` apart. */
function transform(
  real: Float32Array,
  imaginary: Float32Array,
  start: number,
  stride: number,
  size: number,
): void {
  const swap = (values: Float32Array, a: number, b: number) => {
    const kept = values[a]!;
    values[a] = values[b]!;
    values[b] = kept;
  };
  for (let place = 1, mirrored = 0; place < size; place++) {
    let bit = size >> 1;
    for (; (mirrored & bit) !== 0; bit >>= 1) mirrored ^= bit;
    mirrored ^= bit;
    if (place >= mirrored) continue;
    swap(real, start + place * stride, start + mirrored * stride);
    swap(imaginary, start + place * stride, start + mirrored * stride);
  }
  for (let length = 2; length <= size; length *= 2) {
    for (let offset = 0; offset < length / 2; offset++) {
      const angle = (-2 * Math.PI * offset) / length;
      const [cosine, sine] = [Math.cos(angle), Math.sin(angle)];
      for (let block = offset; block < size; block += length) {
        const a = start + block * stride;
        const b = a + (length / 2) * stride;
        const re = real[b]! * cosine - imaginary[b]! * sine;
        const im = real[b]! * sine + imaginary[b]! * cosine;
        real[b] = real[a]! - re;
        imaginary[b] = imaginary[a]! - im;
        real[a]! += re;
        imaginary[a]! += im;
      }
    }
  }
}
