import { type OptionSpec, UsageError } from '../../base/index.js';
import type { View } from '../records/index.js';

/** What the importers of published layouts have in common. */
export interface LayoutOptions {
  /** Import the rows whose picture is there, and say how many are not: for a part of the download. */
  readonly partial?: boolean;
  /** `PA`, `AP` (supine ones too), `frontal` (both), `lateral`, `all` (also what has no such view). Default frontal. */
  readonly views?: readonly string[];
  /** One picture of each study: the most frontal one, the first of several. */
  readonly onePerStudy?: boolean;
}

export const partialOption: OptionSpec = {
  flags: '--partial',
  help: 'take the pictures that are there, of a part of the download',
};
export const viewOptions: readonly OptionSpec[] = [
  { flags: '--views <names>', help: 'PA, AP, frontal, lateral or all (default: frontal)', value: 'list' },
  { flags: '--one-per-study', help: 'one picture of each study: PA before AP before lateral' },
];

/** From the best to the worst for one picture of a study; null comes last. */
const RANKS: readonly (View | null)[] = ['PA', 'AP', 'AP supine', 'lateral', null];

/** The lower, the better a picture of this view stands for its study. */
export function viewRank(view: View | null): number {
  return RANKS.indexOf(view);
}

const CHOICES: Readonly<Record<string, readonly (View | null)[]>> = {
  pa: ['PA'],
  ap: ['AP', 'AP supine'],
  frontal: ['PA', 'AP', 'AP supine'],
  lateral: ['lateral'],
  all: RANKS,
};

/** The views of the `views` option, in the order of {@link RANKS}. */
export function chosenViews(names: readonly string[] = ['frontal']): readonly (View | null)[] {
  const chosen = names.flatMap(name => {
    const views = CHOICES[name.toLowerCase()];
    if (views !== undefined) return views;
    throw new UsageError({
      fault: `"${name}" is no view to choose`,
      mend: 'give --views PA, AP, frontal, lateral or all',
    });
  });
  return RANKS.filter(view => chosen.includes(view));
}

/** The value of an option that is one of a few words. */
export function oneOf<Word extends string>(flag: string, value: string, words: readonly Word[]): Word {
  const found = words.find(word => word === value);
  if (found !== undefined) return found;
  throw new UsageError({ fault: `${flag} "${value}" is not known`, mend: `give ${words.join(', ')}` });
}
