import { Random } from '../../../base/index.js';
import { arena } from './arena.js';
import type { Body } from './body-map.js';
import { fading, minusLog, minusLogs } from './fading.js';
import type { Patient } from './patient.js';
import type { Map2 } from './raster.js';
import { blur, coarsen, spread } from './smoothing.js';

/**
 * Mass attenuation coefficients at 50, 70 and 100 keV in cm²/g times density in g/cm³ (NIST Standard Reference Database 126, Tables 3 and 4: ICRU-44 soft tissue 1.06, adipose tissue 0.95,
 * blood 1.06, cortical bone 1.92, dry air 0.001205; iron 7.87 for devices; the values at 70 keV are
 * interpolated in the logarithm between those at 60 and 80).
 */
const coefficients = {
  soft: [0.2264 * 1.06, 0.1926 * 1.06, 0.1693 * 1.06],
  fat: [0.2123 * 0.95, 0.1881 * 0.95, 0.1688 * 0.95],
  blood: [0.2278 * 1.06, 0.1932 * 1.06, 0.1695 * 1.06],
  /** For a density of 1; the map of densities scales it. */
  lung: [0.227, 0.193, 0.1695],
  bone: [0.4242 * 1.92, 0.2621 * 1.92, 0.1855 * 1.92],
  /**
   * Spongy bone, 1.18 g/cm³: by mass one third compact bone (calcium 7.4 against 22.5 %, ICRU report 46) and
   * the rest marrow, half of it fat.
   */
  spongy: [0.287 * 1.18, 0.214 * 1.18, 0.1745 * 1.18],
  air: [0.208 * 0.001205, 0.1765 * 0.001205, 0.1541 * 0.001205],
  metal: [1.958 * 7.87, 0.83 * 7.87, 0.3717 * 7.87],
} as const;

/** The machine and how it was set. */
export interface Beam {
  /** Share of the detected signal at each of the three energies. */
  readonly spectrum: readonly [number, number, number];
  /** Scattered over primary signal behind the middle of the chest. */
  readonly scatter: number;
  /** Photons that count at a pixel of 0.2 mm behind nothing. */
  readonly exposure: number;
  /** Blur of the detector: deviation in cm. */
  readonly blur: number;
}

/** Draws beam settings for a view: high voltage with a grid for PA, lower and often without for AP. */
export function drawBeam(patient: Patient, random: Random): Beam {
  const frontal = patient.view === 'PA';
  const hard = frontal ? random.uniform(0.6, 1) : random.uniform(0.15, 0.75);
  return {
    spectrum: [0.45 - 0.25 * hard, 0.41 - 0.02 * hard, 0.14 + 0.27 * hard],
    scatter: frontal ? random.uniform(0.15, 0.6) : random.uniform(0.5, 1.6),
    exposure: Math.exp(random.uniform(Math.log(80_000), Math.log(1_200_000))) * (frontal ? 1.5 : 1),
    blur: random.uniform(0.02, 0.05) * (frontal ? 1 : 1.3),
  };
}

/** Largest log attenuation that is told from another: behind it nothing arrives. */
const opaque = 20.7;

/**
 * Log attenuation of the primary beam: −ln of what arrives of one photon, poly-energetic (Beer-Lambert).
 * Written as that of the hardest photons less what the softer ones add: all exponents are below 0.
 */
export function attenuate(body: Body, beam: Beam): Map2 {
  const { paths, lungDensity } = body;
  const { soft, fat, lung, blood, bone, spongy, air, metal } = paths;
  const result = arena.any(soft.length);
  const [w0, w1, w2] = beam.spectrum;
  const [s0, s1, s2] = steps(coefficients.soft);
  const [f0, f1, f2] = steps(coefficients.fat);
  const [l0, l1, l2] = steps(coefficients.lung);
  const [b0, b1, b2] = steps(coefficients.blood);
  const [o0, o1, o2] = steps(coefficients.bone);
  const [p0, p1, p2] = steps(coefficients.spongy);
  const [i0, i1, i2] = steps(coefficients.metal);
  const [a0, a1, a2] = steps(coefficients.air);
  for (let at = 0; at < result.length; at++) {
    const s = soft[at]!;
    const f = fat[at]!;
    const l = lung[at]! * lungDensity[at]!;
    const b = blood[at]!;
    const o = bone[at]!;
    const p = spongy[at]!;
    const i = metal[at]!;
    const a = air[at]!;
    const hard = s * s2 + f * f2 + l * l2 + b * b2 + o * o2 + p * p2 + i * i2 + a * a2;
    const softer =
      w0 * fading(s * s0 + f * f0 + l * l0 + b * b0 + o * o0 + p * p0 + i * i0 + a * a0) +
      w1 * fading(s * s1 + f * f1 + l * l1 + b * b1 + o * o1 + p * p1 + i * i1 + a * a1);
    const log = hard + minusLog(w2 + softer);
    result[at] = Math.min(log, opaque);
  }
  return result;
}

/** What the two softer energies lose beyond the hardest, and the hardest. */
function steps([low, middle, high]: readonly [number, number, number]): [number, number, number] {
  return [low - high, middle - high, high];
}

/** 65,536 draws of the normal distribution, from which the noise of every picture is drawn. */
const normals = normalTable();

function normalTable(): Float32Array {
  const random = Random.of('simulator quantum noise');
  return Float32Array.from({ length: 65_536 }, () => random.normal());
}

/** What the detector reads, as log attenuation again: scatter, blur and noise added. */
export function detect(log: Map2, size: number, patient: Patient, beam: Beam, random: Random): Map2 {
  const signal = arena.any(log.length);
  for (let at = 0; at < log.length; at++) signal[at] = fading(log[at]!);
  const scattered = spread(scatterOf(signal, size, beam.scatter), scatterCells, size, 0.5);
  for (let at = 0; at < log.length; at++) signal[at]! += scattered[at]!;
  const { field } = patient;
  blur(signal, size, (beam.blur / field) * size);
  // Photons of a pixel go with its area; resizing has averaged those of a fine detector.
  const pixel = field / size / 0.02;
  const perPhoton = 1 / (beam.exposure * pixel * pixel);
  const electronic = (0.002 / pixel) ** 2;
  for (let at = 0; at < log.length; at++) {
    const value = signal[at]!;
    const noisy = value + normals[random.bits() >>> 16]! * Math.sqrt(value * perPhoton + electronic);
    signal[at] = Math.max(1e-5, noisy);
  }
  minusLogs(signal);
  return signal;
}

const scatterCells = 32;

/** Scattered signal on a coarse grid. */
function scatterOf(signal: Map2, size: number, share: number): Float32Array {
  // The open beam beside the patient makes no scatter: it counts as a ceiling.
  const near = coarsen(signal, size, scatterCells, 0.12);
  // Much of it goes far: what is dense gets most of its signal from the lungs beside it.
  const half = scatterCells / 2;
  const wide = coarsen(near, scatterCells, half);
  blur(near, scatterCells, 0.06 * scatterCells);
  blur(wide, half, 0.17 * half);
  const far = spread(wide, half, scatterCells, 0.5);
  for (let cell = 0; cell < near.length; cell++) near[cell] = share * (0.4 * near[cell]! + 0.6 * far[cell]!);
  return near;
}
