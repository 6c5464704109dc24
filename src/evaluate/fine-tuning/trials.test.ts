import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UsageError } from '../../base/index.js';
import { dealPatients, patientKey, shareOfPatients } from './patients.js';
import { poolScores } from './pool.js';
import { chooseProtocol, holdOut, type TrialSample, trialsOf } from './trials.js';

const samples = fc
  .array(
    fc.record({ patient: fc.integer({ min: 0, max: 12 }), split: fc.constantFrom('train', 'val', 'test') }),
    {
      minLength: 2,
      maxLength: 60,
    },
  )
  .map(rows =>
    // Patient 0 stands for samples whose patient is not named.
    rows.map(
      ({ patient, split }, row): TrialSample => ({
        id: `s${row}`,
        patient: patient === 0 ? '' : `p${patient}`,
        split,
      }),
    ),
  );
const protocol = fc.oneof(
  fc.record({ kind: fc.constant('folds' as const), folds: fc.integer({ min: 2, max: 7 }) }),
  fc.constant({ kind: 'splits' as const, test: 'test', validation: 'val' }),
  fc.constant({ kind: 'splits' as const, test: 'test', validation: undefined }),
);

describe('trials', () => {
  it('have no patient on two sides', () => {
    fc.assert(
      fc.property(samples, protocol, fc.nat(), (rows, how, seed) => {
        for (const trial of trialsOf(rows, how, [1, 10, 100], seed)) {
          const keys = (places: readonly number[] = []) => new Set(places.map(row => patientKey(rows[row]!)));
          const held = holdOut(trial.train, rows, seed);
          const sides = [keys(trial.train), keys(trial.validation), keys(trial.test)];
          expect(disjoint(sides[0]!, sides[1]!)).toBe(true);
          expect(disjoint(sides[0]!, sides[2]!)).toBe(true);
          expect(disjoint(sides[1]!, sides[2]!)).toBe(true);
          if (held === undefined) {
            expect(sides[0]!.size).toBe(1);
            continue;
          }
          expect(disjoint(keys(held.train), keys(held.validation))).toBe(true);
          expect([...held.train, ...held.validation].sort()).toEqual([...trial.train].sort());
          expect(held.train.length).toBeGreaterThan(0);
          expect(held.validation.length).toBeGreaterThan(0);
        }
      }),
    );
  });

  it('of folds score every sample once', () => {
    fc.assert(
      fc.property(samples, fc.integer({ min: 2, max: 7 }), fc.nat(), (rows, folds, seed) => {
        const trials = trialsOf(rows, { kind: 'folds', folds }, [100], seed);
        const patients = new Set(rows.map(patientKey)).size;
        if (patients < 2) return;
        const tested = trials.flatMap(({ test }) => test).sort((a, b) => a - b);
        expect(tested).toEqual(rows.map((_, row) => row));
      }),
    );
  });

  it('of a smaller share are within those of a larger, by patient, the same for the same seed', () => {
    fc.assert(
      fc.property(
        samples,
        protocol,
        fc.nat(),
        fc.uniqueArray(fc.integer({ min: 1, max: 100 }), { minLength: 2, maxLength: 4 }),
        (rows, how, seed, percents) => {
          const shares = percents.sort((a, b) => a - b);
          const trials = trialsOf(rows, how, shares, seed);
          expect(trialsOf(rows, how, shares, seed)).toEqual(trials);
          for (const smaller of trials) {
            for (const larger of trials) {
              if (smaller.fold !== larger.fold || smaller.share >= larger.share) continue;
              const all = new Set(larger.train);
              expect(smaller.train.every(row => all.has(row))).toBe(true);
              expect(smaller.test).toEqual(larger.test);
            }
          }
        },
      ),
    );
  });

  it('take as many patients as the share says, the whole patient or none', () => {
    const patients = Array.from({ length: 200 }, (_, number) => `p${number}`);
    expect([1, 10, 29, 100].map(share => shareOfPatients(patients, share, 1).size)).toEqual([2, 20, 58, 200]);
    expect(shareOfPatients(['a'], 1, 1).size).toBe(1);
    expect(shareOfPatients(patients, 10, 1)).not.toEqual(shareOfPatients(patients, 10, 2));
    // The order in which patients come does not matter.
    expect(shareOfPatients([...patients].reverse(), 10, 1)).toEqual(shareOfPatients(patients, 10, 1));
    const counts = new Map<number, number>();
    for (const part of dealPatients(patients, 3, 5).values()) counts.set(part, (counts.get(part) ?? 0) + 1);
    expect([...counts.values()].sort()).toEqual([66, 67, 67]);
  });

  it('follow the splits where there are some to train on, else folds', () => {
    const splits = ['train', 'val', 'test'];
    expect(chooseProtocol(splits, {})).toEqual({ kind: 'splits', test: 'test', validation: 'val' });
    expect(chooseProtocol(['train', 'test'], {})).toMatchObject({ validation: undefined });
    expect(chooseProtocol(splits, { split: 'val' })).toMatchObject({ test: 'val', validation: undefined });
    expect(chooseProtocol(['all'], {})).toEqual({ kind: 'folds', folds: 5 });
    expect(chooseProtocol(splits, { folds: 3 })).toEqual({ kind: 'folds', folds: 3 });
    expect(() => chooseProtocol(splits, { folds: 3, split: 'test' })).toThrow(UsageError);
    expect(() => chooseProtocol(['all'], { split: 'test' })).toThrow(/beside a split "train"/);
  });
});

it('pooled scores are free of how common a class was among the training patients', () => {
  // Of 12 samples half have the class; folds without information score all by what they were trained on.
  const labels = Uint8Array.from([1, 1, 1, 1, 0, 0, 1, 1, 0, 0, 0, 0]);
  const rows = Array.from(labels.keys());
  const halves = [rows.slice(0, 6), rows.slice(6)];
  const scored = halves.map((test, fold) => {
    const trial = { share: 100, fold, train: halves[1 - fold]!, validation: undefined, test };
    const positives = trial.train.filter(row => labels[row] === 1).length;
    const odds = Math.log((positives + 1) / (trial.train.length - positives + 1));
    return { trial, scores: new Float64Array(test.length).fill(odds) };
  });
  const pooled = poolScores(scored, { labels }, 1);
  for (const score of pooled) expect(score).toBeCloseTo(pooled[0]!, 12);
});

function disjoint(one: ReadonlySet<string>, other: ReadonlySet<string>): boolean {
  return [...one].every(key => !other.has(key));
}
