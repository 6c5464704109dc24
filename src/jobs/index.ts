export type { Executor } from './executor.js';
export { LocalExecutor } from './executors/local.js';
export { type GenerateOptions, type GenerateResult, generate } from './generate/generate.js';
export { GenerateRecipe, type GenerateRecipeInput, readGenerateRecipe } from './generate/recipe.js';
export { sampleOf } from './generate/sample.js';
export type { SetAside } from './generate/shard.js';
export type { Stages } from './generate/stages.js';
export * from './hospital/index.js';
