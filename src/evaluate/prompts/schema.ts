import { z } from 'zod';

const sentences = z.array(z.string().min(1)).min(1);
const wordLists = z.record(z.string().min(1), z.array(z.string()).min(1));

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
  positive: sentences,
  /** Sentences that say it is not. */
  negative: sentences,
});

/** The file in which prompts are written. Keys that it does not know are refused. */
export const PromptFile = z.strictObject({
  words: wordLists.default({}),
  /** Set → the set's name for a class → the class of this file. */
  sets: z.record(z.string().min(1), z.record(z.string().min(1), z.string().min(1))).default({}),
  classes: z.array(PromptClass).min(1),
});
export type PromptFile = z.infer<typeof PromptFile>;

/** The vocabularies of published models, each a file of `vocabularies/`. */
export const PublishedVocabulary = z.enum(['gloria', 'chexzero', 'mgca', 'medclip', 'radzero']);
export type PublishedVocabulary = z.infer<typeof PublishedVocabulary>;

/**
 * `simple`: "{finding}" against "no {finding}"; `ensemble`: the mean over the sentences of the prompt file; else the
 * prompts of a published model.
 */
export const Vocabulary = z.enum(['simple', 'ensemble', ...PublishedVocabulary.options]);
export type Vocabulary = z.infer<typeof Vocabulary>;

/** The file of a published vocabulary, or of one's own; `vocabularies/gloria.yaml` says what each key is. */
export const VocabularyFile = z.strictObject({
  extends: PublishedVocabulary.optional(),
  words: wordLists.default({}),
  positive: sentences.optional(),
  negative: sentences.optional(),
  classes: z
    .record(
      z.string().min(1),
      z.strictObject({
        words: wordLists.default({}),
        positive: sentences.optional(),
        negative: sentences.optional(),
      }),
    )
    .default({}),
});
export type VocabularyFile = z.infer<typeof VocabularyFile>;
