import { Random } from '../../../base/index.js';
import { arena } from './arena.js';
import { exposeMap, fading } from './fading.js';
import type { Patient } from './patient.js';
import type { Map2 } from './raster.js';
import { defaultSite, type SimulatorSite } from './site.js';
import { blur, coarsen, spread } from './smoothing.js';

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
export function drawBeam(
  patient: Patient,
  random: Random,
  { hardness, scatter, exposure, blur }: SimulatorSite['beam'] = defaultSite.beam,
): Beam {
  const frontal = patient.view === 'PA';
  const place = frontal ? 'PA' : 'AP';
  const hard = random.uniform(...hardness[place]);
  return {
    spectrum: [0.45 - 0.25 * hard, 0.41 - 0.02 * hard, 0.14 + 0.27 * hard],
    scatter: random.uniform(...scatter[place]),
    exposure: Math.exp(random.uniform(Math.log(exposure[0]), Math.log(exposure[1]))) * (frontal ? 1.5 : 1),
    blur: random.uniform(...blur) * (frontal ? 1 : 1.3),
  };
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
  fading(log, size, signal);
  const scattered = spread(scatterOf(signal, size, beam.scatter), scatterCells, size, 0.5);
  for (let at = 0; at < log.length; at++) signal[at]! += scattered[at]!;
  const { field } = patient;
  blur(signal, size, (beam.blur / field) * size);
  // Photons of a pixel go with its area; resizing has averaged those of a fine detector.
  const pixel = field / size / 0.02;
  const perPhoton = 1 / (beam.exposure * pixel * pixel);
  const electronic = (0.002 / pixel) ** 2;
  exposeMap(signal, size, random.words(wordsFor(log.length)), normals, perPhoton, electronic);
  return signal;
}

let words = new Uint32Array(0);

/** Room for the random words of a picture, used again by the next. */
function wordsFor(count: number): Uint32Array {
  if (words.length !== count) words = new Uint32Array(count);
  return words;
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
