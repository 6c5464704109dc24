import { type Dataset, decodeGrey, type Sample } from '../data/index.js';
import type { ImageFeatures, VisionLanguageModel } from '../models/index.js';

/** Pictures that go to the model together. */
const BATCH = 32;

/** Batches that are decoded ahead of the model, so that neither waits for the other and memory is bounded. */
const AHEAD = 2;

/** Samples with what the model makes of their pictures; feature row i is sample i's. */
export interface EncodedBatch {
  readonly samples: readonly Sample[];
  readonly features: ImageFeatures;
}

export interface EncodeOptions {
  /** For errors: where the samples come from. */
  readonly source: string;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Decodes and encodes samples in their order, a batch at a time.
 * @throws InputError naming the sample whose picture cannot be read; the signal's reason when aborted.
 */
export async function* encodeSamples(
  model: VisionLanguageModel,
  samples: AsyncIterable<Sample> | Iterable<Sample>,
  { source, signal }: EncodeOptions,
): AsyncGenerator<EncodedBatch> {
  for await (const { batch, pixels } of decodeAhead(samples, model.imageSize, source)) {
    signal?.throwIfAborted();
    yield { samples: batch, features: await model.encodeImages(pixels, batch.length) };
  }
}

interface DecodedBatch {
  readonly batch: readonly Sample[];
  /** batch × size × size */
  readonly pixels: Uint8Array;
}

async function* decodeAhead(
  samples: AsyncIterable<Sample> | Iterable<Sample>,
  size: number,
  source: string,
): AsyncGenerator<DecodedBatch> {
  const waiting: Promise<DecodedBatch>[] = [];
  let batch: Sample[] = [];
  const start = () => {
    const decoding = decodeBatch(batch, size, source);
    // It is awaited in its turn; until then a failure must not count as unhandled.
    decoding.catch(() => {});
    waiting.push(decoding);
    batch = [];
  };
  for await (const sample of samples) {
    batch.push(sample);
    if (batch.length < BATCH) continue;
    start();
    if (waiting.length > AHEAD) yield await waiting.shift()!;
  }
  if (batch.length > 0) start();
  for (const decoding of waiting) yield await decoding;
}

async function decodeBatch(batch: readonly Sample[], size: number, source: string): Promise<DecodedBatch> {
  const pixels = new Uint8Array(batch.length * size * size);
  await Promise.all(
    batch.map(async (sample, row) => {
      const picture = await decodeGrey(sample.image.bytes, {
        size,
        source: `${source}: sample ${sample.id}`,
      });
      pixels.set(picture.pixels, row * size * size);
    }),
  );
  return { batch, pixels };
}

/** The split that is asked for, else `test` where there is one, else all samples. */
export function chooseSplit(dataset: Dataset, wanted: string | undefined): string | undefined {
  if (wanted !== undefined) return wanted;
  if (dataset.splits.includes('test')) return 'test';
  return dataset.splits.length === 1 ? dataset.splits[0] : undefined;
}
