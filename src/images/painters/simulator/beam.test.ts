import { describe, expect, it } from 'vitest';
import { Random } from '../../../base/index.js';
import { attenuate, type Beam, detect, drawBeam } from './beam.js';
import { buildTrunk } from './body.js';
import { type Tissue, tissues } from './body-map.js';
import { drawPatient } from './patient.js';
import { Scene } from './scene.js';
import { tableIndex } from './shape.js';

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

const random = Random.of('beam');
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
  return attenuate(body, beam)[0]!;
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

describe('detect', () => {
  // Scattered share of all that arrives, measured on patients by Niklason, Sorenson and Nelson (Medical Physics 8,
  // 677, 1981): about 0.9 in the middle without a grid, about a half with one; less behind the lungs.
  const size = 128;
  const shares = { PA: { lung: [], middle: [] }, AP: { lung: [], middle: [] } } as Record<
    'PA' | 'AP',
    Record<'lung' | 'middle', number[]>
  >;
  for (let number = 0; number < 30; number++) {
    const own = Random.of('scatter', number);
    const scene = new Scene([], size, own);
    const { thorax, patient: one } = scene.body([]);
    const log = scene.attenuation([]);
    const still = { ...scene.beam, exposure: 1e12, blur: 0 };
    const all = detect(log.slice(), size, one, still, own.fork('noise'));
    const primary = detect(log.slice(), size, one, { ...still, scatter: 0 }, own.fork('noise'));
    const share = (x: number, y: number): number => {
      const at = Math.floor(y * size) * size + Math.floor(x * size);
      return 1 - Math.exp(all[at]! - primary[at]!);
    };
    const y = thorax.apex.right + 0.35 * one.lungHeight.right;
    const wall = thorax.wall.right[tableIndex(y)]!;
    const group = shares[one.view === 'PA' ? 'PA' : 'AP'];
    group.lung.push(share(wall + 0.5 * (thorax.medial.right[tableIndex(y)]! - wall), y));
    group.middle.push(share(thorax.middle, thorax.top.right - 0.05));
  }
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

  it.each([
    { view: 'PA', lung: [0.15, 0.5], middle: [0.35, 0.8] },
    { view: 'AP', lung: [0.3, 0.7], middle: [0.6, 0.95] },
  ] as const)('adds scatter in $view as published: most in the middle', ({ view, lung, middle }) => {
    const got = { lung: mean(shares[view].lung), middle: mean(shares[view].middle) };
    expect(got.lung).toBeGreaterThan(lung[0]);
    expect(got.lung).toBeLessThan(lung[1]);
    expect(got.middle).toBeGreaterThan(middle[0]);
    expect(got.middle).toBeLessThan(middle[1]);
    expect(got.middle).toBeGreaterThan(got.lung + 0.1);
  });

  it('scatters more in AP, where there is often no grid', () => {
    expect(mean(shares.AP.lung)).toBeGreaterThan(mean(shares.PA.lung));
    expect(mean(shares.AP.middle)).toBeGreaterThan(mean(shares.PA.middle));
  });

  it('draws spectra whose shares add up to one', () => {
    for (let number = 0; number < 50; number++) {
      const own = Random.of('spectrum', number);
      const { spectrum } = drawBeam(drawPatient(own), own);
      expect(spectrum.reduce((sum, part) => sum + part, 0)).toBeCloseTo(1, 6);
      expect(Math.min(...spectrum)).toBeGreaterThan(0);
    }
  });
});
