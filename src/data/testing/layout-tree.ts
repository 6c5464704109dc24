import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { encodePng } from '../images.js';
import type { ImportRow, ImportSource } from '../importers/importer.js';

const made: string[] = [];

/** Files of a published layout in a folder of their own, for tests; {@link removeTrees} takes them away. */
export async function layTree(files: Readonly<Record<string, string | Uint8Array>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'synray-layout-'));
  made.push(folder);
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  }
  return folder;
}

export async function removeTrees(): Promise<void> {
  for (const folder of made.splice(0)) await rm(folder, { recursive: true });
}

/** A grey picture, 8 pixels wide and 4 high, that is not the same for two values. */
export async function tinyPicture(value: number): Promise<Uint8Array> {
  return encodePng(new Uint8Array(32).fill(value), 8, 4);
}

/** All rows of a source, twice read, as the import reads them: the second time must be as the first. */
export async function rowsOf(source: ImportSource): Promise<ImportRow[]> {
  const [first, second]: ImportRow[][] = [[], []];
  for await (const row of source.rows()) first!.push(row);
  for await (const row of source.rows()) second!.push(row);
  if (JSON.stringify(first) !== JSON.stringify(second)) throw new Error('the rows differ when read again');
  if (first!.length !== source.count) {
    throw new Error(`there are ${first!.length} rows, ${source.count} are announced`);
  }
  return first!;
}
