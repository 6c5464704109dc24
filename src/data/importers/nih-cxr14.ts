import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InputError, sha256, sha256OfFile } from '../../base/index.js';
import { ageOf, sexOf, viewOf } from './fields.js';
import { type ImportOptions, type ImportResult, importDataset } from './import-dataset.js';
import type { Importer, ImportRow, SourceBox } from './importer.js';
import { TableFile } from './table-file.js';

export interface NihOptions {
  /** Import the rows whose picture is there, and say how many are not: for a part of the download. */
  readonly partial?: boolean;
}

/** Boxes were drawn on the pictures as distributed, all of this width and height. */
const BOX_SIDE = 1024;

/** The box list writes one label differently from the label table. */
const BOX_LABELS: Readonly<Record<string, string>> = { Infiltrate: 'Infiltration' };

/**
 * NIH ChestX-ray14 as it is distributed (https://nihcc.app.box.com/v/ChestXray-NIHCC; Wang et al., CVPR 2017):
 *
 * - `Data_Entry_2017.csv` or `Data_Entry_2017_v2020.csv` (also `.gz`): labels, patient, age, sex, view.
 * - `images_001/images/*.png` … `images_012/images/*.png`, or all in `images/`.
 * - `BBox_List_2017.csv`, when there: boxes in pixels of the 1024 × 1024 pictures.
 * - `train_val_list.txt` and `test_list.txt`, when there: the official split. Without them all rows are `train`.
 */
export const nihCxr14: Importer<NihOptions> = {
  name: 'nih-cxr14',
  summary: 'NIH ChestX-ray14 in its original folders: labels, boxes, official split',
  source: 'the folder with Data_Entry_2017*.csv and images_001/ … or images/',
  options: [{ flags: '--partial', help: 'take the pictures that are there, of a part of the download' }],
  examples: [
    'import nih-cxr14 /data/ChestXray-NIHCC --out runs/nih',
    'import nih-cxr14 /data/ChestXray-NIHCC --partial --out runs/nih',
  ],
  async open(folder, { partial = false }) {
    const names = await readdir(folder).catch(() => []);
    const entry = names.find(name => /^Data_Entry_2017.*\.csv(\.gz)?$/.test(name));
    if (entry === undefined) {
      throw new InputError({
        file: folder,
        fault: 'there is no Data_Entry_2017.csv (or Data_Entry_2017_v2020.csv)',
        mend: 'give the folder into which the NIH download was unpacked',
      });
    }
    const table = await TableFile.open(join(folder, entry));
    const listed = await table.count();
    const pictures = await picturesOf(folder, names);
    const boxFile = names.find(name => /^BBox_List_2017\.csv(\.gz)?$/.test(name));
    const boxes = boxFile === undefined ? new Map() : await boxesOf(join(folder, boxFile));
    const testNames = await linesOf(folder, names, 'test_list.txt');
    const trainNames = await linesOf(folder, names, 'train_val_list.txt');
    const splitOf = (name: string) => (testNames.has(name) ? 'test' : 'train');
    const rows: ImportRow[] = [];
    const reading = { table, folder, pictures, boxes, splitOf, partial };
    for await (const row of readRows(reading)) rows.push(row);
    const count = rows.length;
    if (count === 0) {
      throw new InputError({
        file: folder,
        fault: `none of the ${listed} pictures of the table is there`,
        mend: 'unpack images_001.tar.gz and the others into images_001/ … beside the table',
      });
    }
    const split =
      testNames.size > 0 ? 'official split by patient' : 'no split lists were there: all in train';
    return {
      description: `NIH ChestX-ray14, ${count} of ${listed} pictures, ${split}. Labels were mined from reports.`,
      settings: {
        format: 'nih-cxr14',
        sha256: await sha256OfFile(join(folder, entry)),
        boxes: boxFile === undefined ? null : await sha256OfFile(join(folder, boxFile)),
        split: sha256([...testNames, '', ...trainNames].join('\n')),
        count: String(count),
      },
      count,
      async *rows() {
        yield* rows;
      },
    };
  },
};

/** Makes a data set of the NIH folders (see {@link nihCxr14}) in one call. */
export async function importNihCxr14(
  options: NihOptions & ImportOptions & { readonly folder: string },
): Promise<ImportResult> {
  return importDataset(await nihCxr14.open(options.folder, options), options);
}

interface Reading {
  readonly table: TableFile;
  readonly folder: string;
  /** Where each picture is, by its file name. */
  readonly pictures: ReadonlyMap<string, string>;
  readonly boxes: ReadonlyMap<string, readonly SourceBox[]>;
  readonly splitOf: (name: string) => string;
  readonly partial: boolean;
}

async function* readRows(reading: Reading): AsyncGenerator<ImportRow> {
  const { table, folder, pictures, boxes, splitOf, partial } = reading;
  const names = [
    'Image Index',
    'Finding Labels',
    'Patient ID',
    'Patient Age',
    'Patient Gender',
    'View Position',
  ];
  const columns = names.map(name => table.column(name));
  for await (const cells of table.rows(columns)) {
    const [name, labels, patient, age, sex, view] = columns.map(column => String(cells.get(column) ?? ''));
    const file = pictures.get(name!);
    if (file === undefined && partial) continue;
    yield {
      id: name!.replace(/\.png$/, ''),
      split: splitOf(name!),
      file: file ?? join(folder, 'images', name!),
      findings: '',
      impression: '',
      labels: labels!.split('|').filter(label => label !== ''),
      patient: patient!,
      view: viewOf(view!),
      sex: sexOf(sex!),
      age: ageOf(age!),
      boxes: boxes.get(name!) ?? [],
      source: 'nih-cxr14',
    };
  }
}

/** The PNG files in `images/` and `images_001/images/` …, by name. */
async function picturesOf(folder: string, names: readonly string[]): Promise<Map<string, string>> {
  const folders = names
    .filter(name => /^images(_\d+)?$/.test(name))
    .flatMap(name => [join(folder, name), join(folder, name, 'images')]);
  const found = new Map<string, string>();
  for (const path of folders) {
    for (const name of await readdir(path).catch(() => [])) {
      if (name.endsWith('.png')) found.set(name, join(path, name));
    }
  }
  return found;
}

async function boxesOf(path: string): Promise<Map<string, SourceBox[]>> {
  // The header is `Image Index,Finding Label,Bbox [x,y,w,h],,,`: the brackets are split over the columns, and
  // the rows lack the last three.
  const table = await TableFile.open(path, { padded: true });
  const columns = table.columns.slice(0, 6);
  const boxes = new Map<string, SourceBox[]>();
  for await (const cells of table.rows(columns)) {
    const [name, label, ...edges] = columns.map(column => cells.get(column));
    const [x, y, width, height] = edges.map(Number);
    if (![x, y, width, height].every(Number.isFinite)) {
      throw new InputError({
        file: path,
        fault: `the box of ${String(name)} is no four numbers`,
        mend: 'download the file anew, or take it away to import without boxes',
      });
    }
    const concept = BOX_LABELS[String(label)] ?? String(label);
    const box: SourceBox = {
      label: concept,
      pixels: [x!, y!, width!, height!],
      drawnOn: [BOX_SIDE, BOX_SIDE],
    };
    boxes.set(String(name), [...(boxes.get(String(name)) ?? []), box]);
  }
  return boxes;
}

async function linesOf(folder: string, names: readonly string[], name: string): Promise<Set<string>> {
  if (!names.includes(name)) return new Set();
  const text = await readFile(join(folder, name), 'utf8');
  return new Set(text.split(/\r?\n/).filter(line => line !== ''));
}
