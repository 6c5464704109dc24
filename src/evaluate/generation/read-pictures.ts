import { InputError } from '../../base/index.js';
import { decodeGrey, type ReportText, type Sample } from '../../data/index.js';
import type { FeatureSpace } from './feature-space.js';
import type { FeatureTable } from './feature-table.js';
import { type PictureView, viewOf } from './picture-views.js';

/** What is kept of a sample once its picture is read. */
export interface PictureRecord extends ReportText {
  readonly id: string;
  readonly patient: string;
}

/** A space, and how pictures are looked at in it. */
export interface Look {
  readonly space: FeatureSpace;
  /** `plain` first. */
  readonly views: readonly PictureView[];
}

/** The pictures of a data set in some feature spaces. */
export interface ReadPictures {
  readonly records: readonly PictureRecord[];
  /** For each look a table of each of its views; row i is record i's. */
  readonly tables: readonly (readonly FeatureTable[])[];
}

export interface ReadPicturesOptions {
  /** For errors: where the samples come from. */
  readonly source: string;
  /** Told how many pictures are done. */
  readonly onProgress?: ((done: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Pictures that are decoded and embedded together. */
const BATCH = 32;

/**
 * Reads the pictures of samples into feature spaces, in their order. Memory holds the vectors, the texts and a batch of
 * pictures.
 * @throws InputError naming the sample whose picture cannot be read or whose vector is not finite.
 */
export async function readPictures(
  samples: AsyncIterable<Sample> | Iterable<Sample>,
  looks: readonly Look[],
  { source, onProgress, signal }: ReadPicturesOptions,
): Promise<ReadPictures> {
  const records: PictureRecord[] = [];
  const parts = looks.map(({ views }) => views.map(() => [] as Float32Array[]));
  let batch: Sample[] = [];
  const flush = async () => {
    signal?.throwIfAborted();
    if (batch.length === 0) return;
    const files = batch.map(({ id, image }) => ({ id, bytes: image.bytes }));
    const read = await embedPictures(files, looks, source);
    for (const [look, views] of read.entries()) {
      for (const [view, vectors] of views.entries()) parts[look]![view]!.push(vectors);
    }
    for (const { id, patient, findings, impression } of batch) {
      records.push({ id, patient, findings, impression });
    }
    onProgress?.(records.length);
    batch = [];
  };
  for await (const sample of samples) {
    batch.push(sample);
    if (batch.length === BATCH) await flush();
  }
  await flush();
  return { records, tables: parts.map(views => views.map(list => tableOf(list, records.length))) };
}

/** A picture file and its name for errors. */
export interface PictureFile {
  readonly id: string;
  readonly bytes: Uint8Array;
}

/** The vectors of a few pictures: for each look one list a view. */
export async function embedPictures(
  files: readonly PictureFile[],
  looks: readonly Look[],
  source: string,
): Promise<Float32Array[][]> {
  const bySize = new Map<number, Uint8Array>();
  const result: Float32Array[][] = [];
  for (const { space, views } of looks) {
    const { size } = space;
    const pixels = bySize.get(size) ?? (await decodePictures(files, size, source));
    bySize.set(size, pixels);
    const vectors: Float32Array[] = [];
    for (const view of views) {
      const embedded = await space.embed(viewOf(view, pixels, size), files.length);
      const faulty = embedded.findIndex(value => !Number.isFinite(value));
      if (faulty >= 0) {
        const { id } = files[Math.floor(faulty / (embedded.length / files.length))]!;
        throw new InputError({
          file: space.name,
          fault: `its vector of sample ${id} is not a number`,
          mend: 'its training has diverged: use an earlier checkpoint, or other features',
        });
      }
      vectors.push(embedded);
    }
    result.push(vectors);
  }
  return result;
}

async function decodePictures(
  files: readonly PictureFile[],
  size: number,
  source: string,
): Promise<Uint8Array> {
  const pixels = new Uint8Array(files.length * size * size);
  await Promise.all(
    files.map(async ({ id, bytes }, row) => {
      const picture = await decodeGrey(bytes, { size, source: `${source}: sample ${id}` });
      pixels.set(picture.pixels, row * size * size);
    }),
  );
  return pixels;
}

/** A table of vectors that came in parts. */
export function tableOf(parts: readonly Float32Array[], count: number): FeatureTable {
  const total = parts.reduce((sum, part) => sum + part.length, 0);
  const values = new Float32Array(total);
  let place = 0;
  for (const part of parts) {
    values.set(part, place);
    place += part.length;
  }
  return { count, dimension: count === 0 ? 0 : total / count, values };
}
