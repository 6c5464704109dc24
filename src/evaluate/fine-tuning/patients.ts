import { Random } from '../../base/index.js';

/** Who a sample is of: its patient, or itself where none is named. */
export function patientKey({ id, patient }: { readonly id: string; readonly patient: string }): string {
  return patient === '' ? `sample ${id}` : `patient ${patient}`;
}

/**
 * Deals patients into parts of equal size (but for one).
 * @param patients - Keys; those named twice count once, and their order does not matter.
 * @returns Patient → part, from 0.
 */
export function dealPatients(
  patients: Iterable<string>,
  parts: number,
  seed: number,
): ReadonlyMap<string, number> {
  return new Map(inOrder(patients, seed, 'folds').map((patient, place) => [patient, place % parts]));
}

/**
 * A share of the patients, at least one. Shares of the same patients and seed are nested: whoever is in a smaller one
 * is in every larger one.
 * @param percent - Above 0, at most 100.
 */
export function shareOfPatients(
  patients: Iterable<string>,
  percent: number,
  seed: number,
): ReadonlySet<string> {
  const ordered = inOrder(patients, seed, 'share');
  // 29 % of 100 is 28.999999999999996 in floating point.
  return new Set(ordered.slice(0, Math.max(1, Math.round((ordered.length * percent) / 100))));
}

function inOrder(patients: Iterable<string>, seed: number, purpose: string): string[] {
  return Random.of(seed, 'patients', purpose).shuffle([...new Set(patients)].sort());
}
