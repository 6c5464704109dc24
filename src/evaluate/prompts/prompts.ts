import { fileURLToPath } from 'node:url';
import { type OptionSpec, readYaml, UsageError } from '../../base/index.js';
import { defaultBank } from '../../entities/bank/index.js';
import { PromptFile, Vocabulary } from './schema.js';

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
}

export interface PromptOptions {
  /** A set of the shipped file (`nih-14`, `chexpert-14`, `chexpert-5`), or a YAML file. Default `nih-14`. */
  readonly prompts?: string | undefined;
  /** Default `ensemble`. */
  readonly vocabulary?: Vocabulary | undefined;
}

/** The same, for the command line. */
export const promptOptions: readonly OptionSpec[] = [
  {
    flags: '--prompts <set>',
    help: 'nih-14, chexpert-14, chexpert-5, or a YAML file (default: nih-14)',
  },
  { flags: '--vocabulary <name>', help: 'simple or ensemble (default: ensemble)' },
];

const SHIPPED = fileURLToPath(new URL('./findings.yaml', import.meta.url));

/** Most prompts that one class may have once its words are filled in. */
const MOST_PROMPTS = 1000;

/**
 * Reads a prompt set. Of a file of one's own, `FILE` means all classes of the file and `FILE#set` one of its
 * sets.
 * @throws UsageError naming the file and the key, word, class or set that is wrong.
 */
export async function loadPrompts(options: PromptOptions = {}): Promise<PromptSet> {
  const { prompts = 'nih-14', vocabulary = 'ensemble' } = options;
  if (!Vocabulary.options.includes(vocabulary)) {
    throw new UsageError({
      fault: `there is no vocabulary "${vocabulary}"`,
      mend: `use one of: ${Vocabulary.options.join(', ')}`,
    });
  }
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
  const classes = members.map(([name, of]): ClassPrompts => {
    const entry = byName.get(of);
    if (entry === undefined) {
      throw new UsageError({
        file: path,
        fault: `the set "${set}" names the class "${of}", which is not in the file`,
        mend: `use one of: ${[...byName.keys()].join(', ')}`,
      });
    }
    const [positive, negative] =
      vocabulary === 'simple'
        ? [[entry.finding], [`no ${entry.finding}`]]
        : [fillAll(entry.positive, file.words, path), fillAll(entry.negative, file.words, path)];
    return { name, labels: withConcepts(entry.labels), unlabelled: entry.unlabelled, positive, negative };
  });
  return { name: `${prompts}/${vocabulary}`, classes };
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

/** All sentences with every combination of words, each once, tidied: one space between words, a capital first. */
function fillAll(sentences: readonly string[], words: PromptFile['words'], path: string): string[] {
  const filled = new Set<string>();
  for (const sentence of sentences) {
    for (const prompt of fill(sentence, words, path)) {
      filled.add(tidy(prompt));
      if (filled.size > MOST_PROMPTS) {
        throw new UsageError({
          file: path,
          fault: `"${sentence}" brings a class to more than ${MOST_PROMPTS} prompts`,
          mend: 'use fewer words in one sentence',
        });
      }
    }
  }
  return [...filled];
}

function* fill(sentence: string, words: PromptFile['words'], path: string): Generator<string> {
  const place = /\{([^{}]*)\}/.exec(sentence);
  if (place === null) {
    yield sentence;
    return;
  }
  const choices = Object.hasOwn(words, place[1]!) ? words[place[1]!]! : undefined;
  if (choices === undefined) {
    throw new UsageError({
      file: path,
      fault: `"${sentence}" has {${place[1]}}, for which there are no words`,
      mend: `add it under words, or use one of: ${Object.keys(words).join(', ')}`,
    });
  }
  const [before, after] = [sentence.slice(0, place.index), sentence.slice(place.index + place[0].length)];
  // What stands before has no place left, so only the rest is filled on: a word cannot bring in a new place.
  for (const rest of fill(after, words, path)) for (const choice of choices) yield before + choice + rest;
}

function tidy(prompt: string): string {
  const spaced = prompt
    .replace(/\s+/g, ' ')
    .replace(/ ([.,;])/g, '$1')
    .trim();
  return spaced.charAt(0).toUpperCase() + spaced.slice(1);
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
