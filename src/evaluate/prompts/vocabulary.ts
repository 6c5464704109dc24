import { fileURLToPath } from 'node:url';
import { readYaml, UsageError } from '../../base/index.js';
import { fillAll } from './fill.js';
import { PublishedVocabulary, Vocabulary, VocabularyFile } from './schema.js';

/** A class as a vocabulary is asked about it. */
export interface AskedClass {
  /** As the set calls it, for example `Pleural Effusion`. */
  readonly name: string;
  /** As the file of prompts calls it, for example `Effusion`. */
  readonly of: string;
  /** In a few words, for example `pleural effusion`. */
  readonly finding: string;
}

/** The prompts of a vocabulary for a class. */
export interface VocabularyPrompts {
  readonly positive: readonly string[];
  readonly negative: readonly string[];
  /** What the vocabulary lacks and what was taken instead; undefined where it has all. */
  readonly fallback: string | undefined;
}

/** A vocabulary with what it extends behind it. */
interface Layer {
  readonly path: string;
  readonly file: VocabularyFile;
}

/** Prompts by a file: a published model's, or one's own. */
export class FileVocabulary {
  readonly name: string;
  readonly #layers: readonly Layer[];

  private constructor(name: string, layers: readonly Layer[]) {
    this.name = name;
    this.#layers = layers;
  }

  /**
   * @param name - One of {@link PublishedVocabulary}, or a path that ends in .yaml or .yml.
   * @throws UsageError naming the file and the key that is wrong.
   */
  static async open(name: string): Promise<FileVocabulary> {
    const layers: Layer[] = [];
    for (let next: string | undefined = name; next !== undefined; ) {
      const path = pathOf(next);
      if (layers.some(layer => layer.path === path)) {
        throw new UsageError({
          file: path,
          fault: 'the vocabulary extends itself',
          mend: 'take extends out',
        });
      }
      const file: VocabularyFile = await readYaml(path, VocabularyFile);
      layers.push({ path, file });
      next = file.extends;
    }
    return new FileVocabulary(name, layers);
  }

  /** @throws UsageError for a sentence with an unknown word. */
  promptsOf(asked: AskedClass): VocabularyPrompts {
    const positive = this.#sentences(asked, 'positive');
    const negative = this.#sentences(asked, 'negative');
    const lacking = [
      ...(positive === undefined ? ['positive'] : []),
      ...(negative === undefined ? ['negative'] : []),
    ];
    return {
      positive: positive ?? [asked.finding],
      negative: negative ?? [`no ${asked.finding}`],
      fallback: lacking.length === 0 ? undefined : `no ${lacking.join(' or ')} prompts: those of simple`,
    };
  }

  #sentences({ name, of, finding }: AskedClass, side: 'positive' | 'negative'): string[] | undefined {
    const given = { finding: [finding], class: [name.replaceAll('_', ' ')] };
    for (const { path, file } of this.#layers) {
      const own = entryOf(file.classes, name) ?? entryOf(file.classes, of);
      const sentences = own?.[side];
      if (sentences !== undefined) {
        return fillAll(sentences, { ...file.words, ...own?.words, ...given }, path);
      }
    }
    for (const { path, file } of this.#layers) {
      const sentences = file[side];
      if (sentences !== undefined) return fillAll(sentences, { ...file.words, ...given }, path);
    }
    return undefined;
  }
}

function entryOf<T>(record: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}

function pathOf(name: string): string {
  if (/\.ya?ml$/.test(name)) return name;
  const known = PublishedVocabulary.safeParse(name);
  if (known.success) return fileURLToPath(new URL(`./vocabularies/${known.data}.yaml`, import.meta.url));
  throw new UsageError({
    fault: `there is no vocabulary "${name}"`,
    mend: `use one of: ${Vocabulary.options.join(', ')}, or a .yaml file`,
  });
}
