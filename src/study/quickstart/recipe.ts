import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { readYaml } from '../../base/index.js';
import { Scoring, Vocabulary } from '../../evaluate/index.js';
import { GenerateRecipe } from '../../jobs/index.js';
import { PretrainRecipe } from '../../pretrain/index.js';

/** How the model is scored: the `evaluate` part of a recipe. */
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

/** All settings of the quickstart. */
export const QuickstartRecipe = z.strictObject({
  generate: GenerateRecipe,
  pretrain: PretrainRecipe,
  evaluate: EvaluateRecipe.prefault({}),
});
export type QuickstartRecipe = z.infer<typeof QuickstartRecipe>;

/** The recipe that ships with synray. */
const SHIPPED = join(fileURLToPath(new URL('../../../recipes', import.meta.url)), 'quickstart.yaml');

/** What the command line may change. */
export interface QuickstartChanges {
  readonly pairs?: number | undefined;
  readonly steps?: number | undefined;
  readonly seed?: number | undefined;
}

/**
 * Reads a quickstart recipe (the shipped one by default) and changes what the command line says.
 * @throws UsageError naming the key that is unknown or wrong
 */
export async function readQuickstartRecipe(
  path: string | undefined,
  { pairs, steps, seed }: QuickstartChanges = {},
): Promise<QuickstartRecipe> {
  const { generate, pretrain, evaluate } = await readYaml(path ?? SHIPPED, QuickstartRecipe);
  return {
    generate: { ...generate, pairs: pairs ?? generate.pairs, seed: seed ?? generate.seed },
    pretrain: {
      ...pretrain,
      training: {
        ...pretrain.training,
        steps: steps ?? pretrain.training.steps,
        seed: seed ?? pretrain.training.seed,
      },
    },
    evaluate: { ...evaluate, seed: seed ?? evaluate.seed },
  };
}
