import { readdir } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { InputError } from '../../base/index.js';

const PICTURE = /\.(png|jpe?g|tiff?|webp|dcm|dicom)$/i;

/**
 * Where each picture below a folder is, by its name without the ending. Folders are read to the given depth; of two
 * pictures of one name the first in the order of folders counts, the nearest first.
 */
export async function picturesBelow(folder: string, depth: number): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  let folders = [folder];
  for (let level = 0; level <= depth; level++) {
    const next: string[] = [];
    for (const path of folders) {
      const entries = await readdir(path, { withFileTypes: true }).catch(() => []);
      entries.sort((a, b) => (a.name < b.name ? -1 : 1));
      for (const { name } of entries.filter(entry => PICTURE.test(entry.name))) {
        const stem = name.slice(0, -extname(name).length);
        if (!found.has(stem)) found.set(stem, join(path, name));
      }
      // Links to folders are followed here: large archives are often linked in from another disk.
      for (const entry of entries) {
        if (entry.isDirectory() || entry.isSymbolicLink()) next.push(join(path, entry.name));
      }
    }
    folders = next;
  }
  return found;
}

/**
 * A path from a table, as parts that cannot leave the folder they are joined to.
 * @throws InputError when it is absolute, has `..` in it, or is empty.
 */
export function pathParts(path: string, table: string): string[] {
  const parts = path.split('/').filter(part => part !== '' && part !== '.');
  const hostile = parts.some(part => part === '..' || part.includes('\\') || part.includes('\0'));
  if (parts.length > 0 && !hostile && !path.startsWith('/')) return parts;
  throw new InputError({
    file: table,
    fault: 'a row names no picture inside of the folder',
    mend: 'use the table as published',
  });
}

/** A name from a table that is to be part of a path: letters, digits, `_`, `-`, `.` and spaces, no folder. */
export function fileName(name: string, table: string): string {
  if (/^[\w][\w. -]*$/.test(name)) return name;
  throw new InputError({
    file: table,
    fault: 'a row names no picture inside of the folder',
    mend: 'use the table as published',
  });
}
