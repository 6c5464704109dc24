import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { InputError } from '../../base/index.js';
import { mapOrdered } from '../ordered.js';
import type { ImportRow, ImportSource } from './importer.js';
import { chosenViews, type LayoutOptions, viewRank } from './layout-options.js';

/** A row of a layout; some tables say that a picture is frontal and not from which side. */
export interface LayoutRow extends ImportRow {
  readonly plane?: 'frontal';
}

/** A published layout, as its importer has found it. */
export interface Layout {
  readonly format: string;
  /** The folder of the source, for messages. */
  readonly folder: string;
  readonly options: LayoutOptions;
  /** For the card, when it is known how many of the listed pictures of the wanted views are taken. */
  describe(taken: number, listed: number): string;
  /** Options and hashes of tables. */
  readonly settings: ImportSource['settings'];
  /** All rows of the layout, of any view. May be read more than once. */
  rows(): AsyncIterable<LayoutRow>;
}

/** How many pictures are looked for at a time. */
const LOOKS = 32;

/**
 * Chooses among a layout's rows by view, by study and (with `partial`) by what is there, in one pass that also hashes
 * all that the rows say: reports that lie in a folder are in the fingerprint as tables are.
 *
 * @throws InputError when nothing is left, or two rows have one id. Ids stand in no message: they may be patients'.
 */
export async function layoutSource(layout: Layout): Promise<ImportSource> {
  const { format, folder, options, settings } = layout;
  const { partial = false, onePerStudy = false } = options;
  const views = chosenViews(options.views);
  const hash = createHash('sha256');
  const ids = new Set<string>();
  const best = new Map<string, { id: string; rank: number }>();
  let listed = 0;
  const look = async (row: LayoutRow) => ({ row, there: !partial || (await isFile(row.file)) });
  for await (const { row, there } of mapOrdered(ofViews(layout.rows(), views), LOOKS, look)) {
    listed++;
    if (!there) continue;
    if (ids.has(row.id)) {
      throw new InputError({
        file: folder,
        fault: `two of the first ${listed} rows are of the same picture`,
        mend: 'use the tables as published',
      });
    }
    ids.add(row.id);
    const { file: _file, plane: _plane, ...known } = row;
    hash.update(`${JSON.stringify(known)}\n`);
    if (!onePerStudy) continue;
    const study = row.study ?? row.id;
    const rank = viewRank(row.plane === 'frontal' && row.view === null ? 'AP' : row.view);
    if (rank < (best.get(study)?.rank ?? Number.POSITIVE_INFINITY)) best.set(study, { id: row.id, rank });
  }
  const taken = onePerStudy ? new Set([...best.values()].map(({ id }) => id)) : ids;
  if (taken.size === 0) throw nothingLeft(folder, listed);
  return {
    description: layout.describe(taken.size, listed),
    settings: {
      format,
      ...settings,
      views: views.map(view => view ?? 'other'),
      onePerStudy: String(onePerStudy),
      rows: hash.digest('hex'),
      count: String(taken.size),
    },
    count: taken.size,
    async *rows() {
      for await (const { plane: _plane, ...row } of layout.rows()) if (taken.has(row.id)) yield row;
    },
  };
}

async function* ofViews(
  rows: AsyncIterable<LayoutRow>,
  views: readonly ImportRow['view'][],
): AsyncGenerator<LayoutRow> {
  const frontal = views.includes('PA') && views.includes('AP');
  for await (const row of rows) {
    if (row.view === null && row.plane === 'frontal' ? frontal : views.includes(row.view)) yield row;
  }
}

export async function isFile(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isFile() === true;
}

function nothingLeft(folder: string, listed: number): InputError {
  if (listed === 0) {
    return new InputError({
      file: folder,
      fault: 'its tables list no picture of the wanted kind',
      mend: 'check the options that choose pictures, --views among them',
    });
  }
  return new InputError({
    file: folder,
    fault: `none of the ${listed} pictures that its tables list is there`,
    mend: 'unpack the pictures into the folders that they are published in',
  });
}
