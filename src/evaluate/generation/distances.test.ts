import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random } from '../../base/index.js';
import { type FeatureTable, joinTables, pickRows } from './feature-table.js';
import { frechetDistance, normalFit, tableFit } from './frechet.js';
import { kernelDistance, ungrouped } from './kernel-distance.js';
import { manifoldParts } from './manifold.js';
import { addSums, meanOf, momentSums, momentsOf, momentsOfSums } from './moments.js';
import { nearestNeighbours } from './neighbours.js';

interface Golden {
  readonly name: string;
  readonly dimension: number;
  readonly real: number[];
  readonly synthetic: number[];
  readonly fid: Readonly<Record<string, number>>;
  readonly kid: number;
  readonly prdc: Readonly<Record<'precision' | 'recall' | 'density' | 'coverage', number>>;
}

const { cases } = JSON.parse(
  readFileSync(new URL('./__fixtures__/goldens.json', import.meta.url), 'utf8'),
) as { cases: Golden[] };

function table(values: readonly number[], dimension: number): FeatureTable {
  return { count: values.length / dimension, dimension, values: Float32Array.from(values) };
}

/** Normal draws around a shift. */
function draw(key: string | number, count: number, dimension: number, shift = 0): FeatureTable {
  const random = Random.of('distances', key);
  return table(
    Array.from({ length: count * dimension }, () => random.normal(shift)),
    dimension,
  );
}

function firstRows(of: FeatureTable, count: number): FeatureTable {
  return pickRows(
    of,
    Array.from({ length: count }, (_, row) => row),
  );
}

const fitOf = (of: FeatureTable) => normalFit(momentsOf(of));
const mean = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0) / values.length;
const relative = (value: number, wanted: number) => Math.abs(value - wanted) / Math.max(1, Math.abs(wanted));
const seed = fc.integer({ min: 0, max: 1e6 });

describe.each(cases)('reference figures: $name', ({ dimension, real, synthetic, fid, kid, prdc }) => {
  const [one, other] = [table(real, dimension), table(synthetic, dimension)];

  it('has the Fréchet distance of torchmetrics and scipy', () => {
    for (const make of [fitOf, tableFit]) {
      const distance = frechetDistance(make(one), make(other));
      for (const wanted of Object.values(fid)) expect(relative(distance, wanted)).toBeLessThan(1e-9);
    }
  });

  it('has the kernel distance of torchmetrics', () => {
    const count = Math.min(one.count, other.count);
    const { distance } = kernelDistance(ungrouped(firstRows(one, count)), ungrouped(firstRows(other, count)));
    expect(relative(distance, kid)).toBeLessThan(1e-9);
  });

  it('has precision, recall, density and coverage of prdc', async () => {
    const parts = await manifoldParts(one, other, { k: 5 });
    for (const name of ['precision', 'recall', 'density', 'coverage'] as const) {
      expect(mean(parts[name]), name).toBeCloseTo(prdc[name], 12);
    }
  });
});

describe('Fréchet distance', () => {
  it('of a set with itself is zero, also with fewer vectors than dimensions', () => {
    for (const [count, dimension] of [
      [40, 8],
      [5, 64],
    ] as const) {
      const moments = fitOf(draw('self', count, dimension));
      expect(frechetDistance(moments, moments)).toBeLessThan(1e-10);
    }
  });

  it('is symmetric and does not change under a shift of both', () => {
    fc.assert(
      fc.property(seed, key => {
        const one = draw(key, 12, 4);
        const other = draw(key + 1, 9, 4, 0.5);
        const distance = frechetDistance(fitOf(one), fitOf(other));
        expect(frechetDistance(fitOf(other), fitOf(one))).toBeCloseTo(distance, 9);
        const shifted = ({ values, ...rest }: FeatureTable) => ({ ...rest, values: values.map(v => v + 2) });
        expect(frechetDistance(fitOf(shifted(one)), fitOf(shifted(other)))).toBeCloseTo(distance, 4);
      }),
      { numRuns: 20 },
    );
  });

  it('of points that differ in nothing but their place is the squared shift', () => {
    const one = draw('place', 30, 3);
    const moved = { ...one, values: one.values.map((value, at) => value + (at % 3 === 0 ? 4 : 0)) };
    expect(frechetDistance(fitOf(one), fitOf(moved))).toBeCloseTo(16, 4);
  });

  it('takes sets without any spread', () => {
    const flat = table([1, 2, 1, 2], 2);
    const away = table([1, 5, 1, 5], 2);
    expect(frechetDistance(fitOf(flat), fitOf(away))).toBe(9);
  });
});

describe('moments', () => {
  it('of a whole less a part are those of the rest', () => {
    const [part, rest] = [draw('part', 7, 5), draw('rest', 20, 5, 1)];
    const origin = meanOf(rest);
    const whole = momentSums(joinTables([part, rest]), origin);
    const less = momentsOfSums(
      addSums([
        [whole, 1],
        [momentSums(part, origin), -1],
      ]),
      origin,
    );
    const wanted = momentsOf(rest);
    for (const part of ['covariance', 'mean'] as const) {
      for (const [at, value] of less[part].entries()) expect(value).toBeCloseTo(wanted[part][at]!, 10);
    }
  });
});

describe('kernel distance', () => {
  it('is unbiased: around zero for draws of one distribution, of any sizes', () => {
    const distances = Array.from(
      { length: 60 },
      (_, key) =>
        kernelDistance(ungrouped(draw(`a${key}`, 25, 4)), ungrouped(draw(`b${key}`, 15, 4))).distance,
    );
    const average = distances.reduce((sum, value) => sum + value, 0) / distances.length;
    const spread = Math.sqrt(distances.reduce((sum, value) => sum + (value - average) ** 2, 0) / 59);
    expect(Math.abs(average)).toBeLessThan((3 * spread) / Math.sqrt(60));
    expect(distances.some(value => value < 0)).toBe(true);
  });

  it('is the same in groups as in one, and without a group that of the rest', () => {
    const [one, other] = [draw('one', 12, 3), draw('other', 10, 3, 1)];
    const grouped = kernelDistance(
      { table: one, ends: [5, 12], groups: 2 },
      { table: other, ends: [3, 6, 10], groups: 3 },
    );
    const whole = kernelDistance(ungrouped(one), ungrouped(other));
    expect(grouped.distance).toBeCloseTo(whole.distance, 12);
    const rest = kernelDistance(ungrouped(one), ungrouped(pickRows(other, [0, 1, 2, 6, 7, 8, 9])));
    expect(grouped.without[1][1]).toBeCloseTo(rest.distance, 12);
  });
});

describe('neighbours', () => {
  it('are those of a plain search, whoever is left out', async () => {
    await fc.assert(
      fc.asyncProperty(seed, fc.integer({ min: 1, max: 4 }), async (key, k) => {
        const [queries, references] = [draw(key, 9, 3), draw(-key - 1, 14, 3)];
        const [own, others] = [9, 14].map(count => Int32Array.from({ length: count }, (_, at) => at % 5));
        const found = await nearestNeighbours(queries, references, { k, apart: [own!, others!] });
        for (let row = 0; row < 9; row++) {
          const plain = Array.from({ length: 14 }, (_, other) => ({
            other,
            distance: Math.hypot(
              ...[0, 1, 2].map(at => queries.values[row * 3 + at]! - references.values[other * 3 + at]!),
            ),
          }))
            .filter(({ other }) => others![other] !== own![row])
            .sort((a, b) => a.distance - b.distance)
            .slice(0, k);
          expect([...found.rows.subarray(row * k, row * k + k)]).toEqual(plain.map(({ other }) => other));
          for (const [place, { distance }] of plain.entries())
            expect(found.distances[row * k + place]).toBeCloseTo(distance, 6);
        }
      }),
      { numRuns: 20 },
    );
  });

  it('are the same over blocks', async () => {
    const references = draw('many', 9001, 2);
    const queries = pickRows(references, [8999, 17, 4096, 4095]);
    const { distances, rows } = await nearestNeighbours(queries, references, { k: 2 });
    expect([0, 2, 4, 6].map(at => rows[at])).toEqual([8999, 17, 4096, 4095]);
    expect(distances[0]).toBeLessThan(1e-6);
    expect(distances[1]).toBeGreaterThan(1e-6);
  });

  it('that are not there are infinitely far', async () => {
    const lone = Int32Array.of(1, 1);
    const pair = draw('pair', 2, 2);
    const { distances, rows } = await nearestNeighbours(pair, pair, { k: 1, apart: [lone, lone] });
    expect([...distances]).toEqual([Infinity, Infinity]);
    expect([...rows]).toEqual([-1, -1]);
  });
});

describe('precision, recall, density and coverage', () => {
  it('are one for a set with itself, and nought for sets far apart', async () => {
    const one = draw('m', 30, 3);
    const self = await manifoldParts(one, one, { k: 3 });
    for (const name of ['precision', 'recall', 'coverage'] as const) expect(mean(self[name])).toBe(1);
    const far = await manifoldParts(one, draw('f', 20, 3, 1e3), { k: 3 });
    for (const part of Object.values(far)) expect(mean(part)).toBe(0);
  });

  it('stay in range', async () => {
    await fc.assert(
      fc.asyncProperty(seed, fc.double({ min: 0, max: 3, noNaN: true }), async (key, shift) => {
        const parts = await manifoldParts(draw(key, 12, 2), draw(-key - 1, 17, 2, shift), { k: 3 });
        for (const name of ['precision', 'recall', 'coverage'] as const) {
          expect(mean(parts[name])).toBeGreaterThanOrEqual(0);
          expect(mean(parts[name])).toBeLessThanOrEqual(1);
        }
        expect(mean(parts.density)).toBeGreaterThanOrEqual(0);
      }),
      { numRuns: 15 },
    );
  });
});
