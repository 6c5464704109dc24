import { join } from 'node:path';
import { InputError } from '../../base/index.js';
import type { Importer, ImportRow, SourceBox } from './importer.js';
import { type Marks, MarksReader, marked } from './layout-labels.js';
import { type LayoutOptions, oneOf, partialOption } from './layout-options.js';
import { fileName, picturesBelow } from './layout-pictures.js';
import { layoutSource } from './layout-source.js';
import { cellsOf, hashesOf, requiredTable, tableNamed } from './layout-tables.js';
import { TableFile } from './table-file.js';
import { agreedBoxes, plainLabel, type ReaderBox, readerBoxes, sourceBox } from './vindr-cxr-boxes.js';

/** What counts where three radiologists read a training picture. */
const READERS = ['majority', 'any'] as const;

export interface VindrCxrOptions extends Pick<LayoutOptions, 'partial'> {
  /**
   * `majority` (default): a label is there where more than half of the readers say so, open where fewer do, and boxes are
   * those that they agree on. `any`: a label is there where one says so, and all boxes are taken.
   */
  readonly readers?: string;
  /**
   * For pictures that were made smaller: a table of the original sizes, with columns `image_id`, `dim0` (height) and
   * `dim1` (width), as the `train_meta.csv` of copies on Kaggle. Boxes are in original pixels.
   */
  readonly sizes?: string;
}

/**
 * VinDr-CXR 1.0.0 as on PhysioNet (Nguyen et al., Scientific Data 2022):
 *
 * - `train/<picture>.dicom`, `test/<picture>.dicom`; PNG or JPEG of the same names do as well.
 * - `annotations/image_labels_train.csv` (a row for each reader), `image_labels_test.csv` (consensus of five).
 * - `annotations/annotations_train.csv`, `annotations_test.csv`: boxes of 22 of the 28 labels.
 *
 * All views are PA. Patients are not told apart: each picture counts as its own.
 */
export const vindrCxr: Importer<VindrCxrOptions> = {
  name: 'vindr-cxr',
  summary:
    'VinDr-CXR in its original folders: labels and boxes by three readers or consensus, official split',
  source: 'the folder with annotations/, train/ and test/',
  options: [
    { flags: '--readers <rule>', help: `of three readers: ${READERS.join(' or ')} (default: majority)` },
    { flags: '--sizes <table>', help: 'original sizes (image_id, dim0, dim1) of pictures made smaller' },
    partialOption,
  ],
  examples: [
    'import vindr-cxr /data/vindr-cxr/1.0.0 --out runs/vindr',
    'import vindr-cxr /data/vindr-512 --sizes train_meta.csv --readers any --partial --out runs/vindr-512',
  ],
  async open(folder, options) {
    const rule = oneOf('--readers', options.readers ?? 'majority', READERS);
    const sizeTable = options.sizes === undefined ? undefined : await TableFile.open(options.sizes);
    const sizes = sizeTable === undefined ? undefined : await sizesOf(sizeTable);
    const parts = await partsOf(folder, rule);
    return layoutSource({
      format: 'vindr-cxr',
      folder,
      options: { ...options, views: ['all'] },
      settings: {
        readers: rule,
        tables: await hashesOf([...parts.flatMap(({ tables }) => tables), sizeTable]),
      },
      describe: (taken, listed) =>
        `VinDr-CXR, ${taken} of ${listed} pictures, official split. Training labels by ${rule} of three readers, test labels by consensus of five.`,
      async *rows() {
        for (const part of parts) yield* rowsOf(folder, part, rule, sizes);
      },
    });
  },
};

interface Part {
  readonly split: 'train' | 'test';
  readonly tables: readonly TableFile[];
  /** By picture, in the order of the table. */
  readonly marks: ReadonlyMap<string, Marks & { readonly readers: number }>;
  readonly boxes: ReadonlyMap<string, readonly ReaderBox[]>;
  readonly pictures: ReadonlyMap<string, string>;
}

async function partsOf(folder: string, rule: (typeof READERS)[number]): Promise<Part[]> {
  const annotations = join(folder, 'annotations');
  const parts: Part[] = [];
  for (const split of ['train', 'test'] as const) {
    const labels = await tableNamed(annotations, [`image_labels_${split}.csv`]);
    if (labels === undefined) continue;
    const drawn = await requiredTable(
      annotations,
      [`annotations_${split}.csv`],
      `annotations_${split}.csv`,
      'fetch it, or take image_labels_… of its split away as well',
    );
    const marks = await marksOf(labels, rule);
    const boxes = await readerBoxes(drawn);
    const pictures = await picturesBelow(join(folder, split), 0);
    parts.push({ split, tables: [labels, drawn], marks, boxes, pictures });
  }
  if (parts.length > 0) return parts;
  throw new InputError({
    file: folder,
    fault: 'there is no annotations/image_labels_train.csv or image_labels_test.csv',
    mend: 'give the folder 1.0.0 of VinDr-CXR, with annotations/ beside train/ and test/',
  });
}

/** What the readers of each picture say together. */
async function marksOf(
  table: TableFile,
  rule: (typeof READERS)[number],
): Promise<Map<string, Marks & { readers: number }>> {
  const picture = table.column('image_id');
  const columns = table.columns.filter(name => name !== picture && name !== 'rad_id');
  const reader = new MarksReader(table.path, columns.map(plainLabel));
  const said = new Map<string, Marks[]>();
  for await (const [id, ...cells] of table.texts([picture, ...columns])) {
    const marks = reader.read(cells.map(cell => cell?.trim() ?? ''));
    said.set(id ?? '', [...(said.get(id ?? '') ?? []), marks]);
  }
  const joined = new Map<string, Marks & { readers: number }>();
  for (const [id, all] of said) {
    const votes = new Map<string, number>();
    for (const { labels } of all) for (const label of labels) votes.set(label, (votes.get(label) ?? 0) + 1);
    const wins = (label: string) => rule === 'any' || 2 * votes.get(label)! > all.length;
    const named = [...votes.keys()];
    joined.set(id, {
      labels: named.filter(wins),
      uncertain: named.filter(label => !wins(label)),
      readers: all.length,
    });
  }
  return joined;
}

async function* rowsOf(
  folder: string,
  part: Part,
  rule: (typeof READERS)[number],
  sizes: ReadonlyMap<string, readonly [number, number]> | undefined,
): AsyncGenerator<ImportRow> {
  const { split, marks, boxes, pictures, tables } = part;
  for (const [id, found] of marks) {
    const drawn = boxes.get(id) ?? [];
    const size = sizes?.get(id);
    if (sizes !== undefined && size === undefined && drawn.length > 0) {
      throw new InputError({
        file: folder,
        fault: `--sizes has no row of a picture of ${split} with boxes`,
        mend: 'give a table with the sizes of all pictures',
      });
    }
    const file = pictures.get(id) ?? join(folder, split, `${fileName(id, tables[0]!.path)}.dicom`);
    yield {
      id,
      split,
      file,
      findings: '',
      impression: '',
      ...marked(found),
      patient: id,
      view: 'PA',
      sex: null,
      age: null,
      boxes: boxesFor(drawn, found, split === 'train' ? rule : 'any').map(box => ({ ...box, drawnOn: size })),
      source: 'vindr-cxr',
    };
  }
}

function boxesFor(
  drawn: readonly ReaderBox[],
  { labels, readers }: Marks & { readers: number },
  rule: (typeof READERS)[number],
): SourceBox[] {
  if (rule === 'any') return drawn.map(({ label, corners }) => sourceBox(label, corners));
  return agreedBoxes(
    drawn.filter(({ label }) => labels.includes(label)),
    readers,
  );
}

const SIZES = { picture: 'image_id', height: 'dim0', width: 'dim1' } as const;

async function sizesOf(table: TableFile): Promise<Map<string, readonly [number, number]>> {
  const sizes = new Map<string, readonly [number, number]>();
  for await (const { picture, height, width } of cellsOf(table, SIZES)) {
    const size = [Number(width), Number(height)] as const;
    if (!size.every(side => Number.isFinite(side) && side > 0)) {
      throw new InputError({
        file: table.path,
        fault: 'a row has no height dim0 and width dim1 in pixels',
        mend: 'correct the table',
      });
    }
    sizes.set(picture, size);
  }
  return sizes;
}
