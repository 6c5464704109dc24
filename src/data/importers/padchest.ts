import { join } from 'node:path';
import { InputError, UsageError } from '../../base/index.js';
import type { View } from '../records/index.js';
import { sexOf, splitOf } from './fields.js';
import type { Importer, ImportRow } from './importer.js';
import { type LayoutOptions, oneOf, partialOption, viewOptions } from './layout-options.js';
import { fileName, picturesBelow } from './layout-pictures.js';
import { layoutSource } from './layout-source.js';
import { cellsOf, hashesOf, requiredTable } from './layout-tables.js';
import { padchestLists } from './padchest-lists.js';
import { type SplitOptions, splitOptions, splitSettings, splitter, splitWords } from './split-by-patient.js';
import type { TableFile } from './table-file.js';

export interface PadchestOptions extends LayoutOptions, SplitOptions {
  /** Only pictures whose labels a physician gave (27 %), not a network that read the report. */
  readonly physician?: boolean;
  /** Keep the labels of one of {@link padchestLists} only; other pictures stay, without labels. */
  readonly classes?: string;
  /** Keep the report, in Spanish and without its small words, as findings. */
  readonly reports?: boolean;
  /** PadChest has no official split: all pictures go into this one, unless it is divided. Default `train`. */
  readonly split?: string;
}

/**
 * PadChest as BIMCV distributes it (Bustos et al., Medical Image Analysis 2020):
 *
 * - `PADCHEST_chest_x_ray_images_labels_160K_01.02.19.csv` (or `.gz`, or of another date).
 * - 16-bit PNG in folders `0/` … `54/`, as the archives unpack, or all in `images/` or beside the table.
 *
 * Left out are pictures labelled `exclude` and those whose report gave no labels at all.
 */
export const padchest: Importer<PadchestOptions> = {
  name: 'padchest',
  summary: "PadChest in its original folders: labels (all, or MAVL's seen, rare, unseen ones), views, ages",
  source: 'the folder with PADCHEST_chest_x_ray_images_labels_160K_01.02.19.csv',
  options: [
    { flags: '--physician', help: 'only pictures labelled by a physician' },
    {
      flags: '--classes <list>',
      help: 'labels of one list only: seen, rare or unseen (default: all labels)',
    },
    { flags: '--reports', help: 'keep the Spanish report as findings' },
    { flags: '--split <name>', help: 'split of all pictures; there is no official one (default: train)' },
    ...splitOptions,
    ...viewOptions,
    partialOption,
  ],
  examples: [
    'import padchest /data/padchest --out runs/padchest',
    'import padchest /data/padchest --physician --classes unseen --split test --out runs/padchest-unseen',
  ],
  async open(folder, options) {
    const { physician = false, classes, reports = false } = options;
    const lists = Object.keys(padchestLists) as (keyof typeof padchestLists)[];
    const list = classes === undefined ? undefined : oneOf('--classes', classes, lists);
    const table = await requiredTable(
      folder,
      [/^PADCHEST_chest_x_ray_images_labels_160K.*\.csv$/],
      'PADCHEST_chest_x_ray_images_labels_160K_01.02.19.csv',
      'give the folder with the table and the unpacked pictures of PadChest',
    );
    const splitAt = await splitsOf(table, options);
    const reading: Reading = {
      folder,
      table,
      pictures: await picturesBelow(folder, 2),
      physician,
      classes: list === undefined ? undefined : new Set(padchestLists[list]),
      reports,
      splitAt,
    };
    return layoutSource({
      format: 'padchest',
      folder,
      options,
      settings: {
        tables: await hashesOf([table]),
        physician: String(physician),
        classes: list ?? null,
        ...splitSettings(options),
      },
      describe: (taken, listed) => {
        const by = physician ? 'by physicians' : 'by physicians or read from reports by a network';
        const only = list === undefined ? '' : `, only classes that MAVL calls ${list}`;
        const division = options.splitByPatient === undefined ? '' : `; ${splitWords(options)}`;
        return `PadChest, ${taken} of ${listed} pictures of the wanted views, labels ${by}${only}${division}.`;
      },
      rows: () => rowsOf(reading),
    });
  },
};

interface Reading {
  readonly folder: string;
  readonly table: TableFile;
  /** By name without `.png`. */
  readonly pictures: ReadonlyMap<string, string>;
  readonly physician: boolean;
  readonly classes: ReadonlySet<string> | undefined;
  readonly reports: boolean;
  readonly splitAt: (patient: string) => string;
}

const COLUMNS = {
  picture: 'ImageID',
  home: 'ImageDir',
  date: 'StudyDate_DICOM',
  study: 'StudyID',
  patient: 'PatientID',
  birth: 'PatientBirth',
  sex: 'PatientSex_DICOM',
  view: 'Projection',
  report: 'Report',
  method: 'MethodLabel',
  labels: 'Labels',
} as const;

/** Pictures of the ribs (`COSTAL`) and of unknown view (`UNK`) are none of these. */
const VIEWS: Readonly<Record<string, View>> = {
  PA: 'PA',
  AP: 'AP',
  AP_HORIZONTAL: 'AP supine',
  L: 'lateral',
};

async function* rowsOf(reading: Reading): AsyncGenerator<ImportRow> {
  const { folder, table, pictures, physician, classes, reports, splitAt } = reading;
  for await (const cells of cellsOf(table, COLUMNS)) {
    if (physician && cells.method.toLowerCase() !== 'physician') continue;
    const labels = labelsOf(cells.labels, table.path);
    if (labels.length === 0 || labels.includes('exclude')) continue;
    const name = fileName(cells.picture, table.path);
    const stem = name.replace(/\.png$/i, '');
    const patient = cells.patient || stem;
    yield {
      id: stem,
      split: splitAt(patient),
      file: pictures.get(stem) ?? join(folder, fileName(cells.home || '0', table.path), name),
      findings: reports ? cells.report : '',
      impression: '',
      labels: classes === undefined ? labels : labels.filter(label => classes.has(label)),
      patient,
      study: cells.study || stem,
      view: VIEWS[cells.view.toUpperCase()] ?? null,
      sex: sexOf(cells.sex),
      age: ageAt(cells.date, cells.birth),
      boxes: [],
      source: 'padchest',
    };
  }
}

/** @throws UsageError when one split is named and shares of several are given as well. */
async function splitsOf(table: TableFile, options: PadchestOptions): Promise<(patient: string) => string> {
  const split = splitOf(options.split ?? 'train');
  const divided = options.splitByPatient !== undefined;
  if (split === '' || (divided && options.split !== undefined)) {
    throw new UsageError({
      fault:
        split === '' ? '--split is no name of a split' : '--split and --split-by-patient exclude each other',
      mend: 'give --split test, or --split-by-patient 70/15/15',
    });
  }
  if (!divided) return () => split;
  const patients = new Set<string>();
  for await (const { patient } of cellsOf(table, { patient: COLUMNS.patient })) patients.add(patient);
  return splitter(patients, options);
}

const ITEM = /'([^']*)'|"([^"]*)"/g;
const LIST = /^\[\s*(?:(?:'[^']*'|"[^"]*")\s*(?:,\s*|(?=\])))*\]$/;

/**
 * The labels of a cell as Python prints a list: `['normal', ' COPD signs']`. Blank and `nan` where there are none.
 * @throws InputError when it is no such list.
 */
export function labelsOf(cell: string, table: string): string[] {
  if (cell === '' || cell.toLowerCase() === 'nan') return [];
  if (!LIST.test(cell)) {
    throw new InputError({
      file: table,
      fault: 'a cell of the column "Labels" is no list of quoted names',
      mend: 'use the table as published, not saved anew by a spreadsheet',
    });
  }
  const names = [...cell.matchAll(ITEM)].map(([, single, double]) => (single ?? double ?? '').trim());
  return [...new Set(names.filter(name => name !== ''))];
}

/** Whole years between a birth year (`1930.0`) and a date (`20140915`); null where either is no such thing. */
function ageAt(date: string, birth: string): number | null {
  const year = /^(\d{4})\d{4}(?:\.0)?$/.exec(date)?.[1];
  const born = /^(\d{4})(?:\.0)?$/.exec(birth)?.[1];
  if (year === undefined || born === undefined) return null;
  const age = Number(year) - Number(born);
  return age >= 0 && age <= 120 ? age : null;
}
