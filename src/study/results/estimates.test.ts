import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random } from '../../base/index.js';
import { type Cell, Estimates } from './estimates.js';

const options = { rounds: 500, seed: 1 };

/** A cell whose rounds lie around its value, the same deviations for all cells that share `draws`. */
function cell(
  arm: string,
  method: string,
  task: string,
  seed: number,
  value: number,
  draws = 'patients',
  deviation = 0.02,
): Cell {
  const rounds = Float64Array.from(
    { length: options.rounds },
    (_, round) => value + Random.of(draws, round).normal(0, deviation),
  );
  return { arm, method, task, seed, value, rounds };
}

describe('Estimates', () => {
  it('gives the mean over methods and tasks of the mean over seeds', () => {
    const cells = [
      cell('real', 'convirt', 'nih', 1, 0.6),
      cell('real', 'convirt', 'nih', 2, 0.7),
      cell('real', 'gloria', 'nih', 1, 0.5),
      cell('real', 'gloria', 'nih', 2, 0.5),
      cell('real', 'convirt', 'rsna', 1, 0.8),
      cell('real', 'convirt', 'rsna', 2, 0.8),
    ];
    const estimates = new Estimates(cells, options);
    expect(estimates.mean('real')!.value).toBeCloseTo((0.65 + 0.5 + 0.8) / 3, 12);
    expect(estimates.mean('real', { tasks: ['nih'] })!.value).toBeCloseTo(0.575, 12);
    expect(estimates.mean('real', { methods: ['gloria'] })!.value).toBeCloseTo(0.5, 12);
    expect(estimates.mean('real', { tasks: ['covid'] })).toBeUndefined();
    expect(estimates.mean('mixed')).toBeUndefined();
  });

  it('lets what patients do to both arms cancel out', () => {
    const cells = [cell('a', 'm', 't', 1, 0.62), cell('b', 'm', 't', 1, 0.6)];
    const paired = new Estimates(cells, options).difference('a', 'b')!;
    expect(paired.value).toBeCloseTo(0.02, 12);
    expect(paired.high - paired.low).toBeLessThan(1e-9);
    const apart = [cells[0]!, cell('b', 'm', 't', 1, 0.6, 'others')];
    const unpaired = new Estimates(apart, options).difference('a', 'b')!;
    expect(unpaired.low).toBeLessThan(-0.02);
    expect(unpaired.high).toBeGreaterThan(0.05);
    expect(unpaired.p).toBeGreaterThan(0.2);
  });

  it('widens with what seeds differ, and not with one seed', () => {
    const arm = (values: readonly number[]) =>
      values.flatMap((value, index) => [
        cell('a', 'm', 't', index, value, 'patients', 0.001),
        cell('b', 'm', 't', index, 0.5, 'patients', 0.001),
      ]);
    const width = (values: readonly number[]) => {
      const { low, high } = new Estimates(arm(values), options).difference('a', 'b')!;
      return high - low;
    };
    expect(width([0.6])).toBeLessThan(1e-9);
    expect(width([0.6, 0.6, 0.6])).toBeLessThan(1e-9);
    expect(width([0.55, 0.6, 0.65])).toBeGreaterThan(0.05);
  });

  it('compares only what both arms were asked', () => {
    const cells = [
      cell('a', 'm', 't', 1, 0.6),
      cell('a', 'm', 'u', 1, 0.9),
      cell('b', 'm', 't', 1, 0.5),
      cell('c', 'n', 't', 1, 0.5),
    ];
    const estimates = new Estimates(cells, options);
    expect(estimates.difference('a', 'b')!.value).toBeCloseTo(0.1, 12);
    expect(estimates.difference('a', 'c')).toBeUndefined();
  });

  it('holds trainings of one seed against each other', () => {
    const cells = [0.5, 0.6, 0.7].flatMap((value, seed) => [
      cell('a', 'm', 't', seed, value + 0.02, 'patients', 0),
      cell('b', 'm', 't', seed, value, 'patients', 0),
    ]);
    const { value, low, high } = new Estimates(cells, options).difference('a', 'b')!;
    expect(value).toBeCloseTo(0.02, 12);
    expect(high - low).toBeLessThan(1e-9);
    const one = new Estimates([cells[2]!, ...cells.filter(({ arm }) => arm === 'b')], options);
    expect(one.difference('a', 'b')!.value).toBeCloseTo(0.02, 12);
  });

  it('is the same whatever the order of the scores, and its own negative the other way round', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 8, maxLength: 8 }),
        values => {
          const cells = values.map((value, index) =>
            cell(index < 4 ? 'a' : 'b', index % 2 === 0 ? 'm' : 'n', 't', (index >> 1) & 1, value),
          );
          const there = new Estimates(cells, { rounds: 50, seed: 2 }).difference('a', 'b')!;
          const back = new Estimates([...cells].reverse(), { rounds: 50, seed: 2 }).difference('b', 'a')!;
          expect(back.value).toBeCloseTo(-there.value, 12);
          expect(back.low).toBeCloseTo(-there.high, 12);
          expect(back.high).toBeCloseTo(-there.low, 12);
        },
      ),
      { numRuns: 20 },
    );
  });
});
