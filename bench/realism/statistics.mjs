// Grey, gradient and power-spectrum statistics of square pictures.

/** Side of the pictures that are compared. */
export const SIDE = 256;
/** Waves across the picture at which the power spectrum is printed. */
export const WAVES = [1, 2, 4, 8, 16, 32, 64, 96, 120];

/** Grey levels as fractions of full scale; gradient: mean |difference| of neighbours along a row. */
export function measure(pictures) {
  const histogram = new Float64Array(256);
  const average = new Float64Array(SIDE * SIDE);
  const power = new Float64Array(SIDE / 2);
  let mean = 0;
  let deviation = 0;
  let gradient = 0;
  for (const pixels of pictures) {
    let sum = 0;
    let squares = 0;
    for (let at = 0; at < pixels.length; at++) {
      const value = pixels[at] / 255;
      sum += value;
      squares += value * value;
      histogram[pixels[at]]++;
      average[at] += value / pictures.length;
      if (at % SIDE > 0) gradient += Math.abs(value - pixels[at - 1] / 255);
    }
    const own = sum / pixels.length;
    mean += own / pictures.length;
    deviation += Math.sqrt(squares / pixels.length - own * own) / pictures.length;
    const spectrum = radialPower(pixels, own);
    for (let wave = 0; wave < power.length; wave++) power[wave] += spectrum[wave] / pictures.length;
  }
  const total = pictures.length * SIDE * SIDE;
  const percentile = share => {
    let seen = 0;
    for (let grey = 0; grey < 256; grey++) {
      seen += histogram[grey];
      if (seen >= share * total) return grey / 255;
    }
    return 1;
  };
  return {
    mean,
    deviation,
    gradient: gradient / (pictures.length * SIDE * (SIDE - 1)),
    p5: percentile(0.05),
    p50: percentile(0.5),
    p95: percentile(0.95),
    power: WAVES.map(wave => Math.log10(power[wave])),
    average,
  };
}

/** Mean power by distance from the middle of the spectrum, of the picture under a Hann window. */
function radialPower(pixels, mean) {
  const real = new Float64Array(SIDE * SIDE);
  const imaginary = new Float64Array(SIDE * SIDE);
  const hann = place => 0.5 - 0.5 * Math.cos((2 * Math.PI * place) / (SIDE - 1));
  for (let row = 0, at = 0; row < SIDE; row++)
    for (let column = 0; column < SIDE; column++, at++)
      real[at] = (pixels[at] / 255 - mean) * hann(row) * hann(column);
  for (let row = 0; row < SIDE; row++) fourier(real, imaginary, row * SIDE, 1);
  for (let column = 0; column < SIDE; column++) fourier(real, imaginary, column, SIDE);
  const sums = new Float64Array(SIDE / 2);
  const counts = new Float64Array(SIDE / 2);
  for (let row = 0, at = 0; row < SIDE; row++)
    for (let column = 0; column < SIDE; column++, at++) {
      const y = row < SIDE / 2 ? row : row - SIDE;
      const x = column < SIDE / 2 ? column : column - SIDE;
      const wave = Math.floor(Math.hypot(x, y));
      if (wave >= SIDE / 2) continue;
      sums[wave] += (real[at] ** 2 + imaginary[at] ** 2) / SIDE ** 2;
      counts[wave]++;
    }
  return sums.map((sum, wave) => sum / counts[wave]);
}

/** Fourier transform in place of SIDE numbers from `start`, `stride` apart (radix 2). */
function fourier(real, imaginary, start, stride) {
  for (let place = 1, mirror = 0; place < SIDE; place++) {
    let bit = SIDE >> 1;
    for (; mirror & bit; bit >>= 1) mirror ^= bit;
    mirror ^= bit;
    if (place >= mirror) continue;
    const one = start + place * stride;
    const other = start + mirror * stride;
    [real[one], real[other]] = [real[other], real[one]];
    [imaginary[one], imaginary[other]] = [imaginary[other], imaginary[one]];
  }
  for (let length = 2; length <= SIDE; length *= 2) {
    const angle = (-2 * Math.PI) / length;
    for (let block = 0; block < SIDE; block += length)
      for (let place = 0; place < length / 2; place++) {
        const one = start + (block + place) * stride;
        const other = one + (length / 2) * stride;
        const cosine = Math.cos(angle * place);
        const sine = Math.sin(angle * place);
        const r = real[other] * cosine - imaginary[other] * sine;
        const i = real[other] * sine + imaginary[other] * cosine;
        real[other] = real[one] - r;
        imaginary[other] = imaginary[one] - i;
        real[one] += r;
        imaginary[one] += i;
      }
  }
}

export function correlation(one, other) {
  const mean = values => values.reduce((sum, value) => sum + value, 0) / values.length;
  const a = mean(one);
  const b = mean(other);
  let product = 0;
  let squaresOne = 0;
  let squaresOther = 0;
  for (let at = 0; at < one.length; at++) {
    product += (one[at] - a) * (other[at] - b);
    squaresOne += (one[at] - a) ** 2;
    squaresOther += (other[at] - b) ** 2;
  }
  return product / Math.sqrt(squaresOne * squaresOther);
}
