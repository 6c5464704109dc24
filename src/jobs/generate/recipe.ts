import { z } from 'zod';
import { parseAs, readYaml, UsageError } from '../../base/index.js';
import { CurationSettings, checkGroups } from '../../curation/index.js';
import { PlanSettings, WriterChoice } from '../../reports/index.js';

/** How to make a data set: the `generate` part of a recipe. */
export const GenerateRecipe = z.strictObject({
  /** Pairs of the split `train`. */
  pairs: z.int().nonnegative(),
  /** Pairs of the split `test`, held out: made in the same way from plans of their own. */
  test: z.int().nonnegative().default(0),
  /** Side of the square pictures in pixels. */
  size: z.int().min(32).max(2048).default(256),
  seed: z.int().nonnegative().default(0),
  /** A bank.json; the shipped bank by default. */
  bank: z.string().optional(),
  /** The plan's settings; `pairs` and `seed` are those above, `concepts` by default what the painter can show. */
  plan: PlanSettings.omit({ pairs: true, seed: true }).prefault({}),
  /** `grammar`, or the name `llm` with settings: `{ name: llm, baseUrl: …, model: … }`, see `LlmSettings`. */
  writer: WriterChoice.default('grammar'),
  painter: z.string().default('simulator'),
  /** What of a painting is kept, besides the displayed picture and the change map of each finding. */
  image: z
    .strictObject({
      /** Grey levels of the pictures: PNG of 8 or of 16 bits. */
      bits: z.literal([8, 16]).default(8),
      /**
       * Whether what the detector read is stored beside its display (16-bit PNG), so that training can draw the
       * display anew (`pretrain.augmentation.redraw`). Adds about one and a half times the picture's bytes.
       */
      attenuation: z.boolean().default(false),
      /** Whether each finding's twin is stored: the same patient, beam and noise without it. A picture more each. */
      twins: z.boolean().default(false),
      /** Whether outlines of organs are stored as masks: lungs, each lung, heart. About 1 kB more each. */
      structures: z.boolean().default(false),
    })
    .prefault({}),
  /**
   * What becomes of a report that says more than the painter can show: `set-aside`, or `keep` it with the list of what
   * is missing in the sample's `unknown`, and its labels without that.
   */
  unknown: z.enum(['set-aside', 'keep']).default('set-aside'),
  /**
   * Checks that every pair must pass, by name or group (`pixels`, `reports`). A report that one of the latter refuses is
   * set aside unpainted.
   */
  checks: z.array(z.string()).default([...(checkGroups.pixels ?? [])]),
  /** Checks by a trained model, by reference pictures and by a vision model, see `CurationSettings`. */
  curation: CurationSettings.prefault({}),
  /**
   * How often a report is written, and a picture painted, before the sample is set aside. A writer of single sections
   * (`llm`) has its own number of calls instead.
   */
  attempts: z.int().min(1).max(20).default(4),
  /** Samples a Parquet file: what is lost, at most, when the process is killed. */
  shardSize: z.int().min(1).max(10_000).default(250),
});
export type GenerateRecipe = z.output<typeof GenerateRecipe>;
/** A recipe as a person writes it: all but `pairs` have defaults. */
export type GenerateRecipeInput = z.input<typeof GenerateRecipe>;

/**
 * Reads a recipe file: its `generate` part, or the whole file when it has no parts.
 * @throws UsageError naming the key that is unknown or wrong.
 */
export async function readGenerateRecipe(path: string): Promise<GenerateRecipe> {
  const whole = await readYaml(path, z.record(z.string(), z.unknown()));
  return parseAs(GenerateRecipe, whole.generate ?? whole, path, UsageError);
}
