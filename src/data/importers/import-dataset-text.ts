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
/** Shares of the picture's greatest value from which on, and up to which, pixels may belong to light and dark letters. */
const LIGHT = 0.82;
const DARK = 0.1;
/** How much lighter or darker a letter is than what lies around it, as a share of the greatest value. */
const CONTRAST = 0.22;
/** Most runs of light or dark pixels that are looked at; a picture of pure noise has more. */
const MOST_RUNS = 60_000;

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
  const { values, width, height, channels } = image;
  const grey = channels === 1 ? values : values.filter((_, at) => at % 3 === 1);
  let greatest = 1;
  for (let at = 0; at < grey.length; at += 7) if (grey[at]! > greatest) greatest = grey[at]!;
  const letters = partsOf(grey, width, height, greatest).filter(part =>
    isLetter(part, grey, width, height, greatest),
  );
  return (
    lettersInRows(letters.filter(({ light }) => light)) + lettersInRows(letters.filter(({ light }) => !light))
  );
}

/** Connected parts, of runs no longer than a letter is wide. */
function partsOf(grey: Uint8Array | Uint16Array, width: number, height: number, greatest: number): Part[] {
  const light = Math.ceil(LIGHT * greatest);
  const dark = Math.floor(DARK * greatest);
  const longest = Math.ceil(1.6 * MOST_HEIGHT * height);
  const [rows, columns] = [Math.round(MARGIN.rows * height), Math.round(MARGIN.columns * width)];
  const parts: Part[] = [];
  const parents: number[] = [];
  const rootOf = (part: number) => {
    let place = part;
    while (parents[place] !== place) place = parents[place]!;
    return place;
  };
  let runs = 0;
  // Start, end and part of the runs of this row and of the one above.
  let above: number[] = [];
  let here: number[] = [];
  const scan = (y: number, from: number, to: number) => {
    const row = y * width;
    let x = from;
    let overlap = 0;
    while (x < to) {
      const value = grey[row + x]!;
      if (value < light && value > dark) {
        x++;
        continue;
      }
      const isLight = value >= light;
      const start = x++;
      if (isLight) while (x < to && grey[row + x]! >= light) x++;
      else while (x < to && grey[row + x]! <= dark) x++;
      if (x - start > longest) continue;
      runs++;
      let part = -1;
      while (overlap < above.length && above[overlap + 1]! < start) overlap += 3;
      for (let at = overlap; at < above.length && above[at]! <= x; at += 3) {
        const other = rootOf(above[at + 2]!);
        if (parts[other]!.light !== isLight || other === part) continue;
        if (part < 0) part = other;
        else {
          parents[other] = part;
          join(parts[part]!, parts[other]!);
        }
      }
      if (part < 0) {
        part = parts.length;
        parents.push(part);
        parts.push({ left: start, top: y, right: x, bottom: y + 1, area: 0, light: isLight });
      }
      const grown = parts[part]!;
      grown.area += x - start;
      grown.left = Math.min(grown.left, start);
      grown.right = Math.max(grown.right, x);
      grown.bottom = y + 1;
      here.push(start, x, part);
    }
  };
  for (let y = 0; y < height && runs < MOST_RUNS; y++) {
    if (y < rows || y >= height - rows) scan(y, 0, width);
    else {
      scan(y, 0, columns);
      scan(y, width - columns, width);
    }
    [above, here] = [here, above];
    here.length = 0;
  }
  return parts.filter((_, at) => parents[at] === at);
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
  grey: Uint8Array | Uint16Array,
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
  const away = high >= 12 ? 2 : 1;
  const [x0, y0, x1, y1] = [left - away, top - away, right - 1 + away, bottom - 1 + away];
  if (x0 < 0 || y0 < 0 || x1 >= width || y1 >= height) return false;
  let sum = 0;
  let count = 0;
  for (let x = x0; x <= x1; x++, count += 2) sum += grey[y0 * width + x]! + grey[y1 * width + x]!;
  for (let y = y0 + 1; y < y1; y++, count += 2) sum += grey[y * width + x0]! + grey[y * width + x1]!;
  const around = sum / count;
  return light ? around < (LIGHT - CONTRAST) * greatest : around > (DARK + CONTRAST) * greatest;
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
