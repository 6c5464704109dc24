import { describe, expect, it } from 'vitest';
import { Random } from '../../../base/index.js';
import { attenuate, hardeningOf } from './attenuation.js';
import type { Beam } from './beam.js';
import { buildTrunk } from './body.js';
import { type Tissue, tissues } from './body-map.js';
import { drawPatient } from './patient.js';

/**
 * NIST Standard Reference Database 126, Tables 3 and 4: mass attenuation coefficients in cm²/g at 50, 60, 80 and
 * 100 keV, and densities in g/cm³.
 * https://www.nist.gov/pml/x-ray-mass-attenuation-coefficients
 */
const nist: Record<string, { readonly density: number; readonly coefficients: readonly number[] }> = {
  water: { density: 1, coefficients: [0.2269, 0.2059, 0.1837, 0.1707] },
  soft: { density: 1.06, coefficients: [0.2264, 0.2048, 0.1823, 0.1693] },
  fat: { density: 0.95, coefficients: [0.2123, 0.1974, 0.18, 0.1688] },
  blood: { density: 1.06, coefficients: [0.2278, 0.2057, 0.1827, 0.1695] },
  bone: { density: 1.92, coefficients: [0.4242, 0.3148, 0.2229, 0.1855] },
  air: { density: 0.001205, coefficients: [0.208, 0.1875, 0.1662, 0.1541] },
  metal: { density: 7.87, coefficients: [1.958, 1.205, 0.5952, 0.3717] },
};

const energies = [50, 70, 100] as const;

/** Linear attenuation coefficient in 1/cm; between tabulated energies straight in both logarithms. */
function linear(material: string, energy: (typeof energies)[number]): number {
  const { density, coefficients } = nist[material]!;
  const [at50, at60, at80, at100] = coefficients;
  const part = Math.log(70 / 60) / Math.log(80 / 60);
  const at70 = Math.exp((1 - part) * Math.log(at60!) + part * Math.log(at80!));
  return density * { 50: at50!, 70: at70, 100: at100! }[energy];
}

const random = Random.of('slabs');
const patient = drawPatient(random);

function beamOf(spectrum: Beam['spectrum']): Beam {
  return { spectrum, scatter: 0, exposure: 1e9, blur: 0 };
}

const oneEnergy: Record<(typeof energies)[number], Beam> = {
  50: beamOf([1, 0, 0]),
  70: beamOf([0, 1, 0]),
  100: beamOf([0, 0, 1]),
};

/** Log attenuation of slabs of these thicknesses in cm, one behind the other; lung is taken as of 1 g/cm³. */
function slab(thickness: Partial<Record<Tissue, number>>, beam: Beam): number {
  const body = buildTrunk(patient, random, 32);
  for (const tissue of tissues) body.paths[tissue].fill(thickness[tissue] ?? 0);
  body.lungDensity.fill(1);
  return attenuate(body, hardeningOf(beam), new Float32Array(32 * 32))[0]!;
}

describe('attenuate', () => {
  it.each(['soft', 'fat', 'blood', 'bone', 'air', 'metal'] as const)(
    'weakens a beam of one energy in %s as NIST tabulates',
    tissue => {
      const thickness = tissue === 'metal' ? 0.1 : tissue === 'air' ? 100 : 1;
      for (const energy of energies) {
        const wanted = thickness * linear(tissue, energy);
        const got = slab({ [tissue]: thickness }, oneEnergy[energy]);
        expect(Math.abs(got / wanted - 1)).toBeLessThan(0.01);
      }
    },
  );

  it('takes a gram of lung and of soft tissue for nearly water', () => {
    for (const energy of energies) {
      const water = linear('water', energy);
      expect(Math.abs(slab({ lung: 1 }, oneEnergy[energy]) / water - 1)).toBeLessThan(0.02);
      expect(Math.abs(slab({ soft: 1 / 1.06 }, oneEnergy[energy]) / water - 1)).toBeLessThan(0.02);
    }
  });

  it('follows the law of Beer and Lambert for one energy: paths add up', () => {
    for (const energy of energies) {
      const beam = oneEnergy[energy];
      const parts = slab({ soft: 4 }, beam) + slab({ bone: 0.5 }, beam) + slab({ fat: 2 }, beam);
      expect(slab({ soft: 4, bone: 0.5, fat: 2 }, beam)).toBeCloseTo(parts, 3);
      expect(slab({ soft: 8 }, beam)).toBeCloseTo(2 * slab({ soft: 4 }, beam), 3);
    }
  });

  it('sums what arrives at each energy of a mixed beam', () => {
    const spectrum = [0.33, 0.4, 0.27] as const;
    const paths: Partial<Record<'soft' | 'fat' | 'bone' | 'metal', number>>[] = [
      { soft: 10, fat: 3, bone: 0.8 },
      { soft: 22, fat: 4, bone: 0.5 },
      { soft: 4, fat: 1, bone: 2.5 },
      { soft: 8, metal: 0.1 },
    ];
    for (const path of paths) {
      const arrives = energies.map((energy, at) => {
        const log = Object.entries(path).reduce((sum, [tissue, cm]) => sum + cm * linear(tissue, energy), 0);
        return spectrum[at]! * Math.exp(-log);
      });
      const wanted = -Math.log(arrives.reduce((sum, one) => sum + one, 0));
      expect(Math.abs(slab(path, beamOf(spectrum)) / wanted - 1)).toBeLessThan(0.006);
    }
  });

  it('hardens a mixed beam: what lies deeper takes less, always between the hardest and the softest', () => {
    const beam = beamOf([0.3, 0.4, 0.3]);
    let before = 0;
    let slope = Infinity;
    for (let thickness = 2; thickness <= 24; thickness += 2) {
      const log = slab({ soft: thickness }, beam);
      expect(log).toBeGreaterThan(thickness * linear('soft', 100) * 0.999);
      expect(log).toBeLessThan(thickness * linear('soft', 50) * 1.001);
      expect(log - before).toBeLessThan(slope);
      slope = log - before;
      before = log;
    }
  });

  it('shows bone less against soft tissue with a harder beam', () => {
    const contrast = (beam: Beam) => slab({ bone: 1, soft: 10 }, beam) - slab({ soft: 11 }, beam);
    expect(contrast(beamOf([0.2, 0.39, 0.41]))).toBeLessThan(0.9 * contrast(beamOf([0.45, 0.41, 0.14])));
  });

  it('lets through everything where there is nothing', () => {
    expect(slab({}, beamOf([0.3, 0.4, 0.3]))).toBeCloseTo(0, 4);
  });
});
