// Hand statistics of a chest picture, by group, for the two-sample test of `npm run bench realism`.

/** Sides of the square grid of mean greys that stands for the layout of a picture. */
const CELLS = 8;
/** Deviations, in fractions of the side, between which bands of detail are taken. */
const BANDS = [0.003, 0.006, 0.012, 0.025, 0.05];
/** Parts of the picture as left, top, right, bottom. */
const PARTS = {
  'upper lungs': [0.15, 0.15, 0.85, 0.35],
  'right lung': [0.15, 0.35, 0.4, 0.65],
  'left lung': [0.65, 0.35, 0.85, 0.65],
  middle: [0.42, 0.1, 0.58, 0.5],
  heart: [0.45, 0.5, 0.7, 0.75],
  belly: [0.2, 0.82, 0.8, 0.98],
  shoulders: [0.02, 0.02, 0.98, 0.15],
};

/** Names and groups of what `featuresOf` gives, in order. */
export const featureNames = names();

function names() {
  const list = [];
  for (const name of ['mean', 'deviation', 'black share', 'white share', 'p10', 'p25', 'p50', 'p75', 'p90'])
    list.push({ group: 'grey', name });
  for (let row = 0; row < CELLS; row++)
    for (let column = 0; column < CELLS; column++)
      list.push({ group: 'layout', name: `grey of cell ${row + 1},${column + 1}` });
  for (const part of Object.keys(PARTS))
    for (let band = 0; band + 1 < BANDS.length; band++)
      list.push({ group: 'texture', name: `detail at ${BANDS[band]} to ${BANDS[band + 1]}, ${part}` });
  for (const part of Object.keys(PARTS)) {
    list.push({ group: 'edges', name: `upright against level edges, ${part}` });
    list.push({ group: 'edges', name: `tail of the gradient, ${part}` });
  }
  return list;
}

/** Statistics of size × size grey values 0 to 255; layout and detail are of the picture at mean 0, deviation 1. */
export function featuresOf(pixels, size) {
  const values = Float32Array.from(pixels, value => value / 255);
  const sorted = Float32Array.from(values).sort();
  const share = part => sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))];
  let sum = 0;
  let squares = 0;
  let black = 0;
  let white = 0;
  for (const value of values) {
    sum += value;
    squares += value * value;
    if (value < 0.03) black++;
    if (value > 0.97) white++;
  }
  const mean = sum / values.length;
  const deviation = Math.sqrt(squares / values.length - mean * mean) || 1;
  const result = [mean, deviation, black / values.length, white / values.length];
  result.push(share(0.1), share(0.25), share(0.5), share(0.75), share(0.9));
  const even = values.map(value => (value - mean) / deviation);
  const cell = size / CELLS;
  for (let row = 0; row < CELLS; row++)
    for (let column = 0; column < CELLS; column++)
      result.push(meanOf(even, size, column * cell, row * cell, (column + 1) * cell, (row + 1) * cell));
  const blurred = BANDS.map(width => gaussian(even, size, width * size));
  for (const [left, top, right, bottom] of Object.values(PARTS))
    for (let band = 0; band + 1 < BANDS.length; band++) {
      let power = 0;
      let count = 0;
      eachOf(size, left, top, right, bottom, at => {
        power += (blurred[band][at] - blurred[band + 1][at]) ** 2;
        count++;
      });
      result.push(Math.log10(power / count + 1e-7));
    }
  const fine = blurred[0];
  for (const [left, top, right, bottom] of Object.values(PARTS)) {
    let across = 0;
    let down = 0;
    const slopes = [];
    eachOf(size, left, top, right, bottom, at => {
      const dx = fine[at + 1] - fine[at - 1];
      const dy = fine[at + size] - fine[at - size];
      across += dx * dx;
      down += dy * dy;
      slopes.push(Math.abs(dx) + Math.abs(dy));
    });
    slopes.sort((one, other) => one - other);
    result.push(Math.log10((across + 1e-9) / (down + 1e-9)));
    result.push(
      Math.log10((slopes[Math.floor(0.98 * slopes.length)] + 1e-4) / (slopes[slopes.length >> 1] + 1e-4)),
    );
  }
  return Float64Array.from(result);
}

function eachOf(size, left, top, right, bottom, visit) {
  const within = place => Math.min(size - 2, Math.max(1, Math.round(place * size)));
  for (let row = within(top); row < within(bottom); row++)
    for (let column = within(left); column < within(right); column++) visit(row * size + column);
}

function meanOf(values, size, left, top, right, bottom) {
  let sum = 0;
  let count = 0;
  for (let row = Math.floor(top); row < Math.floor(bottom); row++)
    for (let column = Math.floor(left); column < Math.floor(right); column++) {
      sum += values[row * size + column];
      count++;
    }
  return sum / count;
}

/** Gaussian blur, deviation in pixels; edges repeat. Wide ones are three running means. */
export function gaussian(values, size, deviation) {
  if (deviation > 2) {
    const reach = Math.max(1, Math.round((Math.sqrt(4 * deviation * deviation + 1) - 1) / 2));
    let map = values;
    for (let pass = 0; pass < 3; pass++)
      map = runningMean(runningMean(map, size, reach, 1, size), size, reach, size, 1);
    return map;
  }
  const reach = Math.max(1, Math.ceil(3 * deviation));
  const kernel = Array.from({ length: 2 * reach + 1 }, (_, at) =>
    Math.exp(-0.5 * ((at - reach) / Math.max(deviation, 0.2)) ** 2),
  );
  const total = kernel.reduce((sum, one) => sum + one, 0);
  const pass = (from, stride, line) => {
    const to = new Float32Array(from.length);
    for (let row = 0; row < size; row++)
      for (let column = 0; column < size; column++) {
        let sum = 0;
        for (let step = -reach; step <= reach; step++) {
          const place = Math.min(size - 1, Math.max(0, column + step));
          sum += kernel[step + reach] * from[row * line + place * stride];
        }
        to[row * line + column * stride] = sum / total;
      }
    return to;
  };
  return pass(pass(values, 1, size), size, 1);
}

function runningMean(from, size, reach, stride, line) {
  const to = new Float32Array(from.length);
  for (let row = 0; row < size; row++) {
    const at = place => from[row * line + Math.min(size - 1, Math.max(0, place)) * stride];
    let sum = 0;
    for (let step = -reach; step <= reach; step++) sum += at(step);
    for (let column = 0; column < size; column++) {
      to[row * line + column * stride] = sum / (2 * reach + 1);
      sum += at(column + reach + 1) - at(column - reach);
    }
  }
  return to;
}
