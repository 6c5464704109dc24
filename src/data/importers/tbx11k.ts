import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { InputError, messageOf, parseAs, sha256OfFile } from '../../base/index.js';
import type { Importer, ImportRow, SourceBox } from './importer.js';
import { type LayoutOptions, partialOption } from './layout-options.js';
import { pathParts } from './layout-pictures.js';
import { layoutSource } from './layout-source.js';
import { fileNamed } from './layout-tables.js';

export type Tbx11kOptions = Pick<LayoutOptions, 'partial'>;

/** The two splits whose labels are public; those of the test pictures are withheld, so these are left out. */
const SPLITS = [
  ['train', 'train'],
  ['val', 'validation'],
] as const;

/** What the paper calls the pictures of each folder. */
const FOLDERS: Readonly<Record<string, string>> = {
  health: 'Healthy',
  sick: 'Sick but non-TB',
  tb: 'Tuberculosis',
};

/**
 * TBX11K as it is distributed (Liu et al., CVPR 2020; https://mmcheng.net/tb/):
 *
 * - `imgs/health/*.png`, `imgs/sick/*.png`, `imgs/tb/*.png`, 512 × 512.
 * - `annotations/json/TBX11K_train.json`, `TBX11K_val.json`: boxes in COCO's form: ActiveTuberculosis,
 *   ObsoletePulmonaryTuberculosis (latent) and PulmonaryTuberculosis (uncertain which).
 * - `lists/TBX11K_train.txt`, `lists/TBX11K_val.txt`, when there: the official split; else what each json lists.
 *
 * A picture's labels are its folder's name in the paper and the classes of its boxes. Patients are not told apart.
 */
export const tbx11k: Importer<Tbx11kOptions> = {
  name: 'tbx11k',
  summary: 'TBX11K in its original folders: tuberculosis with boxes, official split',
  source: 'the folder with imgs/, annotations/ and lists/',
  options: [partialOption],
  examples: ['import tbx11k /data/TBX11K --out runs/tbx11k'],
  async open(folder, options) {
    const parts = await Promise.all(SPLITS.map(([name, split]) => partOf(folder, name, split)));
    const found = parts.filter(part => part !== undefined);
    if (found.length === 0) {
      throw new InputError({
        file: folder,
        fault: 'there is no annotations/json/TBX11K_train.json or TBX11K_val.json',
        mend: 'give the folder into which TBX11K was unpacked',
      });
    }
    return layoutSource({
      format: 'tbx11k',
      folder,
      options: { ...options, views: ['all'] },
      settings: { tables: found.flatMap(({ hashes }) => hashes) },
      describe: (taken, listed) =>
        `TBX11K, ${taken} of ${listed} pictures, official split by picture. Test pictures have no public labels.`,
      async *rows() {
        for (const part of found) yield* rowsOf(folder, part);
      },
    });
  },
};

interface Part {
  readonly split: string;
  readonly path: string;
  readonly coco: z.infer<typeof Coco>;
  /** `tb/tb0005.png` … */
  readonly names: readonly string[];
  readonly hashes: readonly string[];
}

const Coco = z.object({
  categories: z.array(z.object({ id: z.int(), name: z.string().min(1) })),
  images: z.array(
    z.object({
      id: z.int(),
      file_name: z.string(),
      width: z.number().positive(),
      height: z.number().positive(),
    }),
  ),
  annotations: z.array(
    z.object({
      image_id: z.int(),
      category_id: z.int(),
      bbox: z.tuple([z.number(), z.number(), z.number(), z.number()]),
    }),
  ),
});

async function partOf(folder: string, name: string, split: string): Promise<Part | undefined> {
  const path = await fileNamed(join(folder, 'annotations', 'json'), [`TBX11K_${name}.json`]);
  if (path === undefined) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    throw new InputError({
      file: path,
      fault: `no whole JSON file: ${messageOf(error)}`,
      mend: 'fetch it again',
      cause: error,
    });
  }
  const coco = parseAs(Coco, value, path);
  const list = await fileNamed(join(folder, 'lists'), [`TBX11K_${name}.txt`]);
  const files = list === undefined ? [path] : [path, list];
  const hashes = await Promise.all(files.map(async file => `${basename(file)}=${await sha256OfFile(file)}`));
  const names =
    list === undefined
      ? coco.images.map(image => image.file_name)
      : (await readFile(list, 'utf8')).split(/\r?\n/).map(line => line.trim());
  return { split, path, coco, names: names.filter(line => line !== ''), hashes };
}

async function* rowsOf(folder: string, part: Part): AsyncGenerator<ImportRow> {
  const { split, path, coco, names } = part;
  const boxes = boxesOf(part);
  const known = new Set(coco.images.map(image => image.file_name));
  for (const name of names) {
    // The lists of early copies write `imgs/` before the name.
    const parts = pathParts(name.replace(/^imgs\//, ''), path);
    const inside = parts.join('/');
    const label = parts.length === 2 ? FOLDERS[parts[0]!] : undefined;
    if (label === undefined) {
      throw new InputError({
        file: path,
        fault: `a picture of the split ${split} is in none of the folders health, sick and tb`,
        mend: 'use the lists and annotations as published',
      });
    }
    // Were a tuberculous picture not in the annotations, it would count as one without boxes.
    if (label === FOLDERS.tb && !known.has(inside)) {
      throw new InputError({
        file: path,
        fault: `${inside} of the list of the split ${split} is not in it`,
        mend: 'use lists and annotations of one version',
      });
    }
    const drawn = boxes.get(inside) ?? [];
    const id = inside.replace(/\.\w+$/, '');
    yield {
      id,
      split,
      file: join(folder, 'imgs', ...parts),
      findings: '',
      impression: '',
      labels: [...new Set([label, ...drawn.map(box => box.label)])],
      patient: id,
      view: null,
      sex: null,
      age: null,
      boxes: drawn,
      source: 'tbx11k',
    };
  }
}

function boxesOf({ coco, path }: Part): Map<string, SourceBox[]> {
  const images = new Map(coco.images.map(image => [image.id, image]));
  const categories = new Map(coco.categories.map(({ id, name }) => [id, name]));
  const boxes = new Map<string, SourceBox[]>();
  for (const { image_id, category_id, bbox } of coco.annotations) {
    const image = images.get(image_id);
    const label = categories.get(category_id);
    if (image === undefined || label === undefined) {
      throw new InputError({
        file: path,
        fault: 'a box is of a picture or class that the file does not list',
        mend: 'use the annotations as published',
      });
    }
    const box: SourceBox = { label, pixels: bbox, drawnOn: [image.width, image.height] };
    boxes.set(image.file_name, [...(boxes.get(image.file_name) ?? []), box]);
  }
  return boxes;
}
