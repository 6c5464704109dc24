import { describe, expect, it } from 'vitest';
import { Random } from '../../../base/index.js';
import { detect, drawBeam } from './beam.js';
import { drawPatient } from './patient.js';
import { Scene } from './scene.js';
import { tableIndex, thoraxOf } from './shape.js';

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
    const { patient: one } = scene;
    const thorax = thoraxOf(one.contours);
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
