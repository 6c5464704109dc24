import type { Random } from '../../../base/index.js';
import type { View } from '../../../data/index.js';
import { arena } from './arena.js';
import { clamp01 } from './body-map.js';
import { blur, type Map2, wideBlur } from './raster.js';

const curveSteps = 4096;
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
}

/** Draws a display chain; targets were measured on normal pictures of NIH ChestX-ray14. */
export function drawDisplay(view: View, random: Random): Display {
  const frontal = view === 'PA';
  return {
    lungGrey: frontal ? random.truncatedNormal(0.38, 0.08) : random.truncatedNormal(0.43, 0.07),
    denseGrey: frontal ? random.truncatedNormal(1.03, 0.08) : random.truncatedNormal(0.87, 0.08),
    gamma: random.uniform(0.85, 1.2),
    sharpen: { width: random.uniform(0.004, 0.012), gain: random.uniform(0.1, 1) },
    detail: frontal ? random.uniform(0, 0.55) : random.uniform(0.2, 1),
    equalise: random.uniform(0, 0.18),
    shoulder: random.uniform(0.5, 0.7),
    floor: random.chance(0.25) ? 0 : random.uniform(0, 0.1),
  };
}

/** 8-bit grey picture of a detector reading; dense is light. */
export function show(reading: Map2, size: number, display: Display): Uint8Array {
  return new Uint8Array(greys(reading, size, display, 255));
}

/** 16-bit grey picture of a detector reading. */
export function showDeep(reading: Map2, size: number, display: Display): Uint16Array {
  return new Uint16Array(greys(reading, size, display, 65_535));
}

/** Grey values from 0 to `white`, rounded. */
function greys(reading: Map2, size: number, display: Display, white: number): Float32Array {
  const broad = wideBlur(reading, size, 0.06, 48);
  const middle = wideBlur(reading, size, 0.016, 96);
  const fine = arena.copy(reading);
  blur(fine, size, display.sharpen.width * size);
  const work = arena.any(reading.length);
  const { gain } = display.sharpen;
  const { detail, equalise } = display;
  for (let at = 0; at < work.length; at++) work[at] = reading[at]! - equalise * broad[at]!;
  const [low, high] = anchors(work, size);
  const span = 1 / Math.max(0.2, high - low);
  for (let at = 0; at < work.length; at++) {
    const value = reading[at]!;
    // What is dense holds more noise than detail: there less is raised.
    const dense = (middle[at]! - equalise * broad[at]! - low) * span;
    const share = dense <= 0 ? 1 : dense >= 1 ? 0.2 : 1 - 0.8 * Math.sqrt(dense);
    // Strong edges (skin, metal) are raised less than what is faint.
    const part = value - middle[at]!;
    const raised = part / (1 + (part / softLimit) ** 2);
    work[at]! += share * (detail * raised + gain * (value - fine[at]!));
  }
  const scale = (display.denseGrey - display.lungGrey) * span;
  const { shoulder, floor } = display;
  const rest = 1 - shoulder;
  const curve = new Float32Array(curveSteps + 1);
  for (let step = 0; step <= curveSteps; step++) {
    let grey = (2 * step) / curveSteps - 0.5;
    // The curve of the display: straight in the middle, soft towards white and black.
    if (grey > shoulder) grey = shoulder + rest * (1 - Math.exp(-(grey - shoulder) / rest));
    else if (grey < toe) grey = toe * Math.exp((grey - toe) / toe);
    curve[step] = white * (floor + (1 - floor) * clamp01(grey) ** display.gamma);
  }
  for (let at = 0; at < work.length; at++) {
    const place = ((display.lungGrey + (work[at]! - low) * scale + 0.5) / 2) * curveSteps;
    if (place <= 0) work[at] = Math.round(curve[0]!);
    else if (place >= curveSteps) work[at] = Math.round(curve[curveSteps]!);
    else {
      const step = place | 0;
      work[at] = Math.round(curve[step]! + (curve[step + 1]! - curve[step]!) * (place - step));
    }
  }
  return work;
}

/** The readings at dark lung and dense belly, as the machine finds them: percentiles of the inner field. */
function anchors(work: Map2, size: number): [number, number] {
  const bins = new Uint32Array(1024);
  const left = Math.floor(0.15 * size);
  const right = Math.ceil(0.85 * size);
  let lowest = Infinity;
  let highest = -Infinity;
  for (let row = left; row < right; row += 2)
    for (let column = left; column < right; column += 2) {
      const value = work[row * size + column]!;
      if (value < lowest) lowest = value;
      if (value > highest) highest = value;
    }
  const width = (highest - lowest) / bins.length || 1;
  let count = 0;
  for (let row = left; row < right; row += 2)
    for (let column = left; column < right; column += 2) {
      bins[Math.min(1023, Math.floor((work[row * size + column]! - lowest) / width))]!++;
      count++;
    }
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
