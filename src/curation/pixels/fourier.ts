/**
 * The two-dimensional power spectrum of square pictures of one size, by the fast Fourier transform (Cooley and Tukey,
 * 1965). Of the spectrum of real values one half is the mirror of the other, so two rows go through one transform, as
 * its real and its imaginary part, and only the columns of one half are transformed. Tables and buffers are made once.
 */
export class PowerSpectrum {
  /** Sine and cosine of an angle of k turns of a `size`th; where the value of a place goes in bit-reversed order. */
  readonly #cosine: Float64Array;
  readonly #sine: Float64Array;
  readonly #reversed: Uint16Array;
  /** One row pair. */
  readonly #real: Float64Array;
  readonly #imaginary: Float64Array;
  /** size / 2 + 1 columns, one after the other. */
  readonly #columnsReal: Float64Array;
  readonly #columnsImaginary: Float64Array;
  readonly #power: Float64Array;

  /** @param size - Side of the pictures: a power of two. */
  constructor(readonly size: number) {
    const half = size / 2;
    this.#cosine = Float64Array.from({ length: half }, (_, turn) => Math.cos((-2 * Math.PI * turn) / size));
    this.#sine = Float64Array.from({ length: half }, (_, turn) => Math.sin((-2 * Math.PI * turn) / size));
    this.#reversed = new Uint16Array(size);
    for (let place = 1; place < size; place++) {
      this.#reversed[place] = (this.#reversed[place >> 1]! >> 1) | (place & 1 ? half : 0);
    }
    this.#real = new Float64Array(size);
    this.#imaginary = new Float64Array(size);
    const columns = (half + 1) * size;
    this.#columnsReal = new Float64Array(columns);
    this.#columnsImaginary = new Float64Array(columns);
    this.#power = new Float64Array(columns);
  }

  /**
   * @param values - size × size, row by row.
   * @returns size / 2 + 1 columns, one after the other: the power of u cycles across (0 to size / 2) and v down lies at
   *   u · size + (v mod size); that of −u and v is that of u and −v. The next call overwrites it.
   */
  of(values: ArrayLike<number>): Float64Array {
    const { size } = this;
    const [columnsReal, columnsImaginary, power] = [this.#columnsReal, this.#columnsImaginary, this.#power];
    for (let row = 0; row < size; row += 2) this.#rowPair(values, row);
    for (let start = 0; start < power.length; start += size) {
      this.#transform(
        columnsReal.subarray(start, start + size),
        columnsImaginary.subarray(start, start + size),
      );
    }
    for (let at = 0; at < power.length; at++) power[at] = columnsReal[at]! ** 2 + columnsImaginary[at]! ** 2;
    return power;
  }

  /** Transforms a row and the next, and enters them in the columns. */
  #rowPair(values: ArrayLike<number>, row: number): void {
    const { size } = this;
    const [real, imaginary] = [this.#real, this.#imaginary];
    for (let x = 0; x < size; x++) {
      real[x] = values[row * size + x]!;
      imaginary[x] = values[(row + 1) * size + x]!;
    }
    this.#transform(real, imaginary);
    for (let u = 0; u <= size / 2; u++) {
      const mirrored = (size - u) & (size - 1);
      const at = u * size + row;
      // The spectrum of the real part is what is even in it (conjugate), that of the imaginary part what is odd.
      this.#columnsReal[at] = (real[u]! + real[mirrored]!) / 2;
      this.#columnsImaginary[at] = (imaginary[u]! - imaginary[mirrored]!) / 2;
      this.#columnsReal[at + 1] = (imaginary[u]! + imaginary[mirrored]!) / 2;
      this.#columnsImaginary[at + 1] = (real[mirrored]! - real[u]!) / 2;
    }
  }

  /** In place. */
  #transform(real: Float64Array, imaginary: Float64Array): void {
    const { size } = this;
    const [cosines, sines, reversed] = [this.#cosine, this.#sine, this.#reversed];
    for (let place = 0; place < size; place++) {
      const other = reversed[place]!;
      if (place >= other) continue;
      const [re, im] = [real[place]!, imaginary[place]!];
      real[place] = real[other]!;
      imaginary[place] = imaginary[other]!;
      real[other] = re;
      imaginary[other] = im;
    }
    for (let half = 1; half < size; half *= 2) {
      const turn = size / (2 * half);
      for (let block = 0; block < size; block += 2 * half) {
        for (let offset = 0; offset < half; offset++) {
          const [cosine, sine] = [cosines[offset * turn]!, sines[offset * turn]!];
          const a = block + offset;
          const b = a + half;
          const re = real[b]! * cosine - imaginary[b]! * sine;
          const im = real[b]! * sine + imaginary[b]! * cosine;
          real[b] = real[a]! - re;
          imaginary[b] = imaginary[a]! - im;
          real[a] = real[a]! + re;
          imaginary[a] = imaginary[a]! + im;
        }
      }
    }
  }
}
