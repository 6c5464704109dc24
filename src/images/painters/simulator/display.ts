import type { Random } from '../../../base/index.js';
import { clamp01 } from './body-map.js';
import type { Patient } from './patient.js';
import { blur, type Map2, wideBlur } from './raster.js';

/** How a machine turns what it measured into grey. */
export interface Display {
  /** Grey (0 to 1) of well-aerated lung and of the densest parts. */
  readonly lungGrey: number;
  readonly denseGrey: number;
  /** Below 1 compresses the dense end, above 1 the lungs. */
  readonly gamma: number;
  /** Fine detail (deviation in fractions of the side, gain). */
  readonly sharpen: { readonly width: number; readonly gain: number };
  /** Share of the broad brightness that is evened out. */
  readonly equalise: number;
}

/** Draws a display chain; targets were measured on normal pictures of NIH ChestX-ray14. */
export function drawDisplay(patient: Patient, random: Random): Display {
  const frontal = patient.view === 'PA';
  return {
    lungGrey: frontal ? random.truncatedNormal(0.38, 0.08) : random.truncatedNormal(0.43, 0.07),
    denseGrey: frontal ? random.truncatedNormal(0.9, 0.05) : random.truncatedNormal(0.81, 0.07),
    gamma: random.uniform(0.85, 1.2),
    sharpen: { width: random.uniform(0.004, 0.02), gain: random.uniform(0, 0.6) },
    equalise: frontal ? random.uniform(0.15, 0.5) : random.uniform(0.1, 0.45),
  };
}

/** 8-bit grey picture of a detector reading; dense is light. */
export function show(reading: Map2, size: number, display: Display): Uint8Array {
  const broad = wideBlur(reading, size, 0.06, 48);
  const fine = reading.slice();
  blur(fine, size, display.sharpen.width * size);
  const work = new Float32Array(reading.length);
  const { gain } = display.sharpen;
  for (let at = 0; at < work.length; at++) {
    const value = reading[at]!;
    work[at] = value - display.equalise * broad[at]! + gain * (value - fine[at]!);
  }
  const [low, high] = anchors(work, size);
  const scale = (display.denseGrey - display.lungGrey) / Math.max(0.2, high - low);
  const pixels = new Uint8Array(work.length);
  const curve = Uint8Array.from({ length: 4096 }, (_, step) =>
    Math.round(255 * (step / 4095) ** display.gamma),
  );
  for (let at = 0; at < work.length; at++) {
    let grey = display.lungGrey + (work[at]! - low) * scale;
    // The curve of the display: straight in the middle, soft towards white.
    if (grey > 0.8) grey = 0.8 + 0.2 * (1 - Math.exp(-(grey - 0.8) / 0.2));
    pixels[at] = curve[Math.round(4095 * clamp01(grey))]!;
  }
  return pixels;
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
