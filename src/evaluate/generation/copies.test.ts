import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random } from '../../base/index.js';
import { encodePng } from '../../data/index.js';
import { hills, SIDE } from './__fixtures__/pictures.js';
import { copyThreshold, nearestOverViews, shareBelow } from './copies.js';
import { pixelSpace } from './feature-space.js';
import type { FeatureTable } from './feature-table.js';
import { draw, halves, type PictureSet } from './groups.js';
import { viewOf } from './picture-views.js';
import { PLANTED, plantCopy } from './planted-copies.js';
import { promptsOf } from './privacy.js';
import { embedPictures, type Look, tableOf } from './read-pictures.js';
import { measureSamePatient, standardiser } from './same-patient.js';

describe('threshold of copies', () => {
  it('has no more false alarms than asked for, and as many as fit', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 10, noNaN: true }), { minLength: 1, maxLength: 80 }),
        fc.double({ min: 0, max: 0.5, noNaN: true }),
        (values, asked) => {
          const distances = Float64Array.from(values);
          const threshold = copyThreshold(distances, asked);
          expect(threshold.falseAlarms).toBeLessThanOrEqual(asked);
          expect(shareBelow(distances, threshold)).toBeCloseTo(threshold.falseAlarms, 12);
          const orBelow = distances.filter(value => value <= threshold.distance).length;
          expect(orBelow).toBeGreaterThan(asked * values.length - 1e-9);
        },
      ),
    );
  });

  it('leaves out pictures without one of another patient', () => {
    expect(copyThreshold(Float64Array.of(Infinity, 3, 1), 0)).toEqual({ distance: 1, falseAlarms: 0, n: 2 });
    expect(() => copyThreshold(Float64Array.of(Infinity), 0)).toThrow(/another patient/);
  });
});

describe('planted copies', async () => {
  const look: Look = { space: pixelSpace(), views: ['plain', 'mirrored', 'inner 95 %', 'inner 90 %'] };
  const query: Look = { ...look, views: ['plain', 'mirrored'] };
  const files = await Promise.all(
    Array.from({ length: 40 }, async (_, at) => ({
      id: `p${at}`,
      bytes: await encodePng(hills(at), SIDE, SIDE),
    })),
  );
  const tablesOf = async (from: typeof files, how: Look) =>
    (await embedPictures(from, [how], 'test'))[0]!.map(vectors => tableOf([vectors], from.length));
  const real = await tablesOf(files, look);
  const references = [real[0]!, real[2]!, real[3]!];
  const patients = Int32Array.from(files, (_, at) => at);
  const own = await nearestOverViews([real[0]!, real[1]!], references, { apart: [patients, patients] });
  const threshold = copyThreshold(own.distances, 0.02);

  // The search does not look for these; how many are found depends on the pictures.
  const HARD: readonly string[] = ['gamma', 'cropped off centre', 'rotated 2°'];

  it.each(PLANTED.filter(how => !HARD.includes(how)))(
    '%s are found, each as the picture that it is of',
    async how => {
      const copies = await Promise.all(files.map(file => plantCopy(file, how, 'test')));
      const found = await nearestOverViews(await tablesOf(copies, query), references);
      expect(shareBelow(found.distances, threshold)).toBe(1);
      expect([...found.rows]).toEqual(files.map((_, at) => at));
    },
  );

  it('are not found where there are none', async () => {
    const fresh = await Promise.all(
      Array.from({ length: 40 }, async (_, at) => ({
        id: `f${at}`,
        bytes: await encodePng(hills(`fresh ${at}`), SIDE, SIDE),
      })),
    );
    const found = await nearestOverViews(await tablesOf(fresh, query), references);
    expect(shareBelow(found.distances, threshold)).toBeLessThan(0.15);
  });

  it.each(PLANTED.filter(how => how !== 'exact'))('%s are other pictures of the same sample', async how => {
    const [file] = files;
    const exact = await tablesOf([await plantCopy(file!, 'exact', 'test')], query);
    const changed = await plantCopy(file!, how, 'test');
    expect(changed.id).toBe(file!.id);
    expect(Buffer.compare(changed.bytes, file!.bytes)).not.toBe(0);
    const { distances } = await nearestOverViews(await tablesOf([changed], query), [exact[0]!]);
    // Far less than pictures of different samples are apart, and not the very same.
    expect(distances[0]).toBeLessThan(32);
  });

  it('that cannot be read are named', async () => {
    await expect(plantCopy({ id: 'x', bytes: Uint8Array.of(1) }, 'JPEG', 'set')).rejects.toThrow(
      /set: sample x: the picture cannot be read/,
    );
  });

  it('pixels do not see brightness and contrast', async () => {
    const space = pixelSpace();
    const dark = hills(3).map(value => 20 + value / 3);
    const [one, other] = [await space.embed(hills(3), 1), await space.embed(dark, 1)];
    // Of vectors of length 32; what is left is rounding to whole greys.
    expect(Math.hypot(...one.map((value, at) => value - other[at]!))).toBeLessThan(1);
  });
});

describe('views', () => {
  it('mirrored twice is the picture, and the inner part of one grey that grey', () => {
    const pixels = hills('view');
    expect(viewOf('mirrored', viewOf('mirrored', pixels, SIDE), SIDE)).toEqual(pixels);
    expect(viewOf('mirrored', pixels, SIDE)).not.toEqual(pixels);
    const flat = new Uint8Array(2 * 16).fill(77);
    expect(viewOf('inner 90 %', flat, 4)).toEqual(flat);
  });
});

/** Pictures of patients: each a centre and what scatters around it. */
function clusters(spread: number): PictureSet {
  const random = Random.of('clusters', spread);
  const patients = Int32Array.from({ length: 60 }, (_, at) => Math.floor(at / 3));
  const centres = Array.from({ length: 20 }, () => Array.from({ length: 8 }, () => random.normal()));
  const values = Float32Array.from(
    Array.from(patients).flatMap(patient => centres[patient]!.map(value => value + random.normal(0, spread))),
  );
  const table: FeatureTable = { count: 60, dimension: 8, values };
  return { table: standardiser(table)(table), patients, patientCount: 20 };
}

describe('same patient', () => {
  const options = { seed: 1, rounds: 50 };

  it('is told where pictures of a patient are alike, and not where they are not', () => {
    const clear = measureSamePatient(clusters(0.05), options)!;
    expect(clear).toMatchObject({ auc: 1, found: 1, confused: 0, pairs: 60, patients: 20 });
    const none = measureSamePatient(clusters(100), options)!;
    expect(none.auc).toBeGreaterThan(0.35);
    expect(none.auc).toBeLessThan(0.65);
  });

  it('is not measured where each patient has one picture', () => {
    const set = clusters(1);
    const alone = { ...set, patients: Int32Array.from({ length: 60 }, (_, at) => at), patientCount: 60 };
    expect(measureSamePatient(alone, options)).toBeUndefined();
  });
});

describe('halves and draws', () => {
  it('keep the pictures of a patient together and lose none', () => {
    const set = clusters(1);
    const [one, other] = halves(set, 3);
    expect(one.table.count + other.table.count).toBe(60);
    expect(one.patientCount + other.patientCount).toBe(20);
    expect(draw(set, 7, 'key').table.count).toBe(7);
    expect(draw(set, 99, 'key')).toBe(set);
  });
});

describe('worst picture of a report', () => {
  const record = (id: string, findings: string) => ({ id, patient: id, findings, impression: '' });

  it('is taken over the pictures of one text; chance grows with their number', () => {
    const records = [record('a', 'one'), record('b', 'one'), record('c', 'two'), record('d', 'two')];
    const distances = Float64Array.of(5, 0.1, 4, 3);
    const result = promptsOf(
      [...records, record('e', 'three'), record('f', '')],
      { distances },
      {
        distance: 1,
        falseAlarms: 0.1,
        n: 10,
      },
    );
    expect(result).toMatchObject({ prompts: 2, pictures: 2, copied: 0.5, medianWorst: 1.55 });
    expect(result.byChance).toBeCloseTo(0.19, 12);
  });
});
