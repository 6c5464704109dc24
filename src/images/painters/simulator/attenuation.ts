import type { Beam } from './beam.js';
import { type Body, type Paths, tissues } from './body-map.js';
import { kernels } from './kernels.js';
import type { Map2 } from './raster.js';

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

/** Largest log attenuation that is told from another: behind it nothing arrives. */
const opaque = 20.7;

/** What the softer two energies lose beyond the hardest in tissues like water: the middle over the lowest. */
const waterRatio =
  (coefficients.soft[1] - coefficients.soft[2]) / (coefficients.soft[0] - coefficients.soft[2]);

/**
 * What a path adds to the exponents: that of the hardest photons, what the softest lose beyond it, and how far
 * what the middle ones lose beyond it differs from the share of that in water.
 */
function stepsOf([low, middle, high]: readonly [number, number, number]): [number, number, number] {
  return [high, low - high, middle - high - waterRatio * (low - high)];
}

const perUnit = 32;
const furthest = 24;

/** How a beam hardens, by what the softest photons lose: tables that are made once for each beam. */
export interface Hardening {
  /** −ln of what arrives of all photons for one of the hardest, behind something like water. */
  readonly loss: Float32Array;
  /** Its slope by what the middle photons lose. */
  readonly slope: Float32Array;
}

/** Tables of a beam. */
export function hardeningOf(beam: Beam): Hardening {
  const [w0, w1, w2] = beam.spectrum;
  const loss = new Float32Array(furthest * perUnit + 2);
  const slope = new Float32Array(loss.length);
  for (let step = 0; step < loss.length; step++) {
    const softest = step / perUnit;
    const middle = w1 * Math.exp(-waterRatio * softest);
    const arrives = w2 + w0 * Math.exp(-softest) + middle;
    loss[step] = -Math.log(arrives);
    slope[step] = middle / arrives;
  }
  return { loss, slope };
}

/**
 * Log attenuation of the primary beam: −ln of what arrives of one photon, poly-energetic (Beer-Lambert), close to
 * the sum over the three energies (the test says how close): along each path what the middle photons lose is
 * nearly fixed by what the softest lose, and the rest is a correction of second order.
 *
 * @param like - A body of the same patient whose log attenuation is known: only rows in which a tissue differs
 * are reckoned anew.
 */
export function attenuate(
  body: Body,
  hardening: Hardening,
  result: Map2,
  like?: { readonly body: Body; readonly log: Map2 },
): Map2 {
  const { size } = body;
  if (like === undefined) {
    attenuateRows(body, hardening, result, 0, result.length);
    return result;
  }
  const pairs = tissues
    .map(tissue => [body.paths[tissue], like.body.paths[tissue]] as const)
    .concat([[body.lungDensity, like.body.lungDensity]])
    .filter(([one, other]) => one !== other)
    .map(([one, other]) => [bytesOf(one), bytesOf(other)] as const);
  result.set(like.log);
  const block = blockRows * size;
  // Rows that differ one after the other are reckoned together.
  let from = -1;
  for (let start = 0; start < result.length; start += block) {
    const end = Math.min(result.length, start + block);
    const differs = pairs.some(
      ([one, other]) => one.compare(other, 4 * start, 4 * end, 4 * start, 4 * end) !== 0,
    );
    if (differs && from < 0) from = start;
    if (!differs && from >= 0) attenuateRows(body, hardening, result, from, start);
    if (!differs) from = -1;
  }
  if (from >= 0) attenuateRows(body, hardening, result, from, result.length);
  return result;
}

/** Rows that are compared at a time. */
const blockRows = 4;

function bytesOf(map: Map2): Buffer {
  return Buffer.from(map.buffer, map.byteOffset, map.byteLength);
}

/** What a cm of each tissue adds to the exponents, in the order of the loop. */
const steps = Float64Array.from(
  (['soft', 'fat', 'lung', 'blood', 'bone', 'spongy', 'air', 'metal'] as const).flatMap(tissue =>
    stepsOf(coefficients[tissue]),
  ),
);

function attenuateRows(
  { paths, lungDensity, size }: Body,
  { loss, slope }: Hardening,
  result: Map2,
  start: number,
  end: number,
): void {
  const { soft, fat, lung, blood, bone, spongy, air, metal }: Paths = paths;
  const maps = [soft, fat, lung, lungDensity, blood, bone, spongy, air, metal] as const;
  kernels().attenuate(size, start, end, ...maps, steps, furthest, perUnit, opaque, loss, slope, result);
}
