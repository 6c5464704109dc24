import { UsageError } from '../../base/index.js';
import type { Admissions, Patient } from './patient.js';

/** Candidates that are looked at for one that is wanted, at most. */
const PATIENCE = 200_000;
/** Asked for beyond what is wanted, since a finding may turn out to change no pixel. */
const MARGIN = 1.1;

/**
 * Numbers of the patients of a data set: the first so many as they come and, where a test set is to hold enough of each
 * label, those after them who bring what is still missing.
 * @param enrich - Pictures that each of the labels is to have, at least; 0 for none.
 * @throws UsageError when some label does not come up.
 */
export function choosePatients(
  admissions: Pick<Admissions, 'patient'>,
  labels: readonly string[],
  { patients, enrich }: { readonly patients: number; readonly enrich: number },
): number[] {
  const chosen = Array.from({ length: patients }, (_, index) => index);
  if (enrich === 0) return chosen;
  const wanted = Math.ceil(enrich * MARGIN);
  const have = new Float64Array(labels.length);
  const count = ({ studies }: Patient) => {
    for (const study of studies)
      for (let bit = 0; bit < have.length; bit++) have[bit]! += (study.labels >> bit) & 1;
  };
  for (const index of chosen) count(admissions.patient(index));
  for (let index = patients, since = 0; have.some(number => number < wanted); index++, since++) {
    if (since > PATIENCE)
      throw new UsageError({
        fault: `the hospital has too few patients with ${labels.filter((_, bit) => have[bit]! < wanted).join(', ')}`,
        mend: 'ask for fewer with --enrich',
      });
    const patient = admissions.patient(index);
    const brings = patient.studies.some(study =>
      labels.some((_, bit) => have[bit]! < wanted && ((study.labels >> bit) & 1) === 1),
    );
    if (!brings) continue;
    chosen.push(index);
    count(patient);
    since = 0;
  }
  return chosen;
}
