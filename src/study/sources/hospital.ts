import { watchProgress } from '../../base/index.js';
import { type HospitalRecipe, simulateHospital } from '../../jobs/index.js';
import type { SourceKind } from './source-kind.js';

/** A simulated hospital, which stands in for real data. */
export const hospital: SourceKind<HospitalRecipe> = {
  label: 'filling a simulated hospital',
  async build(recipe, { out, signal }) {
    const progress = watchProgress('patients', 'patients');
    await simulateHospital({ recipe, out, signal, onProgress: progress.update }).finally(progress.stop);
    return out;
  },
};
