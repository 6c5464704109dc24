import { z } from 'zod';
import { Scoring, Vocabulary } from '../../evaluate/index.js';
import { GenerateRecipe } from '../../jobs/index.js';
import { PretrainRecipe } from '../../pretrain/index.js';

/** How a model is scored: the `evaluate` part of a recipe. */
export const EvaluateRecipe = z.strictObject({
  /** A prompt set: `nih-14`, `chexpert-14`, `chexpert-5`, or a YAML file. */
  prompts: z.string().default('nih-14'),
  vocabulary: Vocabulary.default('ensemble'),
  scoring: Scoring.optional(),
  /** Of the bootstrap. */
  seed: z.int().nonnegative().default(0),
  /** Bootstrap rounds. */
  rounds: z.int().min(1).default(1000),
});
export type EvaluateRecipe = z.infer<typeof EvaluateRecipe>;

/** Pairs, a model that learns from them alone, and its scores: `recipes/reader.yaml`. */
export const SingleModelRecipe = z.strictObject({
  generate: GenerateRecipe,
  pretrain: PretrainRecipe,
  evaluate: EvaluateRecipe.prefault({}),
});
export type SingleModelRecipe = z.infer<typeof SingleModelRecipe>;
