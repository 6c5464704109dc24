import { basename, dirname, extname, relative, resolve, sep } from 'node:path';
import { InputError, sha256OfFile, UsageError } from '../../base/index.js';
import { sectionsOf } from '../sections/index.js';
import { ageOf, sexOf, splitOf, viewOf } from './fields.js';
import { type ImportOptions, type ImportResult, importDataset } from './import-dataset.js';
import type { Importer, ImportRow, SourceBox } from './importer.js';
import { TableFile } from './table-file.js';

/** What a column of a table may stand for, with the names by which it is found when none is given. */
const roles = {
  image: ['image', 'file', 'path', 'filename', 'file_name', 'image_path', 'image_file', 'image_index'],
  labels: ['labels', 'label', 'finding_labels'],
  patient: ['patient', 'patient_id', 'patientid', 'subject', 'subject_id'],
  view: ['view', 'view_position', 'viewposition', 'projection'],
  sex: ['sex', 'gender', 'patient_sex', 'patient_gender'],
  age: ['age', 'patient_age'],
  report: ['report', 'report_text'],
  findings: ['findings'],
  impression: ['impression'],
  split: ['split', 'subset'],
  id: ['id', 'sample_id'],
  boxes: ['boxes'],
} as const;
type Role = keyof typeof roles;

export interface TableOptions extends Partial<Readonly<Record<`${Role}Column`, string>>> {
  /** Folder that image paths in the table start from; the table's own folder by default. */
  readonly images?: string;
  /** Which column is what, where its name does not say so. The command line gives them one by one: `imageColumn` … */
  readonly columns?: Partial<Readonly<Record<Role, string>>>;
  /** Columns of one label each, set where the cell is 1, true or yes (−1, uncertain, is not). */
  readonly labelColumns?: readonly string[];
  /** What stands between labels in the labels column; `|` by default. */
  readonly labelsSeparator?: string;
  /** The split of rows when no column says it; `train` by default, as Hugging Face names an undivided set. */
  readonly split?: string;
}

/**
 * Any CSV, TSV, JSON Lines or Parquet table of which a column names picture files.
 *
 * Besides labels, patient, view, sex, age and report text it reads a `boxes` column: a JSON list of
 * `[label, x, y, width, height]` in pixels, of the picture that `orig_w` and `orig_h` measure where the table
 * has those columns, else of the picture's file.
 */
export const table: Importer<TableOptions> = {
  name: 'table',
  summary: 'a CSV, TSV, JSON Lines or Parquet table that names picture files',
  source: 'the table',
  options: [
    {
      flags: '--images <folder>',
      help: "folder that the table's paths start from (default: the table's own)",
    },
    ...(Object.keys(roles) as Role[]).map(role => ({
      flags: `--${role}-column <name>`,
      help: `column of the ${role}`,
    })),
    {
      flags: '--label-columns <names>',
      help: 'columns of one label each, set where 1, true or yes',
      value: 'list',
    },
    { flags: '--labels-separator <text>', help: 'what stands between labels (default: "|")' },
    { flags: '--split <name>', help: 'split of rows whose table does not say it (default: "train")' },
  ],
  examples: [
    'import table index.csv --images pictures --out runs/mine',
    "import table index.csv --images images --image-column file --labels-column finding_labels --labels-separator '|' --patient-column patient_id --out runs/nih",
    'import table chexpert.csv --images . --label-columns Cardiomegaly,Edema --split test --out runs/chexpert',
  ],
  async open(path, options) {
    const file = await TableFile.open(path);
    const columns = chooseColumns(file, options);
    const labelColumns = (options.labelColumns ?? []).map(name => file.column(name));
    const images = resolve(options.images ?? dirname(path));
    const separator = options.labelsSeparator ?? '|';
    await refuseTwins(file, columns.id ?? columns.image, columns.image);
    const count = await file.count();
    const split = splitOf(options.split ?? 'train');
    if (split === '') {
      throw new UsageError({
        fault: `"${options.split}" is no name of a split`,
        mend: 'use letters, as in test',
      });
    }
    return {
      description: `Imported from the table ${basename(path)}: ${count} rows.`,
      settings: {
        format: 'table',
        table: basename(path),
        sha256: await sha256OfFile(path),
        columns: Object.entries(columns).map(([role, column]) => `${role}=${column}`),
        labelColumns,
        separator,
        split,
      },
      count,
      rows: () => readRows({ file, columns, labelColumns, images, separator, split }),
    };
  },
};

/** Makes a data set of a table (see {@link table}) in one call. */
export async function importTable(
  options: TableOptions & ImportOptions & { readonly table: string },
): Promise<ImportResult> {
  return importDataset(await table.open(options.table, options), options);
}

interface Reading {
  readonly file: TableFile;
  readonly columns: Columns;
  readonly labelColumns: readonly string[];
  readonly images: string;
  readonly separator: string;
  readonly split: string;
}

/** The column of each role that the table has. */
type Columns = Partial<Record<Role, string>> & { image: string };

async function* readRows(reading: Reading): AsyncGenerator<ImportRow> {
  const { file, columns, labelColumns } = reading;
  const measures = ['orig_w', 'orig_h'];
  const drawn = measures.every(name => file.columns.includes(name)) ? measures : [];
  const wanted = [...new Set([...Object.values(columns), ...labelColumns, ...drawn])];
  let line = 0;
  for await (const cells of file.rows(wanted)) yield rowOf(reading, cells, ++line);
}

function rowOf(reading: Reading, cells: ReadonlyMap<string, unknown>, line: number): ImportRow {
  const { columns, images, separator } = reading;
  const { path } = reading.file;
  const cell = (role: Role) => {
    const column = columns[role];
    return column === undefined ? null : cells.get(column);
  };
  const text = (role: Role) => textOf(cell(role));
  const name = text('image');
  const picture = resolve(images, name);
  if (name === '') {
    throw new InputError({
      file: path,
      fault: `row ${line} names no picture in the column "${columns.image}"`,
      mend: 'fill the cell, or take the row out',
    });
  }
  if (!picture.startsWith(images + sep)) {
    throw new InputError({
      file: path,
      fault: `row ${line} names a picture outside of the images folder: ${name}`,
      mend: 'give --images a folder that holds all of them',
    });
  }
  const inFolder = relative(images, picture).split(sep).join('/');
  const id = text('id') || inFolder.slice(0, inFolder.length - extname(inFolder).length);
  const listed = cell('labels');
  const labels = Array.isArray(listed) ? listed.map(textOf) : textOf(listed).split(separator);
  for (const column of reading.labelColumns) if (isSet(cells.get(column))) labels.push(column);
  const report = sectionsOf(text('report'));
  return {
    id,
    split: splitOf(text('split')) || reading.split,
    file: picture,
    findings: text('findings') || report.findings,
    impression: text('impression') || report.impression,
    labels: [...new Set(labels.map(label => label.trim()).filter(label => label !== ''))],
    patient: text('patient') || id,
    view: viewOf(text('view')),
    sex: sexOf(text('sex')),
    age: ageOf(text('age')),
    boxes: boxesOf(cell('boxes'), cells, path, line),
    source: `table:${basename(path)}`,
  };
}

function boxesOf(
  cell: unknown,
  cells: ReadonlyMap<string, unknown>,
  path: string,
  line: number,
): SourceBox[] {
  if (cell === null || cell === undefined || cell === '') return [];
  const [width, height] = [Number(cells.get('orig_w')), Number(cells.get('orig_h'))];
  const drawnOn = width > 0 && height > 0 ? ([width, height] as const) : undefined;
  try {
    const list: unknown = typeof cell === 'string' ? JSON.parse(cell) : cell;
    if (!Array.isArray(list)) throw new Error('no list');
    return list.map(entry => {
      const [label, ...numbers]: unknown[] = Array.isArray(entry) ? entry : [];
      const [x, y, w, h] = numbers.map(Number);
      if (typeof label !== 'string' || numbers.length !== 4 || ![x, y, w, h].every(Number.isFinite)) {
        throw new Error('no box');
      }
      return { label, pixels: [x!, y!, w!, h!], drawnOn };
    });
  } catch (error) {
    throw new InputError({
      file: path,
      fault: `the boxes of row ${line} are no JSON list of [label, x, y, width, height]`,
      mend: 'correct the cell, or empty it',
      cause: error,
    });
  }
}

function textOf(value: unknown): string {
  if (value === null || value === undefined) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value).trim();
}

function isSet(value: unknown): boolean {
  return /^(1|1\.0|true|yes|y)$/i.test(textOf(value));
}

/** Ids are found to be unique before any picture is read. */
async function refuseTwins(file: TableFile, id: string, image: string): Promise<void> {
  const twin = await file.twin([id, image]);
  if (twin === undefined) return;
  throw new InputError({
    file: file.path,
    fault: `more than one row has "${twin}" in the column "${id}"`,
    mend: 'name a column of unique ids with --id-column, or join such rows',
  });
}

function chooseColumns(file: TableFile, options: TableOptions): Columns {
  const chosen: Partial<Record<Role, string>> = {};
  for (const role of Object.keys(roles) as Role[]) {
    const given = options.columns?.[role] ?? options[`${role}Column`];
    const found = given === undefined ? file.find(roles[role]) : file.column(given);
    if (found !== undefined) chosen[role] = found;
  }
  const { image, ...others } = chosen;
  if (image !== undefined) return { image, ...others };
  throw new UsageError({
    file: file.path,
    fault: 'no column is known to name the picture files',
    mend: `name it with --image-column; the columns are: ${file.columns.join(', ')}`,
  });
}
