import type { Dirent } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, join, relative, sep } from 'node:path';
import { InputError, messageOf } from '../../base/index.js';
import { reject, type SourceFile, type SourceFilesOptions, tooLarge } from './source.js';
import { filesOfTar } from './tar-files.js';
import { filesOfZip } from './zip-files.js';

const TAR = /\.(tgz|tar|tar\.gz)$/i;
const ZIP = /\.zip$/i;

/** Whether a file's name is that of an archive that {@link sourceFiles} reads. */
export function isArchive(path: string): boolean {
  return TAR.test(path) || ZIP.test(path);
}

/**
 * The wanted files of a folder (with its sub-folders; each folder in the order of its names, `9` before `10`),
 * of a `.tar`, `.tgz` or `.zip` archive (in its order), or the one file that `source` is. Streams: nothing
 * is unpacked to disk, and memory does not grow with the number of files.
 * @throws InputError naming the source when it is missing or no whole archive.
 */
export async function* sourceFiles(source: string, options: SourceFilesOptions): AsyncGenerator<SourceFile> {
  const found = await stat(source).catch(() => undefined);
  if (found === undefined) {
    throw new InputError({ file: source, fault: 'there is no such file or folder', mend: 'check the path' });
  }
  if (found.isDirectory()) yield* filesOfFolder(source, options);
  else if (ZIP.test(source)) yield* filesOfZip(source, options);
  else if (TAR.test(source)) yield* filesOfTar(source, options);
  else yield* oneFile(source, options);
}

async function* oneFile(source: string, options: SourceFilesOptions): AsyncGenerator<SourceFile> {
  if (!options.wanted(basename(source))) return;
  const file = await fileAt(source, dirname(source), options);
  if (file !== undefined) yield file;
}

async function* filesOfFolder(folder: string, options: SourceFilesOptions): AsyncGenerator<SourceFile> {
  const wanted = (path: string) => options.wanted(inside(folder, path));
  let total = 0;
  // Names are walked twice, so that the time left is known and no list of all files is held.
  if (options.onPosition !== undefined) for await (const path of walk(folder)) if (wanted(path)) total++;
  let done = 0;
  for await (const path of walk(folder)) {
    if (!wanted(path)) continue;
    const file = await fileAt(path, folder, options);
    if (file !== undefined) yield file;
    options.onPosition?.({ done: ++done, total, unit: 'files' });
  }
}

async function fileAt(
  path: string,
  folder: string,
  options: SourceFilesOptions,
): Promise<SourceFile | undefined> {
  try {
    const { size } = await stat(path);
    const fault = tooLarge(path, size, options);
    if (fault === undefined) return { name: path, path: inside(folder, path), bytes: await readFile(path) };
    reject(fault, options);
  } catch (error) {
    if (error instanceof InputError) throw error;
    const fault = `the file cannot be read: ${messageOf(error)}`;
    reject(new InputError({ file: path, fault, mend: 'check its rights, or remove it' }), options);
  }
  return undefined;
}

const { compare } = new Intl.Collator('en', { numeric: true });

/** Paths of the files below a folder. Links to files are followed, links to folders are not: they may go round. */
async function* walk(folder: string): AsyncGenerator<string> {
  let entries: Dirent[];
  try {
    entries = await readdir(folder, { withFileTypes: true });
  } catch (error) {
    const fault = `the folder cannot be read: ${messageOf(error)}`;
    throw new InputError({ file: folder, fault, mend: 'check its rights', cause: error });
  }
  entries.sort((a, b) => compare(a.name, b.name) || (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* walk(path);
    else if (entry.isFile()) yield path;
    else if (entry.isSymbolicLink() && (await stat(path).catch(() => undefined))?.isFile()) yield path;
  }
}

function inside(folder: string, path: string): string {
  return relative(folder, path).split(sep).join('/');
}
