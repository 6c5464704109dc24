import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random } from '../../base/index.js';
import { PowerSpectrum } from './fourier.js';

/** By the definition of the transform: |Σ value · exp(−2πi (u x + v y) / size)|². */
function powerOf(values: Float32Array, size: number, u: number, v: number): number {
  let [real, imaginary] = [0, 0];
  for (let at = 0; at < values.length; at++) {
    const angle = (-2 * Math.PI * (u * (at % size) + v * Math.floor(at / size))) / size;
    real += values[at]! * Math.cos(angle);
    imaginary += values[at]! * Math.sin(angle);
  }
  return real ** 2 + imaginary ** 2;
}

describe('PowerSpectrum', () => {
  it('is that of the definition, for one picture after the other', () => {
    fc.assert(
      fc.property(fc.constantFrom(2, 4, 8, 16), fc.nat(), (size, seed) => {
        const spectrum = new PowerSpectrum(size);
        for (const name of ['one', 'other']) {
          const random = Random.of(seed, name);
          const values = Float32Array.from({ length: size * size }, () => random.uniform(-1, 1));
          const power = spectrum.of(values);
          for (let u = 0; u <= size / 2; u++) {
            for (let v = 0; v < size; v++) {
              expect(power[u * size + v]).toBeCloseTo(powerOf(values, size, u, v), 8);
            }
          }
        }
      }),
      { numRuns: 12 },
    );
  });
});
