import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { readYaml, UsageError, writeFileAtomic } from '../../base/index.js';

/** YAML takes an unquoted yes or no for a word in version 1.2 and for a truth value in 1.1; both are meant. */
const Answer = z
  .union([z.enum(['yes', 'no', 'YES', 'NO']), z.boolean()])
  .transform(value => (value === true || String(value).toLowerCase() === 'yes' ? 'yes' : 'no'));

const Question = z.strictObject({
  name: z.string().regex(/^[a-z][a-z0-9-]*$/, 'expected a short name of lower-case letters, digits and -'),
  ask: z.string().min(1),
  /** The answer that refuses the picture. */
  reject: Answer,
  reason: z.string().min(1),
});
export type Question = z.output<typeof Question>;

/** What a judge is asked, as a person can edit it. */
export const QuestionFile = z.strictObject({
  system: z.string().min(1),
  /** What becomes of a picture for which no clear answer came. */
  undecided: z.enum(['keep', 'reject']).default('keep'),
  questions: z
    .array(Question)
    .min(1)
    .superRefine((questions, context) => {
      const names = questions.map(({ name }) => name);
      const twin = names.find((name, index) => names.indexOf(name) !== index);
      if (twin !== undefined)
        context.addIssue({ code: 'custom', message: `two questions are named "${twin}"` });
    }),
});
export type QuestionFile = z.output<typeof QuestionFile>;

const SHIPPED = fileURLToPath(new URL('./questions.yaml', import.meta.url));

/** @throws UsageError naming file and place when it cannot be read or a question is not right. */
export function readQuestions(path: string = SHIPPED): Promise<QuestionFile> {
  return readYaml(path, QuestionFile);
}

/**
 * Copies the questions that ship with synray into a file, to be edited.
 * @throws UsageError when the file is there: it may have been edited.
 */
export async function copyQuestions(path: string): Promise<void> {
  if (
    await readFile(path).then(
      () => true,
      () => false,
    )
  ) {
    throw new UsageError({ file: path, fault: 'this file is there already', mend: 'name another file' });
  }
  await writeFileAtomic(path, await readFile(SHIPPED));
}
