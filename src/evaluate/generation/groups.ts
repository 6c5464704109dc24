import { Random } from '../../base/index.js';
import { patientNumbers } from '../scores/index.js';
import { type FeatureTable, pickRows } from './feature-table.js';
import type { GroupedRows } from './kernel-distance.js';
import type { PictureRecord } from './read-pictures.js';

/** Pictures of one kind in one space, with whose they are. */
export interface PictureSet {
  readonly table: FeatureTable;
  /** A number from 0 for each patient; a picture whose patient is not named stands for itself. */
  readonly patients: Int32Array;
  readonly patientCount: number;
}

export function pictureSet(table: FeatureTable, records: readonly PictureRecord[]): PictureSet {
  const { numbers, count } = patientNumbers(records);
  return { table, patients: numbers, patientCount: count };
}

/** The pictures at these places. */
export function subset({ table, patients }: PictureSet, places: readonly number[]): PictureSet {
  const own = Int32Array.from(places, place => patients[place]!);
  const numberOf = new Map([...new Set(own)].map((patient, number) => [patient, number]));
  return {
    table: pickRows(table, places),
    patients: own.map(patient => numberOf.get(patient)!),
    patientCount: numberOf.size,
  };
}

/**
 * Two halves of a set, with the pictures of a patient in the same half; the patients are drawn, and each half is filled
 * to about as many pictures.
 */
export function halves(set: PictureSet, seed: number): [PictureSet, PictureSet] {
  const byPatient: number[][] = Array.from({ length: set.patientCount }, () => []);
  for (const [place, patient] of set.patients.entries()) byPatient[patient]!.push(place);
  const sides: [number[], number[]] = [[], []];
  for (const places of Random.of(seed, 'halves').shuffle(byPatient)) {
    sides[sides[0].length <= sides[1].length ? 0 : 1].push(...places);
  }
  return [subset(set, sides[0]), subset(set, sides[1])];
}

/** So many pictures of a set, drawn by the seed; all where it has no more. */
export function draw(set: PictureSet, count: number, ...keys: readonly (string | number)[]): PictureSet {
  if (set.table.count <= count) return set;
  const all = Array.from({ length: set.table.count }, (_, place) => place);
  return subset(
    set,
    Random.of(...keys)
      .shuffle(all)
      .slice(0, count),
  );
}

/** The rows of a set dealt out to groups by patient, for a jackknife; groups lie one after the other. */
export function dealt(
  { table, patients, patientCount }: PictureSet,
  most: number,
  seed: number,
): GroupedRows {
  const groups = Math.min(most, patientCount);
  const order = Random.of(seed, 'jackknife').shuffle(Array.from({ length: patientCount }, (_, at) => at));
  const groupOf = new Map(order.map((patient, place) => [patient, place % groups]));
  const places: number[] = [];
  const ends: number[] = [];
  for (let group = 0; group < groups; group++) {
    for (const [place, patient] of patients.entries()) if (groupOf.get(patient) === group) places.push(place);
    ends.push(places.length);
  }
  return { table: pickRows(table, places), ends, groups };
}
