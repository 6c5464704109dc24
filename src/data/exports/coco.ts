import { createReadStream } from 'node:fs';
import { type FileHandle, open, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { makeFolder, sha256OfFile } from '../../base/index.js';
import type { Dataset } from '../dataset/index.js';
import { decodeGrey, pictureSize } from '../images.js';
import type { Region, Sample, Structure } from '../records/index.js';
import { cocoMask } from './coco-mask.js';
import { type ExportedFile, type ExportOptions, type ExportResult, exportInto } from './export-folder.js';
import { endingOf, keyOf } from './sample-files.js';

/** Least grey value inside: a finding is where a quarter or more of the greatest change is, as grounding takes it. */
const FINDING = 64;
const STRUCTURE = 128;

/**
 * Writes a data set's findings and structures in COCO's form (https://cocodataset.org/#format-data):
 * `images/<split>/<key>.png` and `annotations/instances_<split>.json`. Each region is an annotation with its box, and
 * its mask, where it has one, as compressed run lengths; so is each structure. Categories are `finding` or `structure`
 * above, and the same in all splits. An image's entry also holds its `sample` id, `labels` and `patient`.
 *
 * @throws InputError when the data set cannot be read; UsageError when `out` holds something else.
 */
export function exportCoco(options: ExportOptions): Promise<ExportResult> {
  const { onProgress, signal } = options;
  return exportInto('coco', options, {}, async (folder, dataset, splits) => {
    const total = splits.reduce((sum, split) => sum + dataset.count(split), 0);
    const writer = new CocoWriter(folder);
    for (const split of splits) {
      await writer.begin(split);
      try {
        for await (const sample of dataset.samples(split)) {
          await writer.add(split, sample);
          signal?.throwIfAborted();
          onProgress?.(writer.images, total);
        }
      } finally {
        await writer.end();
      }
    }
    return writer.finish(dataset, splits);
  });
}

/** Lists grow in files of their own, line by line, and are joined at the end, when all categories are known. */
class CocoWriter {
  images = 0;
  #annotations = 0;
  readonly #categories = new Map<string, { id: number; name: string; supercategory: string }>();
  #lists: readonly FileHandle[] = [];

  constructor(readonly folder: string) {}

  async begin(split: string): Promise<void> {
    await makeFolder(join(this.folder, 'images', split));
    this.#lists = await Promise.all(LISTS.map(name => open(this.#listPath(name, split), 'wx')));
  }

  async add(split: string, sample: Sample): Promise<void> {
    const { bytes } = sample.image;
    const [width, height] = await shownSize(bytes, sample.id);
    const file_name = `${keyOf(sample.id)}.${endingOf(bytes)}`;
    await writeFile(join(this.folder, 'images', split, file_name), bytes, { flag: 'wx' });
    const image_id = ++this.images;
    const { labels, patient, view } = sample;
    await this.#line(0, { id: image_id, file_name, width, height, sample: sample.id, labels, patient, view });
    for (const region of sample.regions) {
      const annotation = await regionAnnotation(region, width, height, sample.id);
      await this.#annotate(image_id, region.concept, 'finding', annotation);
    }
    for (const structure of sample.structures ?? []) {
      const annotation = await structureAnnotation(structure, sample.id);
      if (annotation !== undefined) {
        await this.#annotate(image_id, structure.name, 'structure', annotation);
      }
    }
  }

  async end(): Promise<void> {
    for (const list of this.#lists) await list.close();
    this.#lists = [];
  }

  async finish(dataset: Dataset, splits: readonly string[]): Promise<ExportedFile[]> {
    await makeFolder(join(this.folder, 'annotations'));
    const { name, provenance } = dataset.manifest;
    const files: ExportedFile[] = [];
    for (const split of splits) {
      const file = `annotations/instances_${split}.json`;
      const path = join(this.folder, file);
      const target = await open(path, 'wx');
      try {
        const info = {
          description: `${name}, ${split}. ${provenance.description}`,
          version: provenance.version,
        };
        await target.writeFile(`{"info":${JSON.stringify(info)},"licenses":[]`);
        for (const list of LISTS) {
          await target.writeFile(`,"${list}":[`);
          let separator = '\n';
          const lines = createInterface({ input: createReadStream(this.#listPath(list, split)) });
          for await (const line of lines) {
            await target.writeFile(separator + line);
            separator = ',\n';
          }
          await target.writeFile(']');
        }
        await target.writeFile(`,"categories":${JSON.stringify([...this.#categories.values()])}}\n`);
        await target.sync();
      } finally {
        await target.close();
      }
      for (const list of LISTS) await rm(this.#listPath(list, split));
      const { size } = await stat(path);
      files.push({
        file,
        split,
        samples: dataset.count(split),
        bytes: size,
        sha256: await sha256OfFile(path),
      });
    }
    return files;
  }

  async #annotate(image_id: number, name: string, supercategory: string, rest: Annotation): Promise<void> {
    const key = `${supercategory}\n${name}`;
    const category = this.#categories.get(key) ?? { id: this.#categories.size + 1, name, supercategory };
    this.#categories.set(key, category);
    const id = ++this.#annotations;
    await this.#line(1, { id, image_id, category_id: category.id, ...rest, iscrowd: 0 });
  }

  async #line(list: 0 | 1, value: object): Promise<void> {
    await this.#lists[list]!.writeFile(`${JSON.stringify(value)}\n`);
  }

  #listPath(list: string, split: string): string {
    return join(this.folder, `.${split}-${list}.jsonl`);
  }
}

const LISTS = ['images', 'annotations'] as const;

interface Annotation {
  readonly bbox: readonly number[];
  readonly area: number;
  /** Run lengths, or an empty list for a box without a mask. */
  readonly segmentation: object;
}

/** A finding's annotation: its box as it is known, even where the mask is faint. */
async function regionAnnotation(
  region: Region,
  width: number,
  height: number,
  sample: string,
): Promise<Annotation> {
  const [x0, y0, x1, y1] = region.box;
  const bbox = [x0 * width, y0 * height, (x1 - x0) * width, (y1 - y0) * height].map(hundredths);
  if (region.mask === null) return { bbox, area: hundredths(bbox[2]! * bbox[3]!), segmentation: [] };
  const mask = await decodeGrey(region.mask, { source: `${sample}, region mask` });
  const { segmentation, area } = cocoMask(mask.pixels, mask.width, mask.height, FINDING);
  return { bbox, area, segmentation };
}

async function structureAnnotation(structure: Structure, sample: string): Promise<Annotation | undefined> {
  const mask = await decodeGrey(structure.mask, { source: `${sample}, ${structure.name}` });
  const { bbox, ...rest } = cocoMask(mask.pixels, mask.width, mask.height, STRUCTURE);
  return bbox === undefined ? undefined : { bbox, ...rest };
}

/** Width and height of a picture as it is shown: boxes and masks lie on the picture turned as its EXIF data say. */
async function shownSize(bytes: Uint8Array, source: string): Promise<[number, number]> {
  if (!Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 65_536)).includes('Exif')) {
    return pictureSize(bytes, source);
  }
  const { width, height } = await decodeGrey(bytes, { source });
  return [width, height];
}

/** Hundredths of a pixel are enough, and read better than 17 digits. */
function hundredths(value: number): number {
  return Math.round(value * 100) / 100;
}
