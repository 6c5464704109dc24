import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { InputError } from '../../base/index.js';
import { CHEXPERT_LABELS } from '../records/index.js';
import { ageOf, sexOf, viewOf } from './fields.js';
import type { Importer } from './importer.js';
import { type Marks, MarksReader, marked } from './layout-labels.js';
import { type LayoutOptions, partialOption, viewOptions } from './layout-options.js';
import { pathParts } from './layout-pictures.js';
import { type LayoutRow, layoutSource } from './layout-source.js';
import { cellsOf, hashesOf, tableNamed } from './layout-tables.js';
import type { TableFile } from './table-file.js';

export type ChexpertOptions = LayoutOptions;

/**
 * CheXpert 1.0 as it is distributed (Irvin et al., AAAI 2019), large or small:
 *
 * - `train.csv`, `valid.csv`: path, sex, age, view, 14 label columns: 1, 0, −1 (uncertain), blank.
 * - `train/patient00001/study1/view1_frontal.jpg` …; also in folders of batches, as the large ones are packed.
 * - When there: `test.csv` or `test_labels.csv` (the same, fewer columns), and `groundtruth.csv`: labels by study or
 *   path of the test pictures. Without labels for them test pictures are left out.
 *
 * Splits are the official ones; `uncertain` keeps what is marked −1, so that its policy is chosen where it is used.
 */
export const chexpert: Importer<ChexpertOptions> = {
  name: 'chexpert',
  summary: 'CheXpert 1.0 (large or small) in its original folders: labels, uncertain ones, official split',
  source: 'the folder with train.csv and valid.csv',
  options: [...viewOptions, partialOption],
  examples: [
    'import chexpert /data/CheXpert-v1.0-small --out runs/chexpert',
    'import chexpert /data/CheXpert-v1.0 --views all --one-per-study --out runs/chexpert',
  ],
  async open(folder, options) {
    const test = await tableNamed(folder, ['test.csv', 'test_labels.csv']);
    const truth = await tableNamed(folder, ['groundtruth.csv']);
    const valid = await tableNamed(folder, ['valid.csv', 'val_labels.csv']);
    const train = await tableNamed(folder, ['train.csv']);
    if ([train, valid, test, truth].every(table => table === undefined)) {
      throw new InputError({
        file: folder,
        fault: 'there is no train.csv, valid.csv or test.csv',
        mend: 'give the folder into which CheXpert-v1.0 was unpacked',
      });
    }
    const truths = truth === undefined ? undefined : await marksByPath(truth);
    const labelled = test !== undefined && (truths !== undefined || test.find(['No Finding']) !== undefined);
    const places = await patientFolders(folder);
    return layoutSource({
      format: 'chexpert',
      folder,
      options,
      settings: { tables: await hashesOf([train, valid, test, truth]) },
      describe: (taken, listed) =>
        `CheXpert 1.0, ${taken} of ${listed} pictures of the wanted views, official splits. Labels of train were mined from reports, those of validation and test are radiologists'.`,
      async *rows() {
        if (train !== undefined) yield* rowsOf(train, 'train', places);
        if (valid !== undefined) yield* rowsOf(valid, 'validation', places);
        if (labelled) yield* rowsOf(test!, 'test', places, truths);
        else if (test === undefined && truths !== undefined) yield* rowsOfTruth(truth!.path, truths, places);
      },
    });
  },
};

type Split = 'train' | 'validation' | 'test';
const FOLDERS: Readonly<Record<string, Split>> = {
  train: 'train',
  valid: 'validation',
  val: 'validation',
  test: 'test',
};

/** Where the folder of each patient is, by split and name: `train/patient00001`. */
type Places = ReadonlyMap<string, string>;

async function patientFolders(folder: string): Promise<Places> {
  const places = new Map<string, string>();
  const add = async (path: string, split: Split) => {
    for (const name of await readdir(path).catch(() => [])) {
      if (/^patient\d+$/.test(name)) places.set(`${split}/${name}`, join(path, name));
    }
  };
  const names = (await readdir(folder).catch(() => [])).sort();
  // The large download comes in `CheXpert-v1.0 batch 2 (train 1)` …, with or without the split's folder inside.
  const batches = names.filter(name => /batch \d+/i.test(name));
  for (const root of [...batches.map(name => join(folder, name)), folder]) {
    for (const [name, split] of Object.entries(FOLDERS)) await add(join(root, name), split);
  }
  for (const name of batches) await add(join(folder, name), /train/i.test(name) ? 'train' : 'validation');
  return places;
}

interface Place {
  /** `train/patient00001/study1/view1_frontal` */
  readonly id: string;
  readonly patient: string;
  /** `patient00001/study1` */
  readonly study: string;
  readonly file: string;
}

/** Of `CheXpert-v1.0-small/train/patient00001/study1/view1_frontal.jpg`, whatever stands before the split. */
function placeOf(path: string, split: Split, table: string, folder: string, places: Places): Place {
  const parts = pathParts(path, table);
  const [patient, study, picture] = parts.slice(-3);
  if (!/^patient\d+$/.test(patient ?? '') || !/^study\d+$/.test(study ?? '') || !/\.\w+$/.test(picture!)) {
    throw new InputError({
      file: table,
      fault: 'a path is not of the form train/patient…/study…/view….jpg',
      mend: 'use the table as published',
    });
  }
  const home = places.get(`${split}/${patient}`) ?? join(folder, ...parts.slice(-4, -3), patient!);
  return {
    id: `${split}/${patient}/${study}/${picture!.replace(/\.\w+$/, '')}`,
    patient: patient!,
    study: `${patient}/${study}`,
    file: join(home, study!, picture!),
  };
}

/** Columns that test tables may lack. */
const FACTS = { sex: 'Sex', age: 'Age', side: 'Frontal/Lateral', beam: 'AP/PA' } as const;

/** @param truths - Labels that stand in another table, by path or study; rows without any are left out. */
async function* rowsOf(
  table: TableFile,
  split: Split,
  places: Places,
  truths?: ReadonlyMap<string, Marks>,
): AsyncGenerator<LayoutRow> {
  const own = truths === undefined ? CHEXPERT_LABELS.map(name => table.column(name)) : [];
  const facts = Object.values(FACTS).map(name => table.find([name]));
  const columns = [table.column('Path'), ...facts.filter(name => name !== undefined), ...own];
  const marks = new MarksReader(table.path, CHEXPERT_LABELS);
  for await (const cells of table.texts(columns)) {
    const cell = (name: string | undefined) =>
      name === undefined ? '' : (cells[columns.indexOf(name)] ?? '');
    const place = placeOf(cell(columns[0]), split, table.path, folderOf(table.path), places);
    const [sex, age, side, beam] = facts.map(cell);
    const found =
      truths === undefined
        ? marks.read(own.map(name => cell(name).trim()))
        : (truths.get(place.id) ?? truths.get(place.study));
    if (found === undefined) continue;
    yield rowOf(place, split, found, { sex: sex!, age: age!, side: side!, beam: beam! });
  }
}

function rowOf(
  place: Place,
  split: Split,
  marks: Marks,
  facts: Record<keyof typeof FACTS, string>,
): LayoutRow {
  const lateral = /lateral/i.test(facts.side === '' ? place.file : facts.side);
  const { id, patient, study, file } = place;
  return {
    id,
    split,
    file,
    findings: '',
    impression: '',
    ...marked(marks),
    patient,
    study,
    ...(lateral ? { view: 'lateral' as const } : { view: viewOf(facts.beam), plane: 'frontal' as const }),
    sex: sexOf(facts.sex),
    age: ageOf(facts.age),
    boxes: [],
    source: 'chexpert',
  };
}

function folderOf(table: string): string {
  return join(table, '..');
}

/** Labels of `groundtruth.csv`: by `test/patient…/study…/view…` or by `patient…/study…`. */
async function marksByPath(table: TableFile): Promise<Map<string, Marks>> {
  const column = table.find(['Path', 'Study']) ?? table.column('Study');
  const names = Object.fromEntries([['path', column], ...CHEXPERT_LABELS.map(name => [name, name])]);
  const reader = new MarksReader(table.path, CHEXPERT_LABELS);
  const marks = new Map<string, Marks>();
  for await (const cells of cellsOf(table, names)) {
    const parts = pathParts(cells.path!, table.path);
    const studyAt = parts.findIndex(part => /^study\d+$/.test(part));
    const study = parts.slice(studyAt - 1, studyAt + 1).join('/');
    const picture = parts[studyAt + 1];
    const key = picture === undefined ? study : `test/${study}/${picture.replace(/\.\w+$/, '')}`;
    marks.set(key, reader.read(CHEXPERT_LABELS.map(name => cells[name]!)));
  }
  return marks;
}

/** The test pictures where no table but `groundtruth.csv` lists them: all in the folders of its studies. */
async function* rowsOfTruth(
  table: string,
  truths: ReadonlyMap<string, Marks>,
  places: Places,
): AsyncGenerator<LayoutRow> {
  for (const [key, marks] of truths) {
    const parts = key.split('/');
    const [patient, study] = parts.length === 2 ? parts : parts.slice(1, 3);
    const home = places.get(`test/${patient}`);
    const there = home === undefined ? [] : await readdir(join(home, study!)).catch(() => []);
    const pictures = there.filter(name => /\.(jpe?g|png)$/i.test(name)).sort();
    for (const name of pictures) {
      const place = placeOf(`test/${patient}/${study}/${name}`, 'test', table, folderOf(table), places);
      if (parts.length > 2 && place.id !== key) continue;
      yield rowOf(place, 'test', marks, { sex: '', age: '', side: '', beam: '' });
    }
  }
}
