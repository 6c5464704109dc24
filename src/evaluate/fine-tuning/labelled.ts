import { InputError } from '../../base/index.js';
import type { View } from '../../data/index.js';
import { type Dataset, decodeGrey, mapOrdered, type Sample } from '../../data/index.js';
import type { ClassPrompts } from '../prompts/index.js';
import { UNKNOWN } from '../scores/index.js';
import { PictureStore } from './picture-store.js';

/** A picture that is to be told by its labels. */
export interface LabelledSample {
  readonly id: string;
  readonly patient: string;
  readonly view: View | null;
  readonly split: string;
}

export interface LabelledPictures {
  readonly samples: readonly LabelledSample[];
  /** size × size grey values each. */
  readonly pictures: PictureStore;
  /** samples × classes: 1 there, 0 not there, 2 unknown. */
  readonly labels: Uint8Array;
}

/** Pictures decoded at a time. */
const AHEAD = 8;

/**
 * Reads the pictures of a data set as a model sees them (shorter side scaled to `size`, the middle of the longer one)
 * and their labels.
 * @throws InputError naming the sample that cannot be read, or when there is none.
 */
export async function readLabelled(
  dataset: Dataset,
  classes: readonly Pick<ClassPrompts, 'labels' | 'unlabelled'>[],
  {
    size,
    onSample,
    signal,
  }: { readonly size: number; readonly onSample?: () => void; readonly signal?: AbortSignal | undefined },
): Promise<LabelledPictures> {
  const pictures = await PictureStore.create(size * size);
  try {
    const samples: LabelledSample[] = [];
    const labels: number[] = [];
    const decoded = mapOrdered(samplesOf(dataset), AHEAD, async ({ sample, split }) => {
      const source = `${dataset.folder}: sample ${sample.id}`;
      const { pixels } = await decodeGrey(sample.image.bytes, { size, source });
      return { sample, split, pixels };
    });
    for await (const { sample, split, pixels } of decoded) {
      signal?.throwIfAborted();
      pictures.add(pixels);
      samples.push({ id: sample.id, patient: sample.patient, view: sample.view, split });
      for (const entry of classes) labels.push(labelOf(sample, entry));
      onSample?.();
    }
    if (samples.length === 0) {
      throw new InputError({
        file: dataset.folder,
        fault: 'there is no sample',
        mend: 'choose another data set',
      });
    }
    return { samples, pictures, labels: Uint8Array.from(labels) };
  } catch (error) {
    await pictures.close();
    throw error;
  }
}

/** The samples of a data set, each with its split. */
export async function* samplesOf(dataset: Dataset): AsyncGenerator<{ sample: Sample; split: string }> {
  for (const split of dataset.splits) {
    for await (const sample of dataset.samples(split)) yield { sample, split };
  }
}

/** 1 there, 0 not there, 2 where the source leaves it open. */
function labelOf({ labels, uncertain }: Sample, entry: Pick<ClassPrompts, 'labels' | 'unlabelled'>): number {
  const positive = labels.length === 0 ? entry.unlabelled : labels.some(label => entry.labels.has(label));
  if (positive) return 1;
  return uncertain?.some(label => entry.labels.has(label)) === true ? UNKNOWN : 0;
}
