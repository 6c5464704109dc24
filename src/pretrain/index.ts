export { Grounding, type GroundingBatch } from './grounding.js';
export {
  Convirt,
  type EncodedPairs,
  Objective,
  type ObjectiveLoss,
  ObjectiveSettings,
  objectives,
} from './objectives/index.js';
export { type Ranks, ranksOf } from './ranks.js';
export { DataParallel, type StepVerdict, type StepVote } from './ranks-data-parallel.js';
export { PretrainRecipe, readPretrainRecipe } from './recipe.js';
export { type PretrainOptions, type PretrainProgress, type PretrainResult, pretrain } from './trainer.js';
