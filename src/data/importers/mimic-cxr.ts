import { join } from 'node:path';
import { InputError } from '../../base/index.js';
import { mapOrdered } from '../ordered.js';
import type { View } from '../records/index.js';
import { splitOf } from './fields.js';
import type { Importer, ImportRow } from './importer.js';
import { type Marks, MarksReader, marked } from './layout-labels.js';
import { type LayoutOptions, oneOf, partialOption, viewOptions } from './layout-options.js';
import { fileName } from './layout-pictures.js';
import { isFile, layoutSource } from './layout-source.js';
import { cellsOf, hashesOf, requiredTable } from './layout-tables.js';
import { type MimicReports, mimicReports } from './mimic-cxr-reports.js';
import type { TableFile } from './table-file.js';

/** Who labelled: two programs on all reports, or radiologists on some studies of test (from 2.1.0 on). */
const LABELLERS = ['chexpert', 'negbio', 'radiologist'] as const;

export interface MimicCxrOptions extends LayoutOptions {
  /** `mimic-cxr-reports.zip` or its folder; looked for beside the tables by default. `none`: no reports. */
  readonly reports?: string;
  /** One of {@link LABELLERS}; `chexpert` by default. With `radiologist` only the studies that they labelled are taken. */
  readonly labeller?: string;
}

/**
 * MIMIC-CXR-JPG 2.0.0 and 2.1.0 as on PhysioNet (Johnson et al., arXiv 1901.07042), with the reports of MIMIC-CXR:
 *
 * - `mimic-cxr-2.0.0-metadata.csv.gz`: picture, patient, study, view.
 * - `mimic-cxr-2.0.0-split.csv.gz`: the official split by patient.
 * - `mimic-cxr-2.0.0-chexpert.csv.gz`, `mimic-cxr-2.0.0-negbio.csv.gz`, `mimic-cxr-2.1.0-test-set-labeled.csv`.
 * - `files/p10/p10000032/s50414267/<picture>.jpg`; reports as `files/p10/p10000032/s50414267.txt`.
 *
 * Ages and sexes are not among them. Patients, already under invented numbers, are grouped by these.
 */
export const mimicCxrJpg: Importer<MimicCxrOptions> = {
  name: 'mimic-cxr',
  summary: 'MIMIC-CXR-JPG in its original folders: reports, labels of a choice, official split',
  source: 'the folder with mimic-cxr-2.0.0-metadata.csv.gz and files/',
  options: [
    {
      flags: '--reports <path>',
      help: 'mimic-cxr-reports.zip or its folder (default: beside the tables; none)',
    },
    { flags: '--labeller <name>', help: `${LABELLERS.join(', ')} (default: chexpert)` },
    ...viewOptions,
    partialOption,
  ],
  examples: [
    'import mimic-cxr /data/mimic-cxr-jpg/2.1.0 --reports /data/mimic-cxr-reports.zip --out runs/mimic',
    'import mimic-cxr /data/mimic-cxr-jpg/2.1.0 --labeller radiologist --one-per-study --out runs/mimic-test',
  ],
  async open(folder, options) {
    const labeller = oneOf('--labeller', options.labeller ?? 'chexpert', LABELLERS);
    const mend = 'give the folder of MIMIC-CXR-JPG, with its tables beside files/';
    const need = (name: string, pattern: RegExp) => requiredTable(folder, [pattern], name, mend);
    const metadata = await need('mimic-cxr-2.0.0-metadata.csv', /^mimic-cxr-\d\S*-metadata\.csv$/);
    const split = await need('mimic-cxr-2.0.0-split.csv', /^mimic-cxr-\d\S*-split\.csv$/);
    const labels =
      labeller === 'radiologist'
        ? await need('mimic-cxr-2.1.0-test-set-labeled.csv', /^mimic-cxr-\d\S*-test-set-labeled\.csv$/)
        : await need(`mimic-cxr-2.0.0-${labeller}.csv`, new RegExp(`^mimic-cxr-\\d\\S*-${labeller}\\.csv$`));
    const { marks, unread } = await marksOf(labels);
    const splits = await splitsOf(split);
    const source = await reportsIn(folder, options.reports);
    const reading: Reading = {
      folder,
      metadata,
      splits,
      marks,
      unread,
      only: labeller === 'radiologist',
      reports: source,
    };
    return layoutSource({
      format: 'mimic-cxr',
      folder,
      options,
      settings: { labeller, tables: await hashesOf([metadata, split, labels]) },
      describe: (taken, listed) =>
        `MIMIC-CXR-JPG, ${taken} of ${listed} pictures of the wanted views, official split, labels by ${labeller}, ${source === undefined ? 'without' : 'with'} reports.`,
      rows: () => mapOrdered(rowsOf(reading), 32, row => withReport(row, source)),
    });
  },
};

interface Reading {
  readonly folder: string;
  readonly metadata: TableFile;
  /** By picture. */
  readonly splits: ReadonlyMap<string, string>;
  /** By study. */
  readonly marks: ReadonlyMap<string, Marks>;
  /** What is known of a study whose report the labeller could not read: all is open. */
  readonly unread: Marks;
  /** Leave out studies without labels. */
  readonly only: boolean;
  readonly reports: MimicReports | undefined;
}

const COLUMNS = {
  picture: 'dicom_id',
  subject: 'subject_id',
  study: 'study_id',
  view: 'ViewPosition',
} as const;

/** Oblique, lordotic, decubitus and other views are none of these. */
const VIEWS: Readonly<Record<string, View>> = { PA: 'PA', AP: 'AP', LL: 'lateral', LATERAL: 'lateral' };

async function* rowsOf(reading: Reading): AsyncGenerator<ImportRow> {
  const { folder, metadata, splits, marks, unread, only } = reading;
  for await (const { picture, subject, study, view } of cellsOf(metadata, COLUMNS)) {
    const found = marks.get(study);
    if (found === undefined && only) continue;
    if (!/^\d{3,}$/.test(subject) || !/^\d+$/.test(study)) {
      throw new InputError({
        file: metadata.path,
        fault: 'a row has no numbers of patient and study',
        mend: 'use the table as published',
      });
    }
    const split = splits.get(picture);
    if (split === undefined) {
      throw new InputError({
        file: metadata.path,
        fault: 'a picture of it is not in the table of splits',
        mend: 'use the tables of one version',
      });
    }
    const home = join(folder, 'files', `p${subject.slice(0, 2)}`, `p${subject}`, `s${study}`);
    yield {
      id: picture,
      split,
      file: join(home, `${fileName(picture, metadata.path)}.jpg`),
      findings: '',
      impression: '',
      // Of the few studies without a row nothing is known.
      ...marked(found ?? unread),
      patient: `p${subject}`,
      study: `s${study}`,
      view: VIEWS[view.toUpperCase()] ?? null,
      sex: null,
      age: null,
      boxes: [],
      source: 'mimic-cxr',
    };
  }
}

async function withReport(row: ImportRow, reports: MimicReports | undefined): Promise<ImportRow> {
  const text = await reports?.of(row.patient.slice(1), row.study!.slice(1));
  return text === undefined ? row : { ...row, ...text };
}

/** What is given, or what lies beside the tables: the archive, or the reports' own files in `files/`. */
async function reportsIn(folder: string, given: string | undefined): Promise<MimicReports | undefined> {
  if (given === 'none') return undefined;
  if (given !== undefined) return mimicReports(given);
  const archive = join(folder, 'mimic-cxr-reports.zip');
  if (await isFile(archive)) return mimicReports(archive);
  return mimicReports(folder).catch(() => undefined);
}

async function splitsOf(table: TableFile): Promise<Map<string, string>> {
  const splits = new Map<string, string>();
  for await (const { picture, split } of cellsOf(table, { picture: 'dicom_id', split: 'split' })) {
    splits.set(picture, splitOf(split));
  }
  return splits;
}

/** Labels by study. The radiologists' table has no column of the patient, and one label under its older name. */
async function marksOf(table: TableFile): Promise<{ marks: ReadonlyMap<string, Marks>; unread: Marks }> {
  const columns = table.columns.filter(name => name !== 'subject_id' && name !== 'study_id');
  const names = columns.map(name => (name === 'Airspace Opacity' ? 'Lung Opacity' : name));
  const reader = new MarksReader(table.path, names);
  const marks = new Map<string, Marks>();
  for await (const [study, ...cells] of table.texts([table.column('study_id'), ...columns])) {
    marks.set(study ?? '', reader.read(cells.map(cell => cell?.trim() ?? '')));
  }
  return { marks, unread: { labels: [], uncertain: names } };
}
