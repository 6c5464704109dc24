import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { InputError, sha256OfFile, UsageError } from '../../base/index.js';
import { filesBelow, picturesByName, presentRows, refuseTwins, stemOf, uniqueIds } from './folder-files.js';
import type { Importer } from './importer.js';

export interface CovidxOptions {
  /** Which lists to take where there are those of several editions: `9A` of `train_COVIDx9A.txt`. */
  readonly edition?: string;
  /** Import the rows whose picture is there. */
  readonly partial?: boolean;
}

/** `train.txt`, `val.txt`, `test.txt`, `train_COVIDx9A.txt`, `test_COVIDx_CXR-3A.txt`. */
const LIST = /^(train|val|test)(?:_split)?(?:_COVIDx[-_]?(.+))?\.txt$/i;

/** What the lists call a class, and the label it becomes. `negative` is the absence of COVID-19 and no label. */
const LABELS: Readonly<Record<string, string | null>> = {
  positive: 'COVID-19',
  'covid-19': 'COVID-19',
  negative: null,
  normal: 'Normal',
  pneumonia: 'Pneumonia',
};

/**
 * COVIDx CXR-2, CXR-3 and CXR-4 (https://www.kaggle.com/datasets/andyczhao/covidx-cxr2; Wang, Lin and Wong, 2020;
 * Pavlova et al., 2022; Wu et al., 2023) as they are distributed:
 *
 * - lists, one a split: `train.txt`, `test.txt` and from CXR-4 on `val.txt`, or `train_COVIDx9A.txt` and the like. A
 *   line holds patient, file name, class and source, with spaces between.
 * - pictures in `train/`, `val/` and `test/`.
 *
 * The split is the official one. Patients are numbered anew by each source.
 */
export const covidx: Importer<CovidxOptions> = {
  name: 'covidx',
  summary: 'COVIDx CXR-2, CXR-3 and CXR-4: labels and the official split',
  source: 'the folder with train.txt, test.txt, train/ and test/',
  options: [
    { flags: '--edition <name>', help: 'which lists, where there are several: 9A of train_COVIDx9A.txt' },
    { flags: '--partial', help: 'take the pictures that are there, of a part of the download' },
  ],
  examples: [
    'import covidx covidx-cxr2 --out runs/covidx',
    'import covidx COVIDx --edition 9A --out runs/covidx',
  ],
  async open(folder, { edition, partial = false }) {
    const lists = await listsOf(folder, edition);
    const listed: Row[] = [];
    for (const { path, split } of lists) {
      const pictures = await picturesByName([split, `data/${split}`, 'data'].map(name => join(folder, name)));
      for (const row of await readList(path)) {
        listed.push({ ...row, split, file: pictures.get(basename(row.name)) });
      }
    }
    const rows = presentRows(folder, listed, partial);
    const paths = rows.map(row => `${row.split}/${row.name}`);
    refuseTwins(folder, paths);
    const ids = uniqueIds(paths, [path => stemOf(basename(path)), path => basename(path)]);
    return {
      description: `COVIDx, ${rows.length} of ${listed.length} pictures, official split. Its parts come from several hospitals.`,
      settings: {
        format: 'covidx',
        lists: await Promise.all(
          lists.map(async ({ path, split }) => `${split}=${await sha256OfFile(path)}`),
        ),
        count: String(rows.length),
      },
      count: rows.length,
      async *rows() {
        for (const { name, file, split, label, patient } of rows) {
          yield {
            id: ids.get(`${split}/${name}`)!,
            split: split === 'val' ? 'validation' : split,
            file: file ?? join(folder, split, basename(name)),
            findings: '',
            impression: '',
            labels: label === null ? [] : [label],
            patient,
            view: null,
            sex: null,
            age: null,
            boxes: [],
            source: 'covidx',
          };
        }
      },
    };
  },
};

interface Line {
  readonly name: string;
  readonly label: string | null;
  readonly patient: string;
}
interface Row extends Line {
  readonly split: string;
  readonly file: string | undefined;
}

/** The lists of one edition. */
async function listsOf(
  folder: string,
  edition: string | undefined,
): Promise<{ path: string; split: string }[]> {
  const found = (await filesBelow(folder, LIST)).filter(
    path => !path.includes('/') || path.startsWith('labels/'),
  );
  const lists = found.map(path => {
    const [, split, name = ''] = LIST.exec(basename(path))!;
    return { path: join(folder, path), split: split!.toLowerCase(), edition: name };
  });
  const editions = [...new Set(lists.map(list => list.edition))];
  const wanted = edition ?? editions[0];
  if (lists.length === 0) {
    throw new InputError({
      file: folder,
      fault: 'there is no train.txt or test.txt (or train_COVIDx9A.txt and the like)',
      mend: 'give the folder into which COVIDx was unpacked',
    });
  }
  if (wanted === undefined || !editions.includes(wanted) || (edition === undefined && editions.length > 1)) {
    throw new UsageError({
      file: folder,
      fault:
        edition === undefined ? 'there are lists of several editions' : `there are no lists of "${edition}"`,
      mend: `choose with --edition: ${editions.map(name => (name === '' ? "''" : name)).join(', ')}`,
    });
  }
  return lists.filter(list => list.edition === wanted);
}

async function readList(path: string): Promise<Line[]> {
  const lines = (await readFile(path, 'utf8')).split(/\r?\n/);
  return lines.flatMap((line, index) => {
    if (line.trim() === '') return [];
    // A few file names of the collected sources hold spaces; the fields around them do not.
    const words = line.trim().split(/\s+/);
    const label = LABELS[words.at(-2)?.toLowerCase() ?? ''];
    if (words.length < 4 || label === undefined) {
      throw new InputError({
        file: path,
        fault: `line ${index + 1} is not patient, file name, class and source`,
        mend: `known classes are ${Object.keys(LABELS).join(', ')}; download the list anew`,
      });
    }
    return [{ name: words.slice(1, -2).join(' '), label, patient: `${words.at(-1)}:${words[0]}` }];
  });
}
