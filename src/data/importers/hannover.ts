import { basename, join } from 'node:path';
import { sha256OfFile } from '../../base/index.js';
import { ageOf, sexOf, viewOf } from './fields.js';
import { picturesByName, presentRows, refuseTwins, requireFile, stemOf } from './folder-files.js';
import type { Importer, ImportRow } from './importer.js';
import { type SplitOptions, splitOptions, splitSettings, splitter, splitWords } from './split-by-patient.js';
import { TableFile } from './table-file.js';

export interface HannoverOptions extends SplitOptions {
  /** Import the rows whose picture is there. */
  readonly partial?: boolean;
}

/**
 * The COVID-19 Image Repository of Hannover Medical School
 * (https://github.com/ml-workgroup/covid-19-image-repository; Winther et al., 2020) as it is distributed:
 *
 * - `data.csv`: patient, picture, sex, age, projection, and laboratory values that are not imported.
 * - `png/<image_id>.png` (`images/<image_id>.jpg` in samples).
 *
 * All patients had COVID-19, so that all pictures have this label and none other; many show devices of an intensive
 * care unit.
 */
export const hannover: Importer<HannoverOptions> = {
  name: 'hannover',
  summary: 'COVID-19 Image Repository of Hannover Medical School: intensive care X-rays by patient',
  source: 'the folder with data.csv and png/',
  options: [
    { flags: '--partial', help: 'take the pictures that are there, of a part of the download' },
    ...splitOptions,
  ],
  examples: ['import hannover covid-19-image-repository --out runs/hannover'],
  async open(folder, options) {
    const path = await requireFile(folder, [/^data\.csv(\.gz)?$/], {
      file: 'data.csv',
      mend: 'give the folder of the covid-19-image-repository',
    });
    const table = await TableFile.open(path);
    const files = await picturesByName(['png', 'images'].map(name => join(folder, name)));
    const pictures = new Map([...files].map(([name, file]) => [stemOf(name), file]));
    const listed = await readRows(table, pictures);
    const rows = presentRows(folder, listed, options.partial ?? false);
    refuseTwins(
      path,
      rows.map(row => row.id),
    );
    // Of all that the table lists: a part of the download is divided as the whole is.
    const splitOf = splitter(
      listed.map(row => row.patient),
      options,
    );
    return {
      description:
        `COVID-19 Image Repository of Hannover Medical School, ${rows.length} of ${listed.length} pictures; ` +
        `${splitWords(options)}.`,
      settings: {
        format: 'hannover',
        sha256: await sha256OfFile(path),
        count: String(rows.length),
        ...splitSettings(options),
      },
      count: rows.length,
      async *rows() {
        for (const row of rows) {
          const file = row.file ?? join(folder, 'png', `${basename(row.id)}.png`);
          yield { ...row, file, split: splitOf(row.patient) };
        }
      },
    };
  },
};

type Row = Omit<ImportRow, 'split' | 'file'> & { readonly file: string | undefined };

async function readRows(table: TableFile, pictures: ReadonlyMap<string, string>): Promise<Row[]> {
  const columns = ['image_id', 'patient_id', 'sex', 'age', 'projection'].map(name => table.column(name));
  const rows: Row[] = [];
  for await (const cells of table.texts(columns)) {
    const [id, patient, sex, age, view] = cells.map(cell => cell?.trim() ?? '');
    rows.push({
      id: id!,
      file: pictures.get(id!),
      findings: '',
      impression: '',
      labels: ['COVID-19'],
      patient: patient!,
      view: viewOf(view!),
      sex: sexOf(sex!),
      age: ageOf(age!),
      boxes: [],
      source: 'hannover',
    });
  }
  return rows;
}
