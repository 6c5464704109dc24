import type { Random } from '../../../base/index.js';
import type { View } from '../../../data/index.js';
import { arena } from './arena.js';
import { clamp01 } from './body-map.js';
import { kernels } from './kernels.js';
import type { Map2 } from './raster.js';
import { defaultSite, type SimulatorSite } from './site.js';
import { blur, coarsen, spread } from './smoothing.js';

/** Straight lines between so many steps are off by less than a hundredth of an 8-bit grey. */
const curveSteps = 1024;
/** Grey below which the curve bends towards black. */
const toe = 0.1;
/** Detail far above this (log attenuation) is hardly raised. */
const softLimit = 0.15;

/** How a machine turns what it measured into grey. */
export interface Display {
  /** Grey (0 to 1) of well-aerated lung, and of the densest parts before the curve bends. */
  readonly lungGrey: number;
  readonly denseGrey: number;
  /** Below 1 compresses the dense end, above 1 the lungs. */
  readonly gamma: number;
  /** Fine detail (deviation in fractions of the side, gain). */
  readonly sharpen: { readonly width: number; readonly gain: number };
  /** Gain of detail the size of ribs and vessels: what multi-scale processing raises. */
  readonly detail: number;
  /** Share of the broad brightness that is evened out. */
  readonly equalise: number;
  /** Where the curve bends towards white. */
  readonly shoulder: number;
  /** Grey of the unattenuated beam. */
  readonly floor: number;
  /** Share of a curve that gives every grey as many pixels (histogram equalisation), 0 to 1. */
  readonly flatten: number;
}

/**
 * Draws a display chain; targets were measured on normal pictures of NIH ChestX-ray14. One machine in seven raises
 * detail strongly and evens out the rest, as many do for intensive care; some pictures of archives had their
 * greys equalised later.
 */
export function drawDisplay(
  view: View,
  random: Random,
  site: SimulatorSite['display'] = defaultSite.display,
): Display {
  const place = view === 'PA' ? 'PA' : 'AP';
  const strong = random.fork('processing').chance(site.strong);
  const archive = random.fork('archive');
  return {
    lungGrey: random.truncatedNormal(...site.lungGrey[place]),
    denseGrey: random.truncatedNormal(...site.denseGrey[place]),
    gamma: random.uniform(...site.gamma),
    sharpen: {
      width: random.uniform(0.004, 0.012),
      gain: strong ? random.uniform(1, 3) : random.uniform(...site.sharpen),
    },
    detail: strong ? random.uniform(0.8, 2.4) : random.uniform(...site.detail[place]),
    equalise: strong ? random.uniform(0.15, 0.6) : random.uniform(...site.equalise),
    shoulder: random.uniform(...site.shoulder),
    floor: random.chance(site.black) ? 0 : random.uniform(...site.floor),
    flatten: archive.chance(site.flattened) ? archive.uniform(0.3, 0.9) : 0,
  };
}

/** 8-bit grey picture of a detector reading; dense is light. */
export function show(reading: Map2, size: number, display: Display): Uint8Array {
  const result = new Uint8Array(reading.length);
  greys(reading, size, display, 255, [8, result]);
  return result;
}

/** 16-bit grey picture of a detector reading. */
export function showDeep(reading: Map2, size: number, display: Display): Uint16Array {
  const result = new Uint16Array(reading.length);
  greys(reading, size, display, 65_535, [16, result]);
  return result;
}

/** Cells along a side of the grids of broad brightness and of detail the size of ribs. */
const broadCells = 48;
const middleCells = 96;

/** Grey values from 0 to `white`, rounded, written to `result`. */
function greys(
  reading: Map2,
  size: number,
  display: Display,
  white: number,
  result: [8, Uint8Array] | [16, Uint16Array],
): void {
  const { gain } = display.sharpen;
  const { detail, equalise } = display;
  // A cell without a pixel would have no mean.
  const cells = Math.min(middleCells, size);
  const broadly = Math.min(broadCells, cells);
  const middleGrid = coarsen(reading, size, cells);
  const broadGrid = coarsen(middleGrid, cells, broadly);
  blur(middleGrid, cells, 0.016 * cells);
  blur(broadGrid, broadly, 0.06 * broadly);
  for (let cell = 0; cell < broadGrid.length; cell++) broadGrid[cell]! *= equalise;
  const broad = spread(broadGrid, broadly, size, 0.5);
  const middle = spread(middleGrid, cells, size, 0.5);
  const fine = arena.copy(reading);
  blur(fine, size, display.sharpen.width * size);
  const [low, high] = anchors(reading, broad, size);
  const span = 1 / Math.max(0.2, high - low);
  // What is dense holds more noise than detail: there less is raised.
  const evened = spread(broadGrid, broadly, cells, 0.5);
  const shares = new Float32Array(middleGrid.length);
  for (let cell = 0; cell < shares.length; cell++) {
    const dense = (middleGrid[cell]! - evened[cell]! - low) * span;
    shares[cell] = dense <= 0 ? 1 : dense >= 1 ? 0.2 : 1 - 0.8 * Math.sqrt(dense);
  }
  const share = spread(shares, cells, size, 0.5);
  const curve = greyCurve(display, white);
  const scale = 0.5 * curveSteps * (display.denseGrey - display.lungGrey) * span;
  const start = 0.5 * curveSteps * (display.lungGrey + 0.5) - low * scale;
  if (display.flatten > 0)
    flattenCurve(curve, display.flatten, place => start + scale * place, reading, broad);
  kernels().greys(
    size,
    detail,
    gain,
    softLimit,
    start,
    scale,
    curveSteps,
    curve,
    reading,
    middle,
    broad,
    fine,
    share,
    ...result,
  );
}

/** The curve of the display in steps from grey −0.5 to 1.5: straight in the middle, soft towards white and black. */
function greyCurve({ shoulder, floor, gamma }: Display, white: number): Float32Array {
  const rest = 1 - shoulder;
  const curve = new Float32Array(curveSteps + 2);
  for (let step = 0; step < curve.length; step++) {
    let grey = (2 * step) / curveSteps - 0.5;
    if (grey > shoulder) grey = shoulder + rest * (1 - Math.exp(-(grey - shoulder) / rest));
    else if (grey < toe) grey = toe * Math.exp((grey - toe) / toe);
    curve[step] = white * (floor + (1 - floor) * clamp01(grey) ** gamma);
  }
  return curve;
}

/** Mixes into a curve the one that gives every grey as many pixels; `stepOf` tells the step of a reading. */
function flattenCurve(
  curve: Float32Array,
  share: number,
  stepOf: (reading: number) => number,
  reading: Map2,
  broad: Map2,
): void {
  const counts = new Uint32Array(curve.length);
  let total = 0;
  for (let at = 0; at < reading.length; at += 7, total++)
    counts[Math.min(curveSteps, Math.max(0, Math.floor(stepOf(reading[at]! - broad[at]!))))]!++;
  const black = curve[0]!;
  const span = curve[curveSteps]! - black;
  let below = 0;
  for (let step = 0; step < curve.length; step++) {
    const here = counts[step]!;
    // The middle of its pixels: so the black beside the patient, which is one grey, stays dark.
    const even = black + (span * (below + (step === 0 ? 0 : 0.5 * here))) / total;
    curve[step]! += share * (even - curve[step]!);
    below += here;
  }
}

/**
 * The readings at dark lung and dense belly, less the broad brightness, as the machine finds them: percentiles
 * of the inner field.
 */
function anchors(reading: Map2, broad: Map2, size: number): [number, number] {
  const bins = new Uint32Array(1024);
  const range = new Float64Array(2);
  const [from, to] = [Math.floor(0.15 * size), Math.ceil(0.85 * size)];
  kernels().histogram(size, from, to, bins.length, reading, broad, bins, range);
  const [lowest, highest] = range as unknown as [number, number];
  const width = (highest - lowest) / bins.length || 1;
  const count = Math.ceil((to - from) / 2) ** 2;
  const percentile = (share: number): number => {
    let sum = 0;
    for (let bin = 0; bin < bins.length; bin++) {
      sum += bins[bin]!;
      if (sum >= share * count) return lowest + (bin + 0.5) * width;
    }
    return highest;
  };
  return [percentile(0.15), percentile(0.95)];
}
