import { basename, join } from 'node:path';
import { InputError, sha256OfFile } from '../../base/index.js';
import { picturesByName, presentRows, requireFile, stemOf } from './folder-files.js';
import type { Importer, SourceMask } from './importer.js';
import { decodeRelativeRuns } from './siim-acr-runs.js';
import { type SplitOptions, splitOptions, splitSettings, splitter, splitWords } from './split-by-patient.js';
import { TableFile } from './table-file.js';

export interface SiimAcrOptions extends SplitOptions {
  /** Import the rows whose picture is there. */
  readonly partial?: boolean;
}

/** All pictures of the competition are of this width and height. */
const SIDE = 1024;

const PNEUMOTHORAX = 'Pneumothorax';

/** Where the competition's archives put the pictures; else anywhere below the folder. */
const FOLDERS = ['dicom-images-train', 'stage_2_images', 'dicom-images-test'];

/**
 * The SIIM-ACR Pneumothorax Segmentation competition (https://www.kaggle.com/c/siim-acr-pneumothorax-segmentation) as
 * it is distributed:
 *
 * - `train-rle.csv` (stage 1) or `stage_2_train.csv`: picture and runs of one mask a row, `-1` for none. A picture of
 *   several pneumothoraces has several rows; they become one region.
 * - `dicom-images-train/<study>/<series>/<picture>.dcm`, `dicom-images-test/…`, `stage_2_images/*.dcm`; PNG or JPEG
 *   files of the same names do as well.
 *
 * View, sex and age are in the DICOM files. Some rows of the table have no picture in the download: `partial`. There
 * is no official split of the labelled pictures; each counts as a patient, as the files say.
 */
export const siimAcr: Importer<SiimAcrOptions> = {
  name: 'siim-acr',
  summary: 'SIIM-ACR Pneumothorax Segmentation: DICOM pictures and masks',
  source: 'the folder with train-rle.csv (or stage_2_train.csv) and dicom-images-train/',
  options: [{ flags: '--partial', help: 'take the rows whose picture is there' }, ...splitOptions],
  examples: ['import siim-acr siim-acr-pneumothorax --partial --split-by-patient 70/15/15 --out runs/siim'],
  async open(folder, options) {
    const path = await requireFile(folder, [/^stage_2_train\.csv(\.gz)?$/, /^train-rle\.csv(\.gz)?$/], {
      file: 'train-rle.csv or stage_2_train.csv',
      mend: 'give the folder into which the competition was unpacked',
    });
    const runs = await readRuns(path);
    const pictures = await picturesOf(folder);
    const listed = [...runs].map(([id, masks]) => ({ id, file: pictures.get(id), masks }));
    const rows = presentRows(folder, listed, options.partial ?? false);
    // Of all that the table lists: a part of the download is divided as the whole is.
    const splitOf = splitter(
      listed.map(row => row.id),
      options,
    );
    const positive = rows.filter(({ masks }) => masks.length > 0).length;
    return {
      description:
        `SIIM-ACR Pneumothorax Segmentation, ${rows.length} of ${listed.length} labelled pictures, ${positive} with ` +
        `pneumothorax; ${splitWords(options)}. Each picture counts as a patient.`,
      settings: {
        format: 'siim-acr',
        sha256: await sha256OfFile(path),
        count: String(rows.length),
        ...splitSettings(options),
      },
      count: rows.length,
      async *rows() {
        for (const { id, file, masks } of rows) {
          yield {
            id,
            split: splitOf(id),
            file: file ?? join(folder, FOLDERS[0]!, `${basename(id)}.dcm`),
            findings: '',
            impression: '',
            labels: masks.length > 0 ? [PNEUMOTHORAX] : [],
            patient: id,
            view: null,
            sex: null,
            age: null,
            boxes: [],
            ...(masks.length > 0 ? { masks: masks.map(maskOf) } : {}),
            source: 'siim-acr',
          };
        }
      },
    };
  },
};

/** The pictures by name: of the competition's folders where they are, since others may hold masks of the same names. */
async function picturesOf(folder: string): Promise<Map<string, string>> {
  const known = await picturesByName(FOLDERS.map(name => join(folder, name)));
  const files = known.size > 0 ? known : await picturesByName([folder]);
  return new Map([...files].map(([name, file]) => [stemOf(name), file]));
}

/** The runs of each picture's masks, as start and length; none for a picture without pneumothorax. */
async function readRuns(path: string): Promise<Map<string, Uint32Array[]>> {
  const table = await TableFile.open(path);
  // The published header is `ImageId, EncodedPixels`, with the space.
  const columns = ['ImageId', 'EncodedPixels'].map(name => table.column(name));
  const found = new Map<string, Uint32Array[]>();
  let line = 1;
  for await (const [id, text] of table.texts(columns)) {
    line++;
    const runs = decodeRelativeRuns(text ?? '', SIDE * SIDE);
    if (runs === undefined) {
      throw new InputError({
        file: path,
        fault: `the runs of line ${line} are no pairs of gap and length within ${SIDE} × ${SIDE} pixels`,
        mend: 'download the file anew',
      });
    }
    const masks = found.get(id ?? '') ?? [];
    found.set(id ?? '', masks);
    if (runs.length > 0) masks.push(Uint32Array.from(runs));
  }
  return found;
}

function maskOf(runs: Uint32Array): SourceMask {
  return { label: PNEUMOTHORAX, shape: { kind: 'runs', size: [SIDE, SIDE], runs: [...runs] } };
}
