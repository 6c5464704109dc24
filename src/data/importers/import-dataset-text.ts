import type { StoredImage } from '../images.js';
import type { Verdict } from '../records/index.js';

/** The name under which burnt-in text is flagged among a sample's verdicts. */
export const BURNT_IN_TEXT = 'burnt-in text';

/** Fewest letters in a row that are taken for text: markers of side and technician have one to three. */
const LEAST_LETTERS = 4;
/** Height of letters, as shares of the picture's height; five pixels at least. */
const LEAST_HEIGHT = 0.008;
const MOST_HEIGHT = 0.06;
/** How far from the edges text is looked for: at the top and bottom, and at the sides. Shares of height and width. */
const MARGIN = { rows: 0.25, columns: 0.2 };
/** Up to which share of the picture's greatest value pixels may belong to dark letters. */
const DARK = 0.1;
/**
 * From which share on they may belong to light ones, and how much lighter these are than what lies around them. Strokes
 * of small pictures have faded; in large ones they are as light as can be, and tell themselves from light shades.
 */
const LIGHT = { small: { least: 0.82, contrast: 0.22 }, large: { least: 0.9, contrast: 0.15 } };
const LARGE = 640;

/** Most runs of light or dark pixels in a row, as a share of the width. */
const MOST_RUNS = 0.12;

/** One connected part of light or dark pixels. */
interface Part {
  left: number;
  top: number;
  right: number;
  bottom: number;
  area: number;
  readonly light: boolean;
}

/** The flag for a picture with text in it; undefined for one without. A flag excludes nothing by itself. */
export function textVerdict(letters: number, told: 'yes' | 'no' | null): Verdict | undefined {
  const seen = letters >= LEAST_LETTERS;
  if (!seen && told !== 'yes') return undefined;
  return {
    check: BURNT_IN_TEXT,
    passed: false,
    score: letters,
    threshold: LEAST_LETTERS,
    reason: seen
      ? `${letters} marks like letters stand in rows near the edges`
      : 'the DICOM file says that there is text in its pixels',
  };
}

/**
 * How many marks like letters stand in rows near a picture's edges: parts of nearly the lightest or darkest grey, of a
 * letter's size and density, unlike what lies around them, four or more of one height side by side. Upright text only.
 */
export function countLetters(image: StoredImage): number {
  const { width, height } = image;
  const grey = bytesOf(image);
  let greatest = 1;
  for (let at = 0; at < grey.length; at += 7) if (grey[at]! > greatest) greatest = grey[at]!;
  const letters = new PartFinder(grey, width, height, greatest)
    .find()
    .filter(part => isLetter(part, grey, width, height, greatest));
  return (
    lettersInRows(letters.filter(({ light }) => light)) + lettersInRows(letters.filter(({ light }) => !light))
  );
}

/** One byte a pixel: the green of coloured pictures, the upper 8 of the bits that 16-bit pictures use. */
function bytesOf({ values, channels }: StoredImage): Uint8Array {
  if (values instanceof Uint8Array && channels === 1) return values;
  const grey = new Uint8Array(values.length / channels);
  let greatest = 255;
  if (values instanceof Uint16Array) for (const value of values) if (value > greatest) greatest = value;
  const shift = Math.max(0, Math.floor(Math.log2(greatest)) - 7);
  for (let at = 0, from = channels >> 1; at < grey.length; at++, from += channels)
    grey[at] = values[from]! >> shift;
  return grey;
}

/** Finds connected parts, row by row, of runs no longer than a letter is wide. */
class PartFinder {
  readonly #light: number;
  readonly #dark: number;
  readonly #longest: number;
  /** Every so manieth row is looked at: letters have four at least. */
  readonly #step: number;
  readonly #parts: Part[] = [];
  /** For each part the one that it was joined to, or itself. */
  readonly #parents: number[] = [];
  /** Start, end and part of the runs of this row and of the one above. */
  #here: Int32Array;
  #above: Int32Array;
  #hereCount = 0;
  #aboveCount = 0;

  constructor(
    readonly grey: Uint8Array,
    readonly width: number,
    readonly height: number,
    greatest: number,
  ) {
    this.#light = Math.ceil(lightOf(height).least * greatest);
    this.#dark = Math.floor(DARK * greatest);
    this.#longest = Math.ceil(1.6 * MOST_HEIGHT * height);
    this.#step = Math.max(1, Math.floor(height / 512));
    this.#here = new Int32Array(3 * (width + 1));
    this.#above = new Int32Array(3 * (width + 1));
  }

  find(): Part[] {
    const { width, height } = this;
    const [rows, columns] = [Math.round(MARGIN.rows * height), Math.round(MARGIN.columns * width)];
    for (let y = 0; y < height; y += this.#step) {
      this.#hereCount = 0;
      if (y < rows || y >= height - rows) this.#runs(y, 0, width);
      else {
        this.#runs(y, 0, columns);
        this.#runs(y, width - columns, width);
      }
      // Noise has more than any line of text.
      if (this.#hereCount > MOST_RUNS * width) this.#hereCount = 0;
      this.#connect(y);
      [this.#above, this.#here] = [this.#here, this.#above];
      this.#aboveCount = this.#hereCount;
    }
    return this.#parts.filter((_, at) => this.#parents[at] === at);
  }

  /** Notes the runs of a row. */
  #runs(y: number, from: number, to: number): void {
    const { grey } = this;
    const [light, dark, longest, here] = [this.#light, this.#dark, this.#longest, this.#here];
    const row = y * this.width;
    let count = this.#hereCount;
    for (let x = from; x < to; ) {
      const value = grey[row + x]!;
      if (value < light && value > dark) {
        x++;
        continue;
      }
      const start = x++;
      if (value >= light) while (x < to && grey[row + x]! >= light) x++;
      else while (x < to && grey[row + x]! <= dark) x++;
      if (x - start > longest) continue;
      here[3 * count] = start;
      here[3 * count + 1] = x;
      here[3 * count + 2] = value >= light ? 1 : 0;
      count++;
    }
    this.#hereCount = count;
  }

  /** Gives each run of the row the part of those that touch it above, or a new one. */
  #connect(y: number): void {
    const [here, above, parts, parents] = [this.#here, this.#above, this.#parts, this.#parents];
    const aboveEnd = 3 * this.#aboveCount;
    let overlap = 0;
    for (let run = 0; run < 3 * this.#hereCount; run += 3) {
      const [start, end, light] = [here[run]!, here[run + 1]!, here[run + 2] === 1];
      while (overlap < aboveEnd && above[overlap + 1]! < start) overlap += 3;
      let part = -1;
      for (let at = overlap; at < aboveEnd && above[at]! <= end; at += 3) {
        const other = this.#root(above[at + 2]!);
        if (parts[other]!.light !== light || other === part) continue;
        if (part < 0) part = other;
        else {
          parents[other] = part;
          join(parts[part]!, parts[other]!);
        }
      }
      if (part < 0) {
        part = parts.length;
        parents.push(part);
        parts.push({
          left: start,
          top: y,
          right: end,
          bottom: y + this.#step,
          area: (end - start) * this.#step,
          light,
        });
      } else {
        const grown = parts[part]!;
        grown.area += (end - start) * this.#step;
        if (start < grown.left) grown.left = start;
        if (end > grown.right) grown.right = end;
        grown.bottom = y + this.#step;
      }
      here[run + 2] = part;
    }
  }

  #root(part: number): number {
    let place = part;
    while (this.#parents[place] !== place) place = this.#parents[place]!;
    return place;
  }
}

function join(one: Part, other: Part): void {
  one.left = Math.min(one.left, other.left);
  one.top = Math.min(one.top, other.top);
  one.right = Math.max(one.right, other.right);
  one.bottom = Math.max(one.bottom, other.bottom);
  one.area += other.area;
}

function isLetter(
  { left, top, right, bottom, area, light }: Part,
  grey: Uint8Array,
  width: number,
  height: number,
  greatest: number,
): boolean {
  const [wide, high] = [right - left, bottom - top];
  if (high < Math.max(5, LEAST_HEIGHT * height) || high > MOST_HEIGHT * height || wide > 1.5 * high)
    return false;
  const share = area / (wide * high);
  if (share < 0.15 || (share > 0.92 && wide > 0.45 * high)) return false;
  // What lies around it, at a distance at which strokes have faded.
  const away = Math.max(1, Math.round(0.15 * high));
  const [x0, y0, x1, y1] = [left - away, top - away, right - 1 + away, bottom - 1 + away];
  if (x0 < 0 || y0 < 0 || x1 >= width || y1 >= height) return false;
  let sum = 0;
  let count = 0;
  for (let x = x0; x <= x1; x++, count += 2) sum += grey[y0 * width + x]! + grey[y1 * width + x]!;
  for (let y = y0 + 1; y < y1; y++, count += 2) sum += grey[y * width + x0]! + grey[y * width + x1]!;
  const around = sum / count;
  const { least, contrast } = lightOf(height);
  return light ? around < (least - contrast) * greatest : around > (DARK + contrast) * greatest;
}

function lightOf(height: number): { least: number; contrast: number } {
  return height < LARGE ? LIGHT.small : LIGHT.large;
}

/** How many of the letters have neighbours of their height on one line, {@link LEAST_LETTERS} in all or more. */
function lettersInRows(letters: Part[]): number {
  const sorted = letters.sort((a, b) => a.left - b.left || a.top - b.top);
  const rowOf = sorted.map((_, at) => at);
  const root = (at: number): number => (rowOf[at] === at ? at : root(rowOf[at]!));
  for (const [at, one] of sorted.entries()) {
    const high = one.bottom - one.top;
    for (let next = at + 1; next < sorted.length; next++) {
      const other = sorted[next]!;
      const gap = other.left - one.right;
      if (gap > 1.1 * high) break;
      const otherHigh = other.bottom - other.top;
      const alike = Math.abs(high - otherHigh) <= 0.3 * Math.max(high, otherHigh);
      const level = Math.abs(one.bottom - other.bottom) <= 0.25 * high;
      if (alike && level && gap >= -0.1 * high) rowOf[root(next)] = root(at);
    }
  }
  const rows = new Map<number, Part[]>();
  for (const [at, part] of sorted.entries()) rows.set(root(at), [...(rows.get(root(at)) ?? []), part]);
  let count = 0;
  for (const row of rows.values()) {
    // The marks of a ruler are strokes only; words have letters that are wider.
    const strokes = row.filter(part => part.right - part.left < 0.3 * (part.bottom - part.top)).length;
    if (row.length >= LEAST_LETTERS && strokes <= 0.6 * row.length) count += row.length;
  }
  return count;
}
