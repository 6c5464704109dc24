import { basename, join, resolve } from 'node:path';
import { InputError, sha256, UsageError } from '../../base/index.js';
import { splitOf as splitNamed } from './fields.js';
import { filesBelow, pictureName, stemOf, uniqueIds } from './folder-files.js';
import type { Importer } from './importer.js';
import { type SplitOptions, splitOptions, splitSettings, splitter } from './split-by-patient.js';

export interface FolderOptions extends SplitOptions {
  /** Folders are no classes: take the pictures without labels. The command line says `--no-labels`. */
  readonly labels?: boolean;
}

/** Names of folders that are splits and no classes. */
const SPLITS = new Set(['train', 'training', 'validation', 'test', 'testing']);

/**
 * A folder of pictures by class, as ImageFolder readers take it: `class/picture.png`, or `train/class/picture.png`
 * where all folders at the top are named as splits. Folders within a class are its as well. A folder's name with `+`
 * or `|` is several classes: `Edema+Effusion/`. PNG, JPEG, TIFF, WebP and DICOM (`.dcm`, `.dicom`).
 *
 * The id is the path without its ending. Nothing tells which pictures are of one patient, so that each counts as one;
 * use `import table` where it is known.
 */
export const folder: Importer<FolderOptions> = {
  name: 'folder',
  summary: 'pictures in folders named by class, with or without folders of splits above',
  source: 'the folder: class/picture.png, or train/class/picture.png',
  options: [
    { flags: '--no-labels', help: 'folders are no classes: pictures without labels' },
    ...splitOptions,
  ],
  examples: [
    'import folder pictures --out runs/mine',
    'import folder archive --no-labels --split-by-patient 90/10 --out runs/unlabelled',
  ],
  async open(source, options) {
    const { labels: labelled = true, splitByPatient } = options;
    const paths = await filesBelow(source, pictureName);
    if (paths.length === 0) {
      throw new InputError({
        file: source,
        fault: 'there is no picture in the folder',
        mend: 'give a folder of .png, .jpg, .tif, .webp or .dcm files',
      });
    }
    const inSplits = paths.every(path => SPLITS.has(splitNamed(topOf(path) ?? '')));
    if (inSplits && splitByPatient !== undefined) {
      throw new UsageError({
        file: source,
        fault: 'the folders are splits already',
        mend: 'leave out --split-by-patient, or give one of those folders',
      });
    }
    const ids = uniqueIds(paths, [stemOf]);
    const splitOf = splitter(ids.values(), options);
    const classOf = (path: string) => topOf(inSplits ? path.slice(path.indexOf('/') + 1) : path);
    const classes = new Set(labelled ? paths.map(classOf).filter(name => name !== undefined) : []);
    return {
      description: `${paths.length} pictures of a folder${labelled ? `, ${classes.size} classes by folder` : ''}.`,
      settings: {
        format: 'folder',
        labels: String(labelled),
        paths: sha256(paths.join('\n')),
        ...splitSettings(options),
      },
      count: paths.length,
      async *rows() {
        for (const path of paths) {
          const id = ids.get(path)!;
          yield {
            id,
            split: inSplits ? splitWord(topOf(path)!) : splitOf(id),
            file: join(source, path),
            findings: '',
            impression: '',
            labels: labelled ? labelsOf(classOf(path)) : [],
            patient: id,
            view: null,
            sex: null,
            age: null,
            boxes: [],
            source: `folder:${basename(resolve(source))}`,
          };
        }
      },
    };
  },
};

/** The folder a path begins with; undefined for a file at the top. */
function topOf(path: string): string | undefined {
  const slash = path.indexOf('/');
  return slash < 0 ? undefined : path.slice(0, slash);
}

function splitWord(name: string): string {
  return { training: 'train', testing: 'test' }[splitNamed(name)] ?? splitNamed(name);
}

function labelsOf(name: string | undefined): string[] {
  if (name === undefined) return [];
  const words = name.split(/[+|]/).map(word => word.trim());
  return [...new Set(words)].filter(word => word !== '');
}
