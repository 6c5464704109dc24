import type { Random } from '../../../base/index.js';
import { normalShape, type ShapeGroup } from './shape-table.js';

/** Closed contours as x, y pairs in fractions of the picture side. */
export interface Contours {
  readonly rightLung: number[];
  readonly leftLung: number[];
  readonly heart: number[];
  readonly leftClavicle: number[];
  readonly rightClavicle: number[];
}

/** Rows of the tables below: y = (row + 0.5) / tableRows, from −0.2 to 1.2 of the picture. */
export const tableRows = 512;
const tableTop = -0.2;
const tableSpan = 1.4;

/** Chest wall, mediastinum and diaphragm as functions of height or width, from the lung contours. */
export interface Thorax {
  /** x of the inner chest wall at a height, right and left side of the patient. */
  readonly wall: { readonly right: Float32Array; readonly left: Float32Array };
  /** x of the lung's edge towards the middle at a height. */
  readonly medial: { readonly right: Float32Array; readonly left: Float32Array };
  /** y of the diaphragm at an x. */
  readonly dome: { readonly right: Float32Array; readonly left: Float32Array };
  readonly apex: { readonly right: number; readonly left: number };
  /** y of the costophrenic angle. */
  readonly angle: { readonly right: number; readonly left: number };
  /** Highest point of each diaphragm. */
  readonly top: { readonly right: number; readonly left: number };
  /** x of the middle. */
  readonly middle: number;
}

/** Index into the thorax tables of a place along x or y. */
export function tableIndex(place: number): number {
  const index = Math.floor(((place - tableTop) / tableSpan) * tableRows);
  return index < 0 ? 0 : index >= tableRows ? tableRows - 1 : index;
}

function tablePlace(index: number): number {
  return tableTop + ((index + 0.5) / tableRows) * tableSpan;
}

/** Draws contours from the shape model: mean plus modes within two deviations. */
export function drawContours(random: Random, spread = 1, group: ShapeGroup = normalShape): Contours {
  const { mean, modes } = figuresOf(group);
  const values = Array.from(mean);
  modes.forEach((mode, index) => {
    const weight = random.truncatedNormal(0, spread * group.deviations[index]!, 2) / 1e3;
    for (let at = 0; at < values.length; at++) values[at]! += weight * mode[at]!;
  });
  const parts: Record<string, number[]> = {};
  let start = 0;
  for (const [name, count] of Object.entries(group.structures)) {
    parts[name] = values.slice(start, start + 2 * count);
    start += 2 * count;
  }
  return {
    rightLung: parts.RL ?? [],
    leftLung: parts.LL ?? [],
    heart: parts.H ?? [],
    leftClavicle: parts.LCLA ?? [],
    rightClavicle: parts.RCLA ?? [],
  };
}

interface ShapeFigures {
  readonly mean: Float64Array;
  readonly modes: readonly Float64Array[];
}

const figures = new WeakMap<ShapeGroup, ShapeFigures>();

/** The figures of a group, read from its words once. */
function figuresOf(group: ShapeGroup): ShapeFigures {
  let found = figures.get(group);
  if (found === undefined) {
    const read = (words: string, scale: number) =>
      Float64Array.from(words.split(' '), word => Number(word) / scale);
    found = { mean: read(group.mean, 1e4), modes: group.modes.map(mode => read(mode, 1)) };
    figures.set(group, found);
  }
  return found;
}

/** Moves every point of every contour. */
export function mapContours(
  contours: Contours,
  move: (x: number, y: number) => readonly [number, number],
): Contours {
  const moved = (points: number[]): number[] => {
    const result: number[] = [];
    for (let at = 0; at < points.length; at += 2) result.push(...move(points[at]!, points[at + 1]!));
    return result;
  };
  return {
    rightLung: moved(contours.rightLung),
    leftLung: moved(contours.leftLung),
    heart: moved(contours.heart),
    leftClavicle: moved(contours.leftClavicle),
    rightClavicle: moved(contours.rightClavicle),
  };
}

/** x, y, width and height of a contour. */
export function boxOf(points: readonly number[]): {
  left: number;
  right: number;
  top: number;
  bottom: number;
} {
  const box = { left: Infinity, right: -Infinity, top: Infinity, bottom: -Infinity };
  for (let at = 0; at < points.length; at += 2) {
    box.left = Math.min(box.left, points[at]!);
    box.right = Math.max(box.right, points[at]!);
    box.top = Math.min(box.top, points[at + 1]!);
    box.bottom = Math.max(box.bottom, points[at + 1]!);
  }
  return box;
}

/** Cardiothoracic ratio: greatest width of the heart over the greatest inner width of the chest. */
export function cardiothoracicRatio(contours: Contours): number {
  const heart = boxOf(contours.heart);
  return (heart.right - heart.left) / (boxOf(contours.leftLung).right - boxOf(contours.rightLung).left);
}

/**
 * The tables of the chest that the contours bound.
 * @param middle - x of the middle where it is known: what a finding does to the lungs does not move it.
 */
export function thoraxOf(contours: Contours, middle?: number): Thorax {
  const right = sideTables(contours.rightLung, false);
  const left = sideTables(contours.leftLung, true);
  // Under the heart the two floors run into each other.
  const from = right.floorEnd;
  const to = left.floorEnd;
  for (let index = from; index <= to; index++) {
    const part = (index - from) / Math.max(1, to - from);
    const y = right.dome[from]! * (1 - part) + left.dome[to]! * part - 0.012 * Math.sin(Math.PI * part);
    right.dome[index] = y;
    left.dome[index] = y;
  }
  for (const [one, other] of [
    [right.dome, left.dome],
    [left.dome, right.dome],
  ] as const)
    for (let index = 0; index < tableRows; index++) if (Number.isNaN(one[index]!)) one[index] = other[index]!;
  fillEnds(right.dome, 0);
  fillEnds(left.dome, 0);
  // Between the tops and the hila, where the lungs' inner edges bound the great vessels.
  const middleRow = tableIndex(right.apex + 0.25);
  return {
    wall: { right: right.wall, left: left.wall },
    medial: { right: right.medial, left: left.medial },
    dome: { right: right.dome, left: left.dome },
    apex: { right: right.apex, left: left.apex },
    angle: { right: right.angle, left: left.angle },
    top: { right: right.top, left: left.top },
    middle: middle ?? (right.medial[middleRow]! + left.medial[middleRow]!) / 2 - 0.01,
  };
}

function sideTables(lung: readonly number[], isLeft: boolean) {
  const box = boxOf(lung);
  const outer = isLeft ? Math.max : Math.min;
  const inner = isLeft ? Math.min : Math.max;
  const wall = new Float32Array(tableRows).fill(Number.NaN);
  const medial = new Float32Array(tableRows).fill(Number.NaN);
  const dome = new Float32Array(tableRows).fill(Number.NaN);
  eachCrossing(lung, 1, (index, x) => {
    wall[index] = Number.isNaN(wall[index]!) ? x : outer(wall[index]!, x);
    medial[index] = Number.isNaN(medial[index]!) ? x : inner(medial[index]!, x);
  });
  eachCrossing(lung, 0, (index, y) => {
    dome[index] = Number.isNaN(dome[index]!) ? y : Math.max(dome[index]!, y);
  });
  // The lowest point of the outer third is the costophrenic angle.
  const wide = box.right - box.left;
  let angle = box.top;
  for (let at = 0; at < lung.length; at += 2) {
    const outward = isLeft ? lung[at]! - box.left : box.right - lung[at]!;
    if (outward > 0.6 * wide && lung[at + 1]! > angle) angle = lung[at + 1]!;
  }
  // The floor runs from the angle inward up to where the contour turns up along the heart.
  const inward = isLeft ? -1 : 1;
  let column = tableIndex(isLeft ? box.right - 0.02 : box.left + 0.02);
  const last = tableIndex(isLeft ? box.left : box.right);
  let top = dome[column]!;
  for (; column !== last; column += inward) {
    const next = dome[column + inward]!;
    const gone = Math.abs(tablePlace(column) - (isLeft ? box.right : box.left)) / wide;
    if (Number.isNaN(next) || (gone > 0.22 && dome[column]! - next > 0.0045)) break;
    if (next < top) top = next;
  }
  fillEnds(wall, tableIndex(angle - 0.01));
  fillEnds(medial, tableIndex(top - 0.03));
  return { wall, medial, dome, apex: box.top, angle, top, floorEnd: column };
}

/** Places outside a contour take the nearest known value; from `last` on (when above 0) all take that row's. */
function fillEnds(table: Float32Array, last: number): void {
  if (last > 0) table.fill(Number.NaN, last + 1);
  let known = table.findIndex(value => !Number.isNaN(value));
  if (known < 0) known = 0;
  table.fill(table[known]!, 0, known);
  for (let index = 1; index < table.length; index++)
    if (Number.isNaN(table[index]!)) table[index] = table[index - 1]!;
}

/**
 * Where a closed contour meets the lines of the tables, with the other coordinate there (axis 0: vertical lines
 * at each x, 1: horizontal ones at each y).
 */
function eachCrossing(
  points: readonly number[],
  axis: 0 | 1,
  visit: (index: number, cross: number) => void,
): void {
  const other = 1 - axis;
  for (let at = 0; at < points.length; at += 2) {
    const next = (at + 2) % points.length;
    const one = points[at + axis]!;
    const end = points[next + axis]!;
    if (one === end) continue;
    const slope = (points[next + other]! - points[at + other]!) / (end - one);
    // Lines at or above the lower end and below the upper one.
    const first = Math.max(0, Math.ceil(tableStep(Math.min(one, end))));
    const last = Math.min(tableRows, Math.ceil(tableStep(Math.max(one, end))));
    for (let index = first; index < last; index++)
      visit(index, points[at + other]! + (tablePlace(index) - one) * slope);
  }
}

/** The place of a line among the lines of the tables; inverse of `tablePlace`. */
function tableStep(place: number): number {
  return ((place - tableTop) / tableSpan) * tableRows - 0.5;
}
