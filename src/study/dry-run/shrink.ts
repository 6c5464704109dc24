import { NIH_LABELS } from '../../entities/index.js';
import type { SourceRecipe } from '../recipe/index.js';

/** How small a data set is made to try it. */
export interface Small {
  /** Pairs or patients. */
  readonly pairs: number;
  /** Pairs held out besides. */
  readonly test: number;
}

/** A data set's recipe with fewer pairs or patients; all else is as it was. One made of others stays as it is. */
export function shrinkSource(source: SourceRecipe, { pairs, test }: Small): SourceRecipe {
  const { generate, hospital } = source;
  if (generate !== undefined) {
    const fewer = { pairs: Math.min(generate.pairs, pairs), test: Math.min(generate.test, test) };
    return { generate: { ...generate, ...fewer } };
  }
  if (hospital !== undefined) {
    // Without letting more patients in until there are enough of each finding, which takes hundreds.
    return { hospital: { ...hospital, patients: Math.min(hospital.patients, pairs), enrich: 0 } };
  }
  return source;
}

/** Patients that a hospital lets in: those that are asked for, and at most those that bring what is rare. */
export function mostPatients({ patients, enrich }: NonNullable<SourceRecipe['hospital']>): number {
  return patients + NIH_LABELS.length * Math.ceil(1.1 * enrich);
}
