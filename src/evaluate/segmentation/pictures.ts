import sharp from 'sharp';
import { InputError } from '../../base/index.js';
import { decodeGrey, type GreyImage, type Sample } from '../../data/index.js';
import { PictureStore } from '../fine-tuning/picture-store.js';

/** A pixel counts as a finding's where it was changed at least this much, of 255 at the most changed one. */
const CHANGED = 64;
/** Outlines of organs are 255 inside. */
const INSIDE = 128;

/** A sample with a mask; its picture and mask lie in a store, at its place in the list. */
export interface OutlinedSample {
  readonly id: string;
  readonly patient: string;
  readonly split: string;
}

/** Pictures with masks of one target. */
export interface OutlinedPictures {
  readonly samples: readonly OutlinedSample[];
  /** size × size bytes each: grey values, and 255 inside or 0. */
  readonly pictures: PictureStore;
  readonly masks: PictureStore;
  /** Samples that do not say where the target is. */
  readonly leftOut: number;
  close(): Promise<void>;
}

export interface OutlineOptions {
  /** Name of a structure (`lungs`, `heart` …) or of a finding. */
  readonly target: string;
  readonly size: number;
  /** The data set's folder, for errors. */
  readonly source: string;
  readonly onSample?: () => void;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Reads pictures with the masks of a target, each stretched to a square so that nothing is cut off. `lungs` is also put
 * together from `left lung` and `right lung`. Where the target is a finding, samples without it count with an empty
 * mask; those that have it but not its place, or leave it open, are left out.
 * @param samples - With the split that each is of.
 * @throws InputError naming a sample that cannot be read, or when no sample has a mask of the target.
 */
export async function readOutlined(
  samples: AsyncIterable<{ sample: Sample; split: string }>,
  { target, size, source, onSample, signal }: OutlineOptions,
): Promise<OutlinedPictures> {
  const pictures = await PictureStore.create(size * size);
  const masks = await PictureStore.create(size * size);
  const close = async () => {
    await Promise.all([pictures.close(), masks.close()]);
  };
  try {
    const kept: OutlinedSample[] = [];
    // Samples without any mask of the name: empty if it turns out to be a finding's.
    const open: { sample: Sample; split: string }[] = [];
    let structures = 0;
    let findings = 0;
    let total = 0;
    const add = async (sample: Sample, split: string, mask: Uint8Array) => {
      const where = `${source}: sample ${sample.id}`;
      pictures.add(await stretched(await decodeGrey(sample.image.bytes, { source: where }), size));
      masks.add(mask);
      kept.push({ id: sample.id, patient: sample.patient, split });
    };
    for await (const { sample, split } of samples) {
      signal?.throwIfAborted();
      total++;
      const where = `${source}: sample ${sample.id}`;
      const structure = await structureMask(sample, target, size, where);
      const finding = structure === undefined ? await findingMask(sample, target, size, where) : undefined;
      if (structure !== undefined) {
        structures++;
        await add(sample, split, structure);
      } else if (finding !== undefined) {
        findings++;
        await add(sample, split, finding);
      } else if (!named(sample, target)) open.push({ sample: light(sample), split });
      onSample?.();
    }
    if (structures === 0 && findings > 0) {
      for (const { sample, split } of open) await add(sample, split, new Uint8Array(size * size));
    }
    if (kept.length === 0) throw nothing(source, target);
    return { samples: kept, pictures, masks, leftOut: total - kept.length, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The sample without what is not needed any more, so that memory holds the coded pictures alone. */
function light(sample: Sample): Sample {
  const { attenuation: _, ...rest } = sample;
  return { ...rest, regions: [], mentions: [], verdicts: [] };
}

function named({ labels, uncertain, regions }: Sample, target: string): boolean {
  return (
    labels.includes(target) ||
    uncertain?.includes(target) === true ||
    regions.some(region => region.concept === target)
  );
}

async function structureMask(
  { structures = [] }: Sample,
  target: string,
  size: number,
  where: string,
): Promise<Uint8Array | undefined> {
  const own = structures.filter(({ name }) => name === target);
  const halves = structures.filter(({ name }) => name === 'left lung' || name === 'right lung');
  const found = own.length > 0 ? own : target === 'lungs' && halves.length === 2 ? halves : [];
  if (found.length === 0) return undefined;
  return union(
    found.map(({ mask }) => mask),
    size,
    INSIDE,
    `${where}, outline of ${target}`,
  );
}

async function findingMask(
  sample: Sample,
  target: string,
  size: number,
  where: string,
): Promise<Uint8Array | undefined> {
  const regions = sample.regions.filter(({ concept }) => concept === target);
  if (regions.length === 0) return undefined;
  const masks = regions.flatMap(({ mask }) => (mask === null ? [] : [mask]));
  const result = await union(masks, size, CHANGED, `${where}, region mask`);
  for (const { mask, box } of regions) {
    if (mask !== null) continue;
    const [left, top, right, bottom] = box.map(edge => Math.round(edge * size)) as [
      number,
      number,
      number,
      number,
    ];
    for (let row = Math.max(0, top); row < Math.min(size, bottom); row++) {
      result.fill(255, row * size + Math.max(0, left), row * size + Math.min(size, right));
    }
  }
  return result;
}

async function union(
  masks: readonly Uint8Array[],
  size: number,
  least: number,
  where: string,
): Promise<Uint8Array> {
  const result = new Uint8Array(size * size);
  for (const mask of masks) {
    const grey = await stretched(await decodeGrey(mask, { source: where }), size);
    for (let pixel = 0; pixel < grey.length; pixel++) if (grey[pixel]! >= least) result[pixel] = 255;
  }
  return result;
}

/** The picture as a square: width and height scaled apart. */
async function stretched({ pixels, width, height }: GreyImage, size: number): Promise<Uint8Array> {
  if (width === size && height === size) return pixels;
  const data = await sharp(pixels, { raw: { width, height, channels: 1 } })
    .resize(size, size, { fit: 'fill' })
    .extractChannel(0)
    .raw({ depth: 'uchar' })
    .toBuffer();
  return new Uint8Array(data.buffer, data.byteOffset, data.length);
}

function nothing(source: string, target: string): InputError {
  return new InputError({
    file: source,
    fault: `no sample has a mask of "${target}"`,
    mend: 'name a structure or a finding of the data set; simulated sets have outlines with image.structures: true',
  });
}
