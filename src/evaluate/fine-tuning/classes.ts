import type { OptionSpec } from '../../base/index.js';
import { type ClassPrompts, loadPrompts, promptOptions } from '../prompts/index.js';

/** What is told: the classes of a prompt set, or labels of the data set by their names. */
export interface ClassOptions {
  /** As of zero-shot classification; only which labels belong to a class counts. Default `nih-14`. */
  readonly prompts?: string | undefined;
  /** Names of labels, a class each, in place of a prompt set. */
  readonly labels?: readonly string[] | undefined;
}

/** A class and the labels of which any makes a sample its positive. */
export type LabelClass = Pick<ClassPrompts, 'name' | 'labels' | 'unlabelled'>;

/** The same, for the command line. */
export const classOptions: readonly OptionSpec[] = [
  ...promptOptions.filter(({ flags }) => flags.startsWith('--prompts')),
  {
    flags: '--labels <names>',
    help: 'labels of the data set, a class each, in place of --prompts',
    value: 'list',
  },
];

/** The classes that options name. @throws UsageError for a prompt set that does not exist. */
export async function classesOf(
  options: ClassOptions,
): Promise<{ name: string; classes: readonly LabelClass[] }> {
  const { labels, prompts = 'nih-14' } = options;
  if (labels === undefined || labels.length === 0) {
    const { classes } = await loadPrompts({ prompts });
    return { name: prompts, classes };
  }
  const names = [...new Set(labels)];
  return {
    name: names.join(', '),
    classes: names.map(name => ({ name, labels: new Set([name]), unlabelled: false })),
  };
}
