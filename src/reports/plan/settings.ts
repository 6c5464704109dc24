import { z } from 'zod';

/** The paper's cap. */
export const USUAL_CAP = 15;

const weight = z.number().nonnegative();

/** How to draw what reports say. Defaults are the paper's (k 9, m 3, cap 15; arXiv 2410.13523). */
export const PlanSettings = z.strictObject({
  /** How many reports the whole plan has. The last block is cut to fit, so this belongs to the draw. */
  pairs: z.int().positive(),
  seed: z.int().nonnegative().default(0),
  /** Entities a report that are not anatomy: findings that are there, findings that are not, normal statements. */
  k: z.int().positive().max(40).default(9),
  /** Anatomy entities a report. */
  m: z.int().nonnegative().max(20).default(3),
  /**
   * The most uses of one entity in the whole plan, or `least`: the lowest cap that the bank allows. A number is held or
   * the plan refused. Default: 15, or `least` where the bank has too few entities for 15.
   */
  cap: z.union([z.int().positive(), z.literal('least')]).optional(),
  /**
   * `balanced`: every entity of a type equally often. `natural`: as often as in the bank's source; the cap
   * then has no say, since a long tail is what is asked for.
   */
  mode: z.enum(['balanced', 'natural']).default('balanced'),
  /**
   * Weights of a report with 0, 1, 2 … findings that are there; the rest of k is denied or normal. Null: by
   * shares alone, as in the paper, so that about half of the k entities are findings; then a few reports are left
   * without any, as many as the normal statements need that go with no finding.
   */
  findingsPerReport: z
    .array(weight)
    .min(1)
    .refine(weights => weights.some(entry => entry > 0), 'expected a weight above 0')
    .nullable()
    .default(null),
  /**
   * Weights of the types. Default: by the number of entities of each (balanced) or by their counts (natural).
   * Where `findingsPerReport` is given, only the shares within what is there and within what is not count.
   */
  shares: z
    .strictObject({ ABNORMALITY: weight, DISEASE: weight, 'NON-ABNORMALITY': weight, 'NON-DISEASE': weight })
    .optional(),
  /**
   * `avoid` (default): no report says what contradicts itself. `allow`: entities are drawn together whatever they say, as in
   * the paper; for studies of what that costs. Leave the check `contradiction` out then.
   */
  contradictions: z.enum(['avoid', 'allow']).optional(),
  /** Draw only entities of these concepts (normal statements and anatomy included where named). */
  concepts: z.array(z.string()).nonempty().optional(),
});
export type PlanSettings = z.infer<typeof PlanSettings>;
/** Settings as a person gives them: all but `pairs` have defaults. */
export type PlanSettingsInput = z.input<typeof PlanSettings>;
