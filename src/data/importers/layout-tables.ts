import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { InputError, sha256OfFile } from '../../base/index.js';
import { TableFile } from './table-file.js';

/**
 * The first file of `folder` of one of these names, packed (`.gz`) or not.
 * @param names - Whole names, or patterns of whole names without `.gz`.
 */
export async function fileNamed(
  folder: string,
  names: readonly (string | RegExp)[],
): Promise<string | undefined> {
  const there = (await readdir(folder).catch(() => [])).sort();
  for (const wanted of names) {
    const found = there.find(name => {
      const plain = name.replace(/\.gz$/, '');
      return typeof wanted === 'string' ? plain === wanted : wanted.test(plain);
    });
    if (found !== undefined) return join(folder, found);
  }
  return undefined;
}

/** The same, as a table. */
export async function tableNamed(
  folder: string,
  names: readonly (string | RegExp)[],
): Promise<TableFile | undefined> {
  const path = await fileNamed(folder, names);
  return path === undefined ? undefined : TableFile.open(path);
}

/**
 * The same, where there is no importing without it.
 * @param called - What to call the table in the message, for example `train.csv`.
 * @throws InputError when it is not there.
 */
export async function requiredTable(
  folder: string,
  names: readonly (string | RegExp)[],
  called: string,
  mend: string,
): Promise<TableFile> {
  const table = await tableNamed(folder, names);
  if (table !== undefined) return table;
  throw new InputError({ file: folder, fault: `there is no ${called}`, mend });
}

/**
 * The cells of a table row by row, under names of one's own; empty text where there is nothing.
 * @param columns - The column for each name. @throws UsageError naming the columns there are when one is missing.
 */
export async function* cellsOf<Name extends string>(
  table: TableFile,
  columns: Readonly<Record<Name, string>>,
): AsyncGenerator<Record<Name, string>> {
  const names = Object.keys(columns) as Name[];
  const wanted = names.map(name => table.column(columns[name]));
  for await (const cells of table.texts(wanted)) {
    yield Object.fromEntries(names.map((name, index) => [name, cells[index]?.trim() ?? ''])) as Record<
      Name,
      string
    >;
  }
}

/** `name=hash` of each table, for the fingerprint. */
export async function hashesOf(tables: readonly (TableFile | undefined)[]): Promise<string[]> {
  const paths = tables.flatMap(table => (table === undefined ? [] : [table.path]));
  return Promise.all(paths.map(async path => `${basename(path)}=${await sha256OfFile(path)}`));
}
