import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { InputError, messageOf, sha256, UsageError, writeFileAtomic } from '../../../base/index.js';

/** The placeholders of each prompt file: all of them must be there, and no others. */
const PLACEHOLDERS = {
  system: [],
  findings: ['entities', 'style', 'form'],
  impression: ['findings', 'entities', 'style', 'form'],
  again: ['section', 'faults', 'form'],
  'form-text': ['section'],
  'form-json': ['section', 'key'],
} as const satisfies Readonly<Record<string, readonly string[]>>;

type PromptName = keyof typeof PLACEHOLDERS;
type Values<N extends PromptName> = Readonly<Record<(typeof PLACEHOLDERS)[N][number], string>>;

const NAMES = Object.keys(PLACEHOLDERS) as PromptName[];
const STYLES = 'styles';
const FILES = [...NAMES, STYLES].map(name => `${name}.md`);

/** A way to write, that the model is told in {@link text}. */
export interface PromptStyle {
  readonly name: string;
  readonly text: string;
}

/** The folder of the prompts that ship with synray. */
const SHIPPED = fileURLToPath(new URL('./prompts/', import.meta.url));

/** What the model is told, from files that a user can edit. */
export class Prompts {
  readonly #texts: Readonly<Record<PromptName, string>>;
  readonly styles: readonly PromptStyle[];
  /** SHA-256 of all that may be sent. */
  readonly fingerprint: string;

  private constructor(texts: Readonly<Record<PromptName, string>>, styles: readonly PromptStyle[]) {
    this.#texts = texts;
    this.styles = styles;
    this.fingerprint = sha256(JSON.stringify([texts, styles]));
  }

  /**
   * Reads the prompts of a folder; files that it lacks are those that ship with synray.
   * @throws UsageError when there is no such folder, it has no prompt in it or one of an unknown name.
   * @throws InputError naming file and line of an unknown or missing placeholder, or of a line that is no style.
   */
  static async load(folder?: string): Promise<Prompts> {
    const own = folder === undefined ? new Set<string>() : await promptFiles(folder);
    const read = async (file: string) => {
      const path = join(folder !== undefined && own.has(file) ? folder : SHIPPED, file);
      return { path, text: withoutComments(await textOf(path)) };
    };
    const texts = {} as Record<PromptName, string>;
    for (const name of NAMES) {
      const { path, text } = await read(`${name}.md`);
      checkPlaceholders(path, text, PLACEHOLDERS[name]);
      texts[name] = text.trim();
    }
    const { path, text } = await read(`${STYLES}.md`);
    return new Prompts(texts, stylesOf(path, text));
  }

  /** A prompt with its placeholders filled in. What is filled in is not searched for placeholders again. */
  fill<N extends PromptName>(name: N, values: Values<N>): string {
    const given: Readonly<Record<string, string>> = values;
    return this.#texts[name].replace(PLACEHOLDER, (_, key: string) => given[key]!);
  }
}

/**
 * Copies the prompts that ship with synray into a folder, to be edited.
 * @returns the paths written
 * @throws UsageError when one of them is there already: it may have been edited.
 */
export async function copyPrompts(folder: string): Promise<string[]> {
  const there = new Set(await readdir(folder).catch(() => []));
  const taken = FILES.find(file => there.has(file));
  if (taken !== undefined) {
    throw new UsageError({
      file: join(folder, taken),
      fault: 'this file is there already',
      mend: 'name another folder, so that edited prompts are kept',
    });
  }
  const paths: string[] = [];
  for (const file of FILES) {
    const path = join(folder, file);
    await writeFileAtomic(path, await readFile(join(SHIPPED, file)));
    paths.push(path);
  }
  return paths;
}

const PLACEHOLDER = /\{\{\s*([^{}]*?)\s*\}\}/g;

/** The prompt files in a user's folder. */
async function promptFiles(folder: string): Promise<Set<string>> {
  const mend = 'make a folder of prompts with `synray reports --print-prompts <folder>` and edit them';
  let names: string[];
  try {
    names = await readdir(folder);
  } catch (error) {
    throw new UsageError({
      file: folder,
      fault: `no prompts can be read: ${messageOf(error)}`,
      mend,
      cause: error,
    });
  }
  const prompts = names.filter(name => name.endsWith('.md'));
  const unknown = prompts.find(name => !FILES.includes(name));
  if (unknown !== undefined) {
    throw new UsageError({
      file: join(folder, unknown),
      fault: 'there is no prompt of this name',
      mend: `use one of: ${FILES.join(', ')}`,
    });
  }
  if (prompts.length === 0) throw new UsageError({ file: folder, fault: 'there is no prompt in it', mend });
  return new Set(prompts);
}

/** @throws InputError when the file cannot be read or is not UTF-8. */
async function textOf(path: string): Promise<string> {
  const mend = 'give a readable text file in UTF-8';
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(await readFile(path)).replaceAll('\r\n', '\n');
  } catch (error) {
    throw new InputError({ file: path, fault: messageOf(error), mend, cause: error });
  }
}

/** The text without `<!-- -->`; lines keep their numbers. */
function withoutComments(text: string): string {
  return text.replace(/<!--[\s\S]*?-->/g, comment => comment.replace(/[^\n]/g, ''));
}

function checkPlaceholders(path: string, text: string, known: readonly string[]): void {
  if (text.trim() === '') {
    throw new InputError({ file: path, fault: 'the prompt is empty', mend: 'write it, or remove the file' });
  }
  const all = known.length === 0 ? 'none' : known.map(name => `{{${name}}}`).join(', ');
  const found = new Set<string>();
  for (const [index, line] of text.split('\n').entries()) {
    for (const [whole, name = ''] of line.matchAll(PLACEHOLDER)) {
      if (!known.includes(name)) {
        throw new InputError({
          file: `${path}:${index + 1}`,
          fault: `unknown placeholder ${whole}`,
          mend: `this prompt has: ${all}`,
        });
      }
      found.add(name);
    }
    const rest = line.replace(PLACEHOLDER, '');
    const broken = /\{\{|\}\}/.exec(rest);
    if (broken !== null) {
      throw new InputError({
        file: `${path}:${index + 1}`,
        fault: `"${broken[0]}" without its other half`,
        mend: 'write placeholders as {{name}}, on one line',
      });
    }
  }
  const missing = known.find(name => !found.has(name));
  if (missing === undefined) return;
  throw new InputError({
    file: `${path}:${text.trimEnd().split('\n').length}`,
    fault: `the placeholder {{${missing}}} is missing`,
    mend: `this prompt needs: ${all}`,
  });
}

/** @throws InputError naming the line that is no style. */
function stylesOf(path: string, text: string): PromptStyle[] {
  const styles: PromptStyle[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '' || line.startsWith('#')) continue;
    const [, name, description] = /^-\s*([\w -]+?)\s*:\s*(\S.*)$/.exec(line.trim()) ?? [];
    const fault =
      name === undefined || description === undefined
        ? 'this line is no style'
        : styles.some(style => style.name === name)
          ? `there are two styles named "${name}"`
          : undefined;
    if (fault !== undefined) {
      throw new InputError({
        file: `${path}:${index + 1}`,
        fault,
        mend: 'write each style on a line of its own: "- name: what the model is told"',
      });
    }
    styles.push({ name: name!, text: description! });
  }
  if (styles.length === 0) {
    throw new InputError({ file: path, fault: 'there is no style', mend: 'write at least one: "- name: …"' });
  }
  return styles;
}
