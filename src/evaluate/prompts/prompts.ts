import { fileURLToPath } from 'node:url';
import { type OptionSpec, readYaml, UsageError } from '../../base/index.js';
import { defaultBank } from '../../entities/bank/index.js';
import { fillAll } from './fill.js';
import { PromptFile, Vocabulary } from './schema.js';
import { FileVocabulary } from './vocabulary.js';

/** What is asked about one class, and which samples are its positives. */
export interface ClassPrompts {
  readonly name: string;
  readonly labels: ReadonlySet<string>;
  readonly unlabelled: boolean;
  readonly positive: readonly string[];
  readonly negative: readonly string[];
}

/** The classes that are asked together. */
export interface PromptSet {
  /** For tables: `nih-14/ensemble`, `mine.yaml/simple`. */
  readonly name: string;
  readonly classes: readonly ClassPrompts[];
  /** Class → what the vocabulary lacks for it and what was taken instead. */
  readonly fallbacks?: Readonly<Record<string, string>> | undefined;
}

export interface PromptOptions {
  /** A set of the shipped file (`nih-14`, `chexpert-14` …), or a YAML file. Default `nih-14`. */
  readonly prompts?: string | undefined;
  /** One of `Vocabulary`, or a YAML file of one's own. Default `ensemble`. */
  readonly vocabulary?: string | undefined;
}

/** The same, for the command line. */
export const promptOptions: readonly OptionSpec[] = [
  {
    flags: '--prompts <set>',
    help: 'nih-14, chexpert-14, chexpert-5, rsna, siim, covid, covid-masks, or a YAML file (default: nih-14)',
  },
  {
    flags: '--vocabulary <name>',
    help: `${Vocabulary.options.join(', ')}, or a YAML file (default: ensemble)`,
  },
];

const SHIPPED = fileURLToPath(new URL('./findings.yaml', import.meta.url));

/**
 * Reads a prompt set in a vocabulary. Of a file of one's own, `FILE` means all classes of the file and `FILE#set` one of its
 * sets.
 * @throws UsageError naming the file and the key, word, class or set that is wrong.
 */
export async function loadPrompts(options: PromptOptions = {}): Promise<PromptSet> {
  const { prompts = 'nih-14', vocabulary = 'ensemble' } = options;
  const published =
    vocabulary === 'simple' || vocabulary === 'ensemble' ? undefined : await FileVocabulary.open(vocabulary);
  const [path, set] = await whereIs(prompts);
  const file = await readYaml(path, PromptFile);
  const byName = new Map(file.classes.map(entry => [entry.name, entry]));
  if (byName.size !== file.classes.length) {
    const twice = file.classes.find(
      (entry, index) => file.classes.findLastIndex(other => other.name === entry.name) !== index,
    )!;
    throw new UsageError({
      file: path,
      fault: `the class "${twice.name}" is there twice`,
      mend: 'rename one',
    });
  }

  const members =
    set === undefined ? file.classes.map(({ name }) => [name, name] as const) : membersOf(file, set, path);
  const fallbacks: [name: string, lack: string][] = [];
  const classes = members.map(([name, of]): ClassPrompts => {
    const entry = byName.get(of);
    if (entry === undefined) {
      throw new UsageError({
        file: path,
        fault: `the set "${set}" names the class "${of}", which is not in the file`,
        mend: `use one of: ${[...byName.keys()].join(', ')}`,
      });
    }
    const { labels, unlabelled, finding } = entry;
    const asked = { name, labels: withConcepts(labels), unlabelled };
    if (published !== undefined) {
      const { positive, negative, fallback } = published.promptsOf({ name, of, finding });
      if (fallback !== undefined) fallbacks.push([name, fallback]);
      return { ...asked, positive, negative };
    }
    if (vocabulary === 'simple') return { ...asked, positive: [finding], negative: [`no ${finding}`] };
    const sentences = (side: 'positive' | 'negative') => [
      ...new Set(fillAll(entry[side], file.words, path).map(capitalised)),
    ];
    return { ...asked, positive: sentences('positive'), negative: sentences('negative') };
  });
  return {
    name: `${prompts}/${vocabulary}`,
    classes,
    ...(fallbacks.length > 0 ? { fallbacks: Object.fromEntries(fallbacks) } : {}),
  };
}

function capitalised(sentence: string): string {
  return sentence.charAt(0).toUpperCase() + sentence.slice(1);
}

/** The file of a prompt option and the set in it. */
async function whereIs(prompts: string): Promise<[path: string, set: string | undefined]> {
  const file = /^(.+\.ya?ml)(?:#(.*))?$/.exec(prompts);
  if (file !== null) return [file[1]!, file[2]];
  return [SHIPPED, prompts];
}

function membersOf(file: PromptFile, set: string, path: string): [name: string, of: string][] {
  const members = file.sets[set];
  if (members !== undefined) return Object.entries(members);
  throw new UsageError({
    file: path === SHIPPED ? undefined : path,
    fault: `there is no prompt set "${set}"`,
    mend: `use one of: ${Object.keys(file.sets).join(', ')}${path === SHIPPED ? ', or a .yaml file' : ''}`,
  });
}

/**
 * Labels, and the concepts that the shipped bank says imply one of them: synthetic samples are labelled with
 * concepts, as `airspace disease`, which the bank counts as NIH's Infiltration and CheXpert's Lung Opacity.
 */
function withConcepts(labels: readonly string[]): Set<string> {
  const wanted = new Set(labels);
  for (const { concept, labels: implied } of defaultBank().entities) {
    if (labels.includes(implied.nih ?? '') || labels.includes(implied.chexpert ?? '')) wanted.add(concept);
  }
  return wanted;
}

/** Whether a sample with these labels is a positive of the class. */
export function isPositive(labels: readonly string[], { labels: wanted, unlabelled }: ClassPrompts): boolean {
  return labels.length === 0 ? unlabelled : labels.some(label => wanted.has(label));
}

/**
 * What the source says of a class in a sample: 1 there, 0 not there, 2 left open. A name among `labels` says that it
 * is there, whatever is open besides.
 */
export function labelOf(
  {
    labels,
    uncertain = [],
  }: { readonly labels: readonly string[]; readonly uncertain?: readonly string[] | undefined },
  entry: ClassPrompts,
): 0 | 1 | 2 {
  // A sample with nothing but open labels is not known to be normal.
  if (labels.length === 0 && uncertain.length > 0 && entry.unlabelled) return 2;
  if (isPositive(labels, entry)) return 1;
  return uncertain.some(name => entry.labels.has(name)) ? 2 : 0;
}
