export {
  type HospitalOptions,
  HospitalRecipe,
  type HospitalRecipeInput,
  type HospitalResult,
  simulateHospital,
} from './hospital.js';
export { HospitalSettings, readHospital } from './settings.js';
