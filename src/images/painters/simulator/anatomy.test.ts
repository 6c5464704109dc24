import { describe, expect, it } from 'vitest';
import { Random } from '../../../base/index.js';
import { type AnatomyRatios, anatomyRatios } from './anatomy.js';
import { drawPatient } from './patient.js';
import { drawContours } from './shape.js';

const patients = Array.from({ length: 2000 }, (_, number) => drawPatient(Random.of('anatomy', number)));
const upright = patients.filter(patient => patient.view === 'PA').map(anatomyRatios);

describe('2,000 normal patients', () => {
  it('have hearts as wide as JSRT normals in PA: 0.472 ± 0.055', () => {
    const { mean, deviation } = moments(upright.map(ratio => ratio.cardiothoracic));
    expect(Math.abs(mean - 0.472)).toBeLessThan(0.5 * 0.055);
    expect(deviation).toBeLessThan(0.055);
    expect(deviation).toBeGreaterThan(0.8 * 0.055);
    expect(upright.every(ratio => Math.abs(ratio.cardiothoracic - 0.472) < 2.5 * 0.055)).toBe(true);
  });

  it('have larger hearts by projection in AP', () => {
    const mean = (view: 'PA' | 'AP') =>
      moments(patients.filter(one => one.view === view).map(one => anatomyRatios(one).cardiothoracic)).mean;
    expect(mean('AP')).toBeGreaterThan(mean('PA') + 0.015);
  });

  it('have lungs whose areas lie within the spread of the measured shapes, whatever the size they are shown at', () => {
    // The shape model as measured, before anything is placed in a picture.
    const measured = Array.from({ length: 1000 }, (_, number) =>
      anatomyRatios({
        ...patients[0]!,
        contours: drawContours(Random.of('measured', number)),
      }),
    );
    const within = (pick: (ratio: AnatomyRatios) => number, allowed: number) => {
      const real = moments(measured.map(pick));
      const drawn = moments(upright.map(pick));
      expect(Math.abs(drawn.mean - real.mean)).toBeLessThan(allowed * real.deviation);
      expect(drawn.deviation).toBeLessThan(1.8 * real.deviation);
    };
    within(ratio => ratio.rightToLeft, 1);
    within(ratio => ratio.lungShape, 1);
  });
});

function moments(values: readonly number[]): { mean: number; deviation: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, deviation: Math.sqrt(squares / values.length) };
}
