export { modelConfig } from './build-model.js';
export { Grounding, groundingFor } from './grounding.js';
export { AttentionGrounding } from './grounding-attention.js';
export { type GroundingBatch, GroundingTerm } from './grounding-term.js';
export type { SpeedRecord, StepRecord } from './log.js';
export {
  Clip,
  Convirt,
  type EncodedPairs,
  Gloria,
  localSimilarities,
  Objective,
  type ObjectiveLoss,
  ObjectiveSettings,
  objectives,
  Siglip,
} from './objectives/index.js';
export type { PretrainOptions, PretrainProgress, PretrainResult } from './options.js';
export { type Ranks, ranksOf } from './ranks.js';
export { DataParallel, type StepVerdict, type StepVote } from './ranks-data-parallel.js';
export { DataSource, PretrainRecipe, readPretrainRecipe } from './recipe.js';
export { changeRecipe, dataSourceIn, type RecipeChange, recipeChangeIn } from './recipe-changes.js';
export { pretrain } from './trainer.js';
export { type TwinBatch, TwinContrast } from './twins.js';
