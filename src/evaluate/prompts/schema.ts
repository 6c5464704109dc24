import { z } from 'zod';

/** One class that the model is asked about. */
const PromptClass = z.strictObject({
  name: z.string().min(1),
  /** A sample with any of these labels is a positive; compared letter by letter. */
  labels: z.array(z.string().min(1)).min(1),
  /** Whether a sample without any label is a positive too: for the class of normal pictures. */
  unlabelled: z.boolean().default(false),
  /** The finding in a few words, for the vocabulary `simple`. */
  finding: z.string().min(1),
  /** Sentences that say it is there; `{word}` stands for each of the list's words. */
  positive: z.array(z.string().min(1)).min(1),
  /** Sentences that say it is not. */
  negative: z.array(z.string().min(1)).min(1),
});

/** The file in which prompts are written. Keys that it does not know are refused. */
export const PromptFile = z.strictObject({
  words: z.record(z.string().min(1), z.array(z.string()).min(1)).default({}),
  /** Set → the set's name for a class → the class of this file. */
  sets: z.record(z.string().min(1), z.record(z.string().min(1), z.string().min(1))).default({}),
  classes: z.array(PromptClass).min(1),
});
export type PromptFile = z.infer<typeof PromptFile>;

/** `simple`: "{finding}" against "no {finding}"; `ensemble`: the mean over the sentences of the file. */
export const Vocabulary = z.enum(['simple', 'ensemble']);
export type Vocabulary = z.infer<typeof Vocabulary>;
