import { sha256 } from '../../base/index.js';
import { type Dataset, DatasetWriter, openDataset, type Sample, synrayVersion } from '../../data/index.js';

/** How a data set is made from another one. */
export interface CopyOptions {
  readonly from: Dataset;
  readonly out: string;
  readonly name: string;
  /** For the card. */
  readonly description: string;
  /** All that decides what becomes of the samples. */
  readonly settings: Readonly<Record<string, string | number | readonly number[] | null>>;
  /** The samples of the copy, in their order. */
  readonly samples: () => AsyncIterable<{ readonly split: string; readonly sample: Sample }>;
  readonly signal: AbortSignal | undefined;
}

/** Makes a data set out of the samples of another. `out` appears when all is done; finished work is not done again. */
export async function copyDataset(options: CopyOptions): Promise<string> {
  const { from, out, name, description, settings, samples, signal } = options;
  const fingerprint = sha256(JSON.stringify([from.manifest.fingerprint, settings]));
  const finished = await openDataset(out).catch(() => undefined);
  if (finished?.manifest.fingerprint === fingerprint) return out;
  const writer = await DatasetWriter.create(out, fingerprint);
  try {
    for await (const { split, sample } of samples()) {
      signal?.throwIfAborted();
      await writer.add(split, sample);
    }
    await writer.finish({
      name,
      provenance: { producer: 'synray study', version: synrayVersion, description },
      settings: JSON.parse(JSON.stringify(settings)),
    });
    return out;
  } catch (error) {
    await writer.discard();
    throw error;
  }
}
