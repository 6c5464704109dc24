import { basename, join } from 'node:path';
import { sha256, sha256OfFile } from '../../base/index.js';
import { type OutlinedMasks, readLungMasks, readMaskTable, structuresOf } from './covid-19-masks.js';
import { ageOf, sexOf, viewOf } from './fields.js';
import { picturesByName, presentRows, refuseTwins, requireFile, stemOf } from './folder-files.js';
import type { Importer, ImportRow } from './importer.js';
import { type SplitOptions, splitOptions, splitSettings, splitter, splitWords } from './split-by-patient.js';
import { TableFile } from './table-file.js';

export interface Covid19Options extends SplitOptions {
  /** A folder of more masks, with `masks.csv`: organs, findings and devices that radiologists outlined. */
  readonly masks?: string;
  /** Take lateral views as well. CT is never taken. */
  readonly lateral?: boolean;
  /** Import the rows whose picture is there. */
  readonly partial?: boolean;
}

/**
 * The COVID-19 image data collection (https://github.com/ieee8023/covid-chestxray-dataset; Cohen et al., 2020) as it
 * is distributed:
 *
 * - `metadata.csv` (`index.csv` in samples of it): patient, sex, age, finding, view, modality, file, clinical notes.
 * - `images/`: the pictures.
 * - `annotations/lungVAE-masks/<name>_mask.png` (`lung_masks/<name>.png` in samples), when there: both lungs.
 *
 * Findings are a path of names, `Pneumonia/Viral/COVID-19`: each name is a label. Clinical notes become the findings
 * text; some tell more than the picture shows. Frontal X-rays only, unless `lateral`.
 */
export const covid19: Importer<Covid19Options> = {
  name: 'covid-19',
  summary: 'the COVID-19 image data collection: labels, clinical notes, masks of lungs and findings',
  source: 'the folder with metadata.csv (or index.csv) and images/',
  options: [
    { flags: '--masks <folder>', help: 'folder of masks.csv and masks/: organs, findings, devices outlined' },
    { flags: '--lateral', help: 'take lateral views as well' },
    { flags: '--partial', help: 'take the pictures that are there, of a part of the download' },
    ...splitOptions,
  ],
  examples: [
    'import covid-19 covid-chestxray-dataset --out runs/covid',
    'import covid-19 covid-chestxray --masks covid-seg --split-by-patient 70/15/15 --out runs/covid',
  ],
  async open(folder, options) {
    const { lateral = false, partial = false } = options;
    const path = await requireFile(folder, [/^metadata\.csv(\.gz)?$/, /^index\.csv(\.gz)?$/], {
      file: 'metadata.csv (or index.csv)',
      mend: 'give the folder of the covid-chestxray-dataset repository',
    });
    // The original's header ends with a comma, its rows do not all.
    const table = await TableFile.open(path, { padded: true });
    const pictures = await picturesByName([join(folder, 'images')]);
    const lungs = await readLungMasks(folder);
    const outlined = options.masks === undefined ? undefined : await readMaskTable(options.masks);
    const read: Row[] = [];
    for await (const row of readRows(table, { pictures, lungs, outlined: outlined?.masks, lateral })) {
      read.push(row);
    }
    const rows = presentRows(folder, read, partial);
    refuseTwins(
      path,
      rows.map(row => row.id),
    );
    const splitOf = splitter(
      read.map(row => row.patient),
      options,
    );
    const masked = rows.filter(row => (row.structures?.length ?? 0) > 0).length;
    return {
      description:
        `COVID-19 image data collection, ${rows.length} ${lateral ? '' : 'frontal '}X-rays, ${masked} of them with ` +
        `outlined organs; ${splitWords(options)}. Licences differ from picture to picture: see its table.`,
      settings: {
        format: 'covid-19',
        sha256: await sha256OfFile(path),
        masks: outlined?.sha256 ?? null,
        lungs: sha256([...lungs.keys()].sort().join('\n')),
        lateral: String(lateral),
        count: String(rows.length),
        ...splitSettings(options),
      },
      count: rows.length,
      async *rows() {
        for (const { file, name, ...row } of rows) {
          yield { ...row, file: file ?? join(folder, 'images', basename(name)), split: splitOf(row.patient) };
        }
      },
    };
  },
};

type Row = Omit<ImportRow, 'split' | 'file'> & { readonly file: string | undefined; readonly name: string };

interface Reading {
  readonly pictures: ReadonlyMap<string, string>;
  readonly lungs: ReadonlyMap<string, string>;
  readonly outlined: ReadonlyMap<string, OutlinedMasks> | undefined;
  readonly lateral: boolean;
}

async function* readRows(table: TableFile, reading: Reading): AsyncGenerator<Row> {
  const { pictures, lungs, outlined, lateral } = reading;
  const name = table.find(['filename', 'file']) ?? table.column('filename');
  const [patient, finding, view] = ['patientid', 'finding', 'view'].map(column => table.column(column));
  const optional = ['modality', 'sex', 'age', 'clinical_notes'].map(column => table.find([column]));
  const columns = [name, patient!, finding!, view!, ...optional.filter(column => column !== undefined)];
  for await (const cells of table.texts(columns)) {
    const cell = (column: string | undefined) =>
      (column === undefined ? '' : (cells[columns.indexOf(column)] ?? '')).trim();
    const [modality, sex, age, notes] = optional.map(cell);
    const seen = viewOf(cell(view));
    if (modality !== '' && modality?.toLowerCase() !== 'x-ray') continue;
    if (seen === null || (seen === 'lateral' && !lateral)) continue;
    const file = cell(name);
    const id = stemOf(basename(file));
    const masks = outlined?.get(basename(file));
    const structures = structuresOf(lungs.get(id), masks);
    yield {
      id,
      name: file,
      file: pictures.get(basename(file)),
      findings: notes ?? '',
      impression: '',
      labels: labelsOf(cell(finding)),
      patient: cell(patient) || id,
      view: seen,
      sex: sexOf(sex ?? ''),
      age: ageOf(age ?? ''),
      boxes: [],
      ...(masks !== undefined && masks.findings.length > 0 ? { masks: masks.findings } : {}),
      ...(structures.length > 0 ? { structures } : {}),
      source: 'covid-19',
    };
  }
}

/** `Pneumonia/Viral/COVID-19` is three labels, from the general to the special; `todo` and `Unknown` are none. */
function labelsOf(finding: string): string[] {
  const names = finding.split('/').map(name => name.trim());
  return [...new Set(names)].filter(name => !['', 'todo', 'unknown'].includes(name.toLowerCase()));
}
