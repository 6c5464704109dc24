import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { InputError, messageOf, SynrayError } from '../../base/index.js';
import { decodeGrey, encodePng } from '../images.js';
import type { Region, Structure } from '../records/index.js';
import type { SourceBox, SourceMask } from './importer.js';

/** A mask in the making: 255 inside, 0 outside, row by row. */
interface Raster {
  readonly pixels: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** How far the proportions of a mask and its picture may be apart, for sources that rounded when they scaled. */
const PROPORTIONS = 0.03;

/**
 * The regions of a picture from its source's boxes and masks. Masks of one label are joined into one region, and its
 * box is what they cover; a box of that label is kept only where no mask of it lies inside. A mask without a pixel is no region.
 * @param picture - The picture's file, for messages.
 * @throws InputError when a mask cannot be read or does not fit the picture.
 */
export async function regionsOf(
  boxes: readonly SourceBox[],
  masks: readonly SourceMask[],
  [width, height]: readonly [number, number],
  picture: string,
): Promise<Region[]> {
  const regions = boxes.map(box => regionOf(box, width, height));
  if (masks.length === 0) return regions;
  const joined = await join(masks, width, height, picture);
  const masked: Region[] = [];
  const covered = new Map<string, Raster>();
  for (const [label, raster] of joined) {
    const box = boxOf(raster);
    if (box === undefined) continue;
    covered.set(label, raster);
    masked.push({ concept: label, box, mask: await encodePng(raster.pixels, width, height) });
  }
  const alone = regions.filter(region => {
    const raster = covered.get(region.concept);
    return raster === undefined || !touches(raster, region.box);
  });
  return [...alone, ...masked];
}

/** The structures of a picture; masks of one name are joined, those without a pixel left out. Errors as in {@link regionsOf}. */
export async function structuresOf(
  masks: readonly SourceMask[],
  [width, height]: readonly [number, number],
  picture: string,
): Promise<Structure[]> {
  const structures: Structure[] = [];
  for (const [name, raster] of await join(masks, width, height, picture)) {
    if (raster.pixels.includes(255)) {
      structures.push({ name, mask: await encodePng(raster.pixels, width, height) });
    }
  }
  return structures;
}

function regionOf(box: SourceBox, width: number, height: number): Region {
  const [x, y, w, h] = box.pixels;
  const [across, down] = box.drawnOn ?? [width, height];
  const fraction = (value: number) => Math.min(Math.max(value, 0), 1);
  return {
    concept: box.label,
    box: [fraction(x / across), fraction(y / down), fraction((x + w) / across), fraction((y + h) / down)],
    mask: null,
  };
}

/** The union of the masks of each label, at the picture's size, in the order in which labels come. */
async function join(
  masks: readonly SourceMask[],
  width: number,
  height: number,
  picture: string,
): Promise<Map<string, Raster>> {
  const joined = new Map<string, Raster>();
  for (const { label, shape } of masks) {
    let raster = joined.get(label);
    if (raster === undefined) {
      raster = { pixels: new Uint8Array(width * height), width, height };
      joined.set(label, raster);
    }
    if (shape.kind === 'file') lay(await readMask(shape.file), raster, shape.file);
    else if (shape.kind === 'runs') lay(fromRuns(shape.size, shape.runs, picture), raster, picture);
    else fillPolygons(shape.size, shape.polygons, raster, picture);
  }
  return joined;
}

async function readMask(file: string): Promise<Raster> {
  let bytes: Uint8Array;
  try {
    bytes = new Uint8Array(await readFile(file));
    const { pixels, width, height } = await decodeGrey(bytes, { source: file });
    // Brighter than half; masks stored as 0 and 1 are meant as black and white.
    let greatest = 0;
    for (const value of pixels) if (value > greatest) greatest = value;
    const least = greatest === 1 ? 1 : 128;
    return { pixels: pixels.map(value => (value >= least ? 255 : 0)), width, height };
  } catch (error) {
    const fault = error instanceof SynrayError ? error.fault : messageOf(error);
    throw new InputError({
      file,
      fault: `the mask ${basename(file)} cannot be read: ${fault}`,
      mend: 'replace the file, or take the mask out of the source',
      cause: error,
    });
  }
}

function fromRuns(
  [width, height]: readonly [number, number],
  runs: readonly number[],
  picture: string,
): Raster {
  const pixels = new Uint8Array(checkedArea(width, height, picture));
  if (runs.length % 2 !== 0) throw wrongMask(picture, 'a run of the mask has a start and no length');
  for (let at = 0; at < runs.length; at += 2) {
    const start = runs[at]!;
    const length = runs[at + 1]!;
    const end = start + length;
    if (!Number.isInteger(start) || !Number.isInteger(length) || start < 0 || length < 0) {
      throw wrongMask(picture, 'a run of the mask is no pair of whole numbers');
    }
    if (end > pixels.length) throw wrongMask(picture, 'a run of the mask leaves the picture');
    for (let place = start; place < end; place++) {
      const column = Math.floor(place / height);
      pixels[(place - column * height) * width + column] = 255;
    }
  }
  return { pixels, width, height };
}

/** Sets the pixels whose centres lie in any of the outlines; an outline that crosses itself is filled by even-odd. */
function fillPolygons(
  [width, height]: readonly [number, number],
  polygons: readonly (readonly number[])[],
  onto: Raster,
  picture: string,
): void {
  checkedArea(width, height, picture);
  checkProportions(width, height, onto, picture);
  for (const polygon of polygons) {
    if (polygon.length < 6 || polygon.length % 2 !== 0 || !polygon.every(Number.isFinite)) {
      throw wrongMask(picture, 'an outline of the mask is no list of three corners or more');
    }
    fillPolygon(polygon, onto.width / width, onto.height / height, onto);
  }
}

function fillPolygon(polygon: readonly number[], across: number, down: number, onto: Raster): void {
  const corners = polygon.length / 2;
  const crossings: number[] = [];
  for (let row = 0; row < onto.height; row++) {
    const y = row + 0.5;
    crossings.length = 0;
    for (let at = 0, before = corners - 1; at < corners; before = at++) {
      const [x0, y0] = [polygon[2 * before]! * across, polygon[2 * before + 1]! * down];
      const [x1, y1] = [polygon[2 * at]! * across, polygon[2 * at + 1]! * down];
      if (y0 <= y !== y1 <= y) crossings.push(x0 + ((y - y0) / (y1 - y0)) * (x1 - x0));
    }
    crossings.sort((a, b) => a - b);
    for (let pair = 0; pair + 1 < crossings.length; pair += 2) {
      const from = Math.max(Math.ceil(crossings[pair]! - 0.5), 0);
      const to = Math.min(Math.ceil(crossings[pair + 1]! - 0.5), onto.width);
      if (to > from) onto.pixels.fill(255, row * onto.width + from, row * onto.width + to);
    }
  }
}

/** Lays a mask of any size over one of the picture's: each pixel takes the value at its centre. */
function lay(mask: Raster, onto: Raster, source: string): void {
  checkProportions(mask.width, mask.height, onto, source);
  const columns = Uint32Array.from({ length: onto.width }, (_, x) =>
    Math.floor(((x + 0.5) * mask.width) / onto.width),
  );
  for (let y = 0; y < onto.height; y++) {
    const row = Math.floor(((y + 0.5) * mask.height) / onto.height) * mask.width;
    for (let x = 0; x < onto.width; x++) {
      if (mask.pixels[row + columns[x]!] !== 0) onto.pixels[y * onto.width + x] = 255;
    }
  }
}

function checkProportions(width: number, height: number, onto: Raster, source: string): void {
  const ratio = (width * onto.height) / (height * onto.width);
  if (Math.abs(Math.log(ratio)) <= PROPORTIONS) return;
  throw wrongMask(
    source,
    `a mask of ${width} × ${height} does not fit the picture of ${onto.width} × ${onto.height}`,
  );
}

/** Most pixels a mask may have, as for pictures. */
const MOST_PIXELS = 100_000_000;

function checkedArea(width: number, height: number, picture: string): number {
  const whole = Number.isInteger(width) && Number.isInteger(height) && width > 0 && height > 0;
  if (whole && width * height <= MOST_PIXELS) return width * height;
  throw wrongMask(picture, `a mask of ${width} × ${height} pixels is none`);
}

function wrongMask(file: string, fault: string): InputError {
  return new InputError({ file, fault, mend: 'correct the mask, or take it out of the source' });
}

/** What a mask covers, as fractions; undefined when it is empty. */
function boxOf({ pixels, width, height }: Raster): Region['box'] | undefined {
  let [left, top, right, bottom] = [width, height, -1, -1];
  for (let y = 0; y < height; y++) {
    const row = pixels.subarray(y * width, (y + 1) * width);
    const first = row.indexOf(255);
    if (first < 0) continue;
    if (bottom < 0) top = y;
    bottom = y;
    left = Math.min(left, first);
    right = Math.max(right, row.lastIndexOf(255));
  }
  if (right < 0) return undefined;
  return [left / width, top / height, (right + 1) / width, (bottom + 1) / height];
}

function touches({ pixels, width, height }: Raster, [x0, y0, x1, y1]: Region['box']): boolean {
  const [from, to] = [Math.floor(x0 * width), Math.ceil(x1 * width)];
  for (let y = Math.floor(y0 * height); y < Math.ceil(y1 * height); y++) {
    if (pixels.subarray(y * width + from, y * width + to).includes(255)) return true;
  }
  return false;
}
