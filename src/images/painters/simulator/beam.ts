import type { Random } from '../../../base/index.js';
import type { Body } from './body.js';
import type { Patient } from './patient.js';
import { blur, type Map2 } from './raster.js';

/**
 * Photon energies of the model in keV, and mass attenuation coefficients at these in cm²/g times density in
 * g/cm³ (NIST Standard Reference Database 126, Tables 3 and 4: ICRU-44 soft tissue 1.06, adipose tissue 0.95,
 * blood 1.06, cortical bone 1.92; iron 7.87 for devices).
 */
const coefficients = {
  // 50, 60, 80, 100 keV
  soft: [0.2264 * 1.06, 0.2048 * 1.06, 0.1823 * 1.06, 0.1693 * 1.06],
  fat: [0.2123 * 0.95, 0.1974 * 0.95, 0.18 * 0.95, 0.1688 * 0.95],
  blood: [0.2278 * 1.06, 0.2057 * 1.06, 0.1827 * 1.06, 0.1695 * 1.06],
  /** For a density of 1; the map of densities scales it. */
  lung: [0.227, 0.2053, 0.1826, 0.1695],
  bone: [0.4242 * 1.92, 0.3148 * 1.92, 0.2229 * 1.92, 0.1855 * 1.92],
  metal: [1.958 * 7.87, 1.205 * 7.87, 0.5952 * 7.87, 0.3717 * 7.87],
} as const;

/** The machine and how it was set. */
export interface Beam {
  /** Share of the detected signal at each of the four energies. */
  readonly spectrum: readonly [number, number, number, number];
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
    spectrum: [0.34 - 0.2 * hard, 0.32 - 0.08 * hard, 0.24 + 0.12 * hard, 0.1 + 0.16 * hard],
    scatter: frontal ? random.uniform(0.15, 0.45) : random.uniform(0.3, 0.9),
    exposure: Math.exp(random.uniform(Math.log(1500), Math.log(12_000))) * (frontal ? 1.5 : 1),
    blur: random.uniform(0.02, 0.05) * (frontal ? 1 : 1.3),
  };
}

/** Log attenuation of the primary beam: −ln of what arrives of one photon, poly-energetic (Beer-Lambert). */
export function attenuate(body: Body, beam: Beam): Map2 {
  const { paths, lungDensity } = body;
  const { soft, fat, lung, blood, bone, metal } = paths;
  const result = new Float32Array(soft.length);
  const [w0, w1, w2, w3] = beam.spectrum;
  const m = coefficients;
  for (let at = 0; at < result.length; at++) {
    const s = soft[at]!;
    const f = fat[at]!;
    const l = lung[at]! * lungDensity[at]!;
    const b = blood[at]!;
    const o = bone[at]!;
    const i = metal[at]!;
    const arrived =
      w0 *
        Math.exp(
          -(s * m.soft[0] + f * m.fat[0] + l * m.lung[0] + b * m.blood[0] + o * m.bone[0] + i * m.metal[0]),
        ) +
      w1 *
        Math.exp(
          -(s * m.soft[1] + f * m.fat[1] + l * m.lung[1] + b * m.blood[1] + o * m.bone[1] + i * m.metal[1]),
        ) +
      w2 *
        Math.exp(
          -(s * m.soft[2] + f * m.fat[2] + l * m.lung[2] + b * m.blood[2] + o * m.bone[2] + i * m.metal[2]),
        ) +
      w3 *
        Math.exp(
          -(s * m.soft[3] + f * m.fat[3] + l * m.lung[3] + b * m.blood[3] + o * m.bone[3] + i * m.metal[3]),
        );
    result[at] = -Math.log(arrived + 1e-9);
  }
  return result;
}

/** What the detector reads, as log attenuation again: scatter, blur and noise added. */
export function detect(log: Map2, size: number, patient: Patient, beam: Beam, random: Random): Map2 {
  const signal = new Float32Array(log.length);
  for (let at = 0; at < log.length; at++) signal[at] = Math.exp(-log[at]!);
  const haze = scatterOf(signal, size);
  const { field } = patient;
  for (let at = 0; at < log.length; at++) signal[at] = signal[at]! + beam.scatter * haze[at]!;
  blur(signal, size, (beam.blur / field) * size);
  // Photons of a pixel go with its area; resizing has averaged those of a fine detector.
  const pixel = field / size / 0.02;
  const photons = beam.exposure * pixel * pixel;
  const electronic = 0.002;
  for (let at = 0; at < log.length; at++) {
    const value = signal[at]!;
    const noise = random.normal() * Math.sqrt(value / photons + (electronic * electronic) / (pixel * pixel));
    signal[at] = -Math.log(Math.max(1e-5, value + noise));
  }
  return signal;
}

/** Widely blurred primary signal inside the patient, on a coarse grid. */
function scatterOf(signal: Map2, size: number): Map2 {
  const coarse = 32;
  const grid = new Float32Array(coarse * coarse);
  const counts = new Float32Array(coarse * coarse);
  for (let row = 0, at = 0; row < size; row++) {
    const line = Math.floor((row * coarse) / size) * coarse;
    for (let column = 0; column < size; column++, at++) {
      const cell = line + Math.floor((column * coarse) / size);
      // The open beam beside the patient makes no scatter.
      grid[cell]! += Math.min(signal[at]!, 0.12);
      counts[cell]! += 1;
    }
  }
  for (let cell = 0; cell < grid.length; cell++) grid[cell]! /= counts[cell]!;
  blur(grid, coarse, 3);
  const result = new Float32Array(size * size);
  for (let row = 0, at = 0; row < size; row++) {
    const v = Math.min(coarse - 1.001, Math.max(0, ((row + 0.5) * coarse) / size - 0.5));
    const r = Math.floor(v);
    for (let column = 0; column < size; column++, at++) {
      const u = Math.min(coarse - 1.001, Math.max(0, ((column + 0.5) * coarse) / size - 0.5));
      const c = Math.floor(u);
      const corner = r * coarse + c;
      const top = grid[corner]! + (grid[corner + 1]! - grid[corner]!) * (u - c);
      const bottom = grid[corner + coarse]! + (grid[corner + coarse + 1]! - grid[corner + coarse]!) * (u - c);
      result[at] = top + (bottom - top) * (v - r);
    }
  }
  return result;
}
