import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { InputError, parseAs, sha256OfFile } from '../../base/index.js';
import { findFile, picturesByName, presentRows, requireFile, stemOf } from './folder-files.js';
import type { Importer, SourceBox } from './importer.js';
import { type SplitOptions, splitOptions, splitSettings, splitter, splitWords } from './split-by-patient.js';
import { TableFile } from './table-file.js';

export interface RsnaPneumoniaOptions extends SplitOptions {
  /** Import the rows whose picture is there. */
  readonly partial?: boolean;
}

/** Boxes were drawn on pictures of this width and height. */
const BOX_SIDE = 1024;

/** What the boxes are around. */
const PNEUMONIA = 'Pneumonia';

/**
 * The RSNA Pneumonia Detection Challenge (https://www.kaggle.com/c/rsna-pneumonia-detection-challenge; Shih et al.,
 * Radiology: Artificial Intelligence 2019), stage 2, as it is distributed:
 *
 * - `stage_2_train_labels.csv`: a row for each box, with target 1; one row without a box where there is none.
 * - `stage_2_detailed_class_info.csv`, when there: `Normal`, `No Lung Opacity / Not Normal` or `Lung Opacity`.
 * - `stage_2_train_images/*.dcm` (or PNG or JPEG files of the same names).
 * - `pneumonia-challenge-dataset-mappings_2018.json`, when there: which NIH picture each one is. The challenge gives
 *   each picture a patient of its own, although many are of the same person; with this file, splits by patient and
 *   intervals go by person.
 *
 * A picture of target 1 has the label `Pneumonia` (and `Lung Opacity` from the class table), others their class. View,
 * sex and age are in the DICOM files. There is no official split of the labelled pictures.
 */
export const rsnaPneumonia: Importer<RsnaPneumoniaOptions> = {
  name: 'rsna-pneumonia',
  summary: 'RSNA Pneumonia Detection Challenge, stage 2: DICOM pictures and boxes',
  source: 'the folder with stage_2_train_labels.csv and stage_2_train_images/',
  options: [
    { flags: '--partial', help: 'take the pictures that are there, of a part of the download' },
    ...splitOptions,
  ],
  examples: [
    'import rsna-pneumonia rsna-pneumonia-detection-challenge --split-by-patient 70/15/15 --out runs/rsna',
  ],
  async open(folder, options) {
    const path = await requireFile(folder, [/^stage_2_train_labels\.csv(\.gz)?$/], {
      file: 'stage_2_train_labels.csv',
      mend: 'give the folder into which the challenge was unpacked',
    });
    const classPath = await findFile(folder, [/^stage_2_detailed_class_info\.csv(\.gz)?$/]);
    const mapPath = await findFile(folder, [/^pneumonia-challenge-dataset-mappings_2018\.json$/]);
    const boxes = await readBoxes(path);
    const classes = classPath === undefined ? new Map<string, string>() : await readClasses(classPath);
    const people = mapPath === undefined ? new Map<string, string>() : await readPeople(mapPath);
    const images = join(folder, 'stage_2_train_images');
    const pictures = new Map(
      [...(await picturesByName([images]))].map(([name, file]) => [stemOf(name), file]),
    );
    const listed = [...boxes].map(([id, drawn]) => ({
      id,
      file: pictures.get(id),
      labels: labelsOf(drawn.length > 0, classes.get(id)),
      patient: people.get(id) ?? id,
      boxes: drawn,
    }));
    const rows = presentRows(folder, listed, options.partial ?? false);
    // Of all that the table lists: a part of the download is divided as the whole is.
    const splitOf = splitter(
      listed.map(row => row.patient),
      options,
    );
    return {
      description:
        `RSNA Pneumonia Detection Challenge, stage 2, ${rows.length} of ${listed.length} labelled pictures; ` +
        `${splitWords(options)}. ${people.size > 0 ? 'Patients are those of NIH ChestX-ray14.' : 'Each picture counts as a patient.'}`,
      settings: {
        format: 'rsna-pneumonia',
        sha256: await sha256OfFile(path),
        classes: classPath === undefined ? null : await sha256OfFile(classPath),
        people: mapPath === undefined ? null : await sha256OfFile(mapPath),
        count: String(rows.length),
        ...splitSettings(options),
      },
      count: rows.length,
      async *rows() {
        for (const row of rows) {
          yield {
            ...row,
            file: row.file ?? join(images, `${basename(row.id)}.dcm`),
            split: splitOf(row.patient),
            findings: '',
            impression: '',
            view: null,
            sex: null,
            age: null,
            source: 'rsna-pneumonia',
          };
        }
      },
    };
  },
};

function labelsOf(target: boolean, known: string | undefined): string[] {
  const own = known === undefined || known === '' ? [] : [known];
  return target ? [PNEUMONIA, ...own] : own;
}

/** The boxes of each picture; none for a picture of target 0. */
async function readBoxes(path: string): Promise<Map<string, SourceBox[]>> {
  const table = await TableFile.open(path);
  const columns = ['patientId', 'x', 'y', 'width', 'height', 'Target'].map(name => table.column(name));
  const boxes = new Map<string, SourceBox[]>();
  let line = 1;
  for await (const [id, x, y, width, height, target] of table.texts(columns)) {
    line++;
    const drawn = boxes.get(id ?? '') ?? [];
    boxes.set(id ?? '', drawn);
    if (Number(target) !== 1) continue;
    const [left, top, across, down] = [x, y, width, height].map(cell =>
      cell === null || cell === undefined || cell === '' ? Number.NaN : Number(cell),
    );
    if (![left, top, across, down].every(Number.isFinite)) {
      throw new InputError({
        file: path,
        fault: `line ${line} has target 1 and no four numbers of a box`,
        mend: 'download the file anew',
      });
    }
    drawn.push({ label: PNEUMONIA, pixels: [left!, top!, across!, down!], drawnOn: [BOX_SIDE, BOX_SIDE] });
  }
  return boxes;
}

async function readClasses(path: string): Promise<Map<string, string>> {
  const table = await TableFile.open(path);
  const classes = new Map<string, string>();
  for await (const [id, name] of table.texts([table.column('patientId'), table.column('class')])) {
    classes.set(id ?? '', name?.trim() ?? '');
  }
  return classes;
}

const Mappings = z.array(z.object({ subset_img_id: z.string(), img_id: z.string() }));

/** The NIH patient of each picture: the digits before the underscore of `00000001_000.png`. */
async function readPeople(path: string): Promise<Map<string, string>> {
  let value: unknown;
  try {
    value = JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    throw new InputError({ file: path, fault: 'it is not JSON', mend: 'download it anew', cause: error });
  }
  const mappings = parseAs(Mappings, value, path);
  return new Map(mappings.map(({ subset_img_id, img_id }) => [subset_img_id, img_id.replace(/_.*$/, '')]));
}
