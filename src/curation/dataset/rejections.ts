import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { InputError, messageOf, parseAs } from '../../base/index.js';
import { Verdict } from '../../data/index.js';

/** The file of a curated data set that lists what was left out, a line of JSON a sample. */
export const REJECTED_FILE = 'rejected.jsonl';

/** A sample that was left out. */
export const Rejection = z.object({
  id: z.string(),
  split: z.string(),
  /** What the checks that refused it say. */
  reasons: z.array(z.string()),
  /** All verdicts, of checks that passed it too. */
  verdicts: z.array(Verdict),
});
export type Rejection = z.infer<typeof Rejection>;

/** What was left out of a curated data set. @throws InputError when the list is missing or damaged. */
export async function readRejections(folder: string): Promise<Rejection[]> {
  const path = join(folder, REJECTED_FILE);
  const mend = 'give a data set that synray curate made, or curate again';
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    throw new InputError({
      file: path,
      fault: `no list of rejections: ${messageOf(error)}`,
      mend,
      cause: error,
    });
  }
  return text
    .split('\n')
    .filter(line => line !== '')
    .map((line, index) => {
      let value: unknown;
      try {
        value = JSON.parse(line);
      } catch (error) {
        throw new InputError({ file: `${path}:${index + 1}`, fault: 'not JSON', mend, cause: error });
      }
      return parseAs(Rejection, value, `${path}:${index + 1}`);
    });
}
