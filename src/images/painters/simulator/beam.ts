import { Random } from '../../../base/index.js';
import type { Body } from './body-map.js';
import type { Patient } from './patient.js';
import { blur, type Map2, wideBlur } from './raster.js';

/**
 * Mass attenuation coefficients at 50, 70 and 100 keV in cm²/g times density in g/cm³ (NIST Standard Reference Database 126, Tables 3 and 4: ICRU-44 soft tissue 1.06, adipose tissue 0.95,
 * blood 1.06, cortical bone 1.92; iron 7.87 for devices; the values at 70 keV are
 * interpolated in the logarithm between those at 60 and 80).
 */
const coefficients = {
  soft: [0.2264 * 1.06, 0.1926 * 1.06, 0.1693 * 1.06],
  fat: [0.2123 * 0.95, 0.1881 * 0.95, 0.1688 * 0.95],
  blood: [0.2278 * 1.06, 0.1932 * 1.06, 0.1695 * 1.06],
  /** For a density of 1; the map of densities scales it. */
  lung: [0.227, 0.193, 0.1695],
  bone: [0.4242 * 1.92, 0.2621 * 1.92, 0.1855 * 1.92],
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
    scatter: frontal ? random.uniform(0.15, 0.45) : random.uniform(0.5, 1.3),
    exposure: Math.exp(random.uniform(Math.log(10_000), Math.log(100_000))) * (frontal ? 1.5 : 1),
    blur: random.uniform(0.02, 0.05) * (frontal ? 1 : 1.3),
  };
}

/**
 * Log attenuation of the primary beam: −ln of what arrives of one photon, poly-energetic (Beer-Lambert).
 * With `like`, a body of the same patient and its log attenuation, only pixels that differ are computed.
 */
export function attenuate(body: Body, beam: Beam, like?: { body: Body; log: Map2 }): Map2 {
  const { paths, lungDensity } = body;
  const { soft, fat, lung, blood, bone, metal } = paths;
  const result = like === undefined ? new Float32Array(soft.length) : like.log.slice();
  const old = like?.body;
  const before = old?.paths;
  const [w0, w1, w2] = beam.spectrum;
  const [s0, s1, s2] = coefficients.soft;
  const [f0, f1, f2] = coefficients.fat;
  const [l0, l1, l2] = coefficients.lung;
  const [b0, b1, b2] = coefficients.blood;
  const [o0, o1, o2] = coefficients.bone;
  const [i0, i1, i2] = coefficients.metal;
  for (let at = 0; at < result.length; at++) {
    const s = soft[at]!;
    const f = fat[at]!;
    const air = lung[at]!;
    const b = blood[at]!;
    const o = bone[at]!;
    const i = metal[at]!;
    const density = lungDensity[at]!;
    if (
      before !== undefined &&
      s === before.soft[at] &&
      air === before.lung[at] &&
      b === before.blood[at] &&
      o === before.bone[at] &&
      i === before.metal[at] &&
      f === before.fat[at] &&
      density === old!.lungDensity[at]
    )
      continue;
    const l = air * density;
    const arrived =
      w0 * Math.exp(-(s * s0 + f * f0 + l * l0 + b * b0 + o * o0 + i * i0)) +
      w1 * Math.exp(-(s * s1 + f * f1 + l * l1 + b * b1 + o * o1 + i * i1)) +
      w2 * Math.exp(-(s * s2 + f * f2 + l * l2 + b * b2 + o * o2 + i * i2));
    result[at] = -Math.log(arrived + 1e-9);
  }
  return result;
}

/** 65,536 draws of the normal distribution, from which the noise of every picture is drawn. */
const normals = normalTable();

function normalTable(): Float32Array {
  const random = Random.of('simulator quantum noise');
  return Float32Array.from({ length: 65_536 }, () => random.normal());
}

/** What the detector reads, as log attenuation again: scatter, blur and noise added. */
export function detect(log: Map2, size: number, patient: Patient, beam: Beam, random: Random): Map2 {
  const signal = new Float32Array(log.length);
  for (let at = 0; at < log.length; at++) signal[at] = Math.exp(-log[at]!);
  // The open beam beside the patient makes no scatter: it counts as a ceiling.
  const haze = wideBlur(signal, size, 0.09, 32, 0.12);
  const { field } = patient;
  for (let at = 0; at < log.length; at++) signal[at] = signal[at]! + beam.scatter * haze[at]!;
  blur(signal, size, (beam.blur / field) * size);
  // Photons of a pixel go with its area; resizing has averaged those of a fine detector.
  const pixel = field / size / 0.02;
  const photons = beam.exposure * pixel * pixel;
  const electronic = 0.002;
  for (let at = 0; at < log.length; at++) {
    const value = signal[at]!;
    const noise =
      normals[random.bits() >>> 16]! *
      Math.sqrt(value / photons + (electronic * electronic) / (pixel * pixel));
    signal[at] = -Math.log(Math.max(1e-5, value + noise));
  }
  return signal;
}
