import type { Dirent } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { InputError } from '../../base/index.js';

/** What a picture's file is called. */
export const pictureName = /\.(png|jpe?g|tiff?|webp|dcm|dicom)$/i;

/**
 * The files below a folder whose name fits, as paths relative to it with forward slashes, in an order that does not
 * depend on the machine. Hidden files are passed over, such as those that macOS puts into archives.
 * @throws InputError when there is no such folder.
 */
export async function filesBelow(folder: string, fits: RegExp): Promise<string[]> {
  if ((await stat(folder).catch(() => undefined))?.isDirectory() !== true) {
    throw new InputError({ file: folder, fault: 'there is no such folder', mend: 'check the path' });
  }
  const found: string[] = [];
  await walk(folder, '', fits, found, [await realpath(folder)]);
  return found;
}

/** @param above - The real paths of the folders on the way, which a link may lead back to. */
async function walk(
  folder: string,
  below: string,
  fits: RegExp,
  found: string[],
  above: readonly string[],
): Promise<void> {
  const entries = (await readdir(join(folder, below), { withFileTypes: true })).sort(byName);
  for (const entry of entries) {
    if (entry.name.startsWith('.') || entry.name === '__MACOSX') continue;
    const path = below === '' ? entry.name : `${below}/${entry.name}`;
    const kind = entry.isSymbolicLink() ? await stat(join(folder, path)).catch(() => undefined) : entry;
    if (kind?.isFile() === true && fits.test(entry.name)) found.push(path);
    if (kind?.isDirectory() !== true) continue;
    const place = await realpath(join(folder, path));
    if (!above.includes(place)) await walk(folder, path, fits, found, [...above, place]);
  }
}

function byName(a: Dirent, b: Dirent): number {
  return a.name < b.name ? -1 : 1;
}

/**
 * Where the pictures below some folders are, by file name. Tables name files; that a name leads nowhere else is sure
 * when only what was found here is opened.
 */
export async function picturesByName(folders: readonly string[]): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const folder of folders) {
    for (const path of await filesBelow(folder, pictureName).catch(() => [])) {
      const name = path.slice(path.lastIndexOf('/') + 1);
      if (!found.has(name)) found.set(name, join(folder, path));
    }
  }
  return found;
}

/** A file's name without its ending: `a/b.x.png` → `a/b.x`. */
export function stemOf(path: string): string {
  return path.replace(/\.[^./]+$/, '');
}

/**
 * The first file of a folder that has one of these names; earlier patterns win.
 * @throws InputError telling what should be there.
 */
export async function requireFile(
  folder: string,
  patterns: readonly RegExp[],
  expected: { readonly file: string; readonly mend: string },
): Promise<string> {
  const found = await findFile(folder, patterns);
  if (found !== undefined) return found;
  throw new InputError({ file: folder, fault: `there is no ${expected.file}`, mend: expected.mend });
}

/** As {@link requireFile}; undefined when there is none. */
export async function findFile(folder: string, patterns: readonly RegExp[]): Promise<string | undefined> {
  const names = (await readdir(folder).catch(() => [])).sort();
  for (const pattern of patterns) {
    const name = names.find(candidate => pattern.test(candidate));
    if (name !== undefined) return join(folder, name);
  }
  return undefined;
}

/**
 * An id for each of some different paths: the shortest form that no other path has.
 * @param forms - From the shortest on; the path itself stands last.
 */
export function uniqueIds(
  paths: readonly string[],
  forms: readonly ((path: string) => string)[],
): Map<string, string> {
  const counts = forms.map(form => {
    const times = new Map<string, number>();
    for (const path of paths) times.set(form(path), (times.get(form(path)) ?? 0) + 1);
    return times;
  });
  return new Map(
    paths.map(path => {
      const shortest = forms.find((form, index) => counts[index]!.get(form(path)) === 1);
      return [path, shortest?.(path) ?? path];
    }),
  );
}

/** @throws InputError when an id occurs twice: said before any picture is read. */
export function refuseTwins(file: string, ids: Iterable<string>): void {
  const seen = new Set<string>();
  for (const id of ids) {
    if (seen.has(id)) {
      throw new InputError({
        file,
        fault: 'two pictures have the same name, so that one cannot be told from the other',
        mend: 'rename one of them, or take its row out',
      });
    }
    seen.add(id);
  }
}

/**
 * The rows whose picture is there. Those without one are left in, to be told of by the import, unless `partial`.
 * @throws InputError when none is there.
 */
export function presentRows<Row extends { readonly file: string | undefined }>(
  folder: string,
  rows: readonly Row[],
  partial: boolean,
): readonly Row[] {
  const present = rows.filter(row => row.file !== undefined);
  if (present.length > 0) return partial ? present : rows;
  throw new InputError({
    file: folder,
    fault: `none of the ${rows.length} pictures of the table is there`,
    mend: 'give the folder into which tables and pictures were unpacked together',
  });
}
