export { Grounding } from './grounding.js';
export type { GroundingBatch, GroundingTerm } from './grounding-term.js';
export type { SpeedRecord, StepRecord } from './log.js';
export {
  Convirt,
  type EncodedPairs,
  Objective,
  type ObjectiveLoss,
  ObjectiveSettings,
  objectives,
} from './objectives/index.js';
export { DataSource, PretrainRecipe, readPretrainRecipe } from './recipe.js';
export { changeRecipe, dataSourceIn, type RecipeChange, recipeChangeIn } from './recipe-changes.js';
export { recipeSchema } from './recipe-schema.js';
export { type PretrainOptions, type PretrainProgress, type PretrainResult, pretrain } from './trainer.js';
