import { InputError } from '../base/index.js';
import { openDataset } from '../data/index.js';
import { openPixelCache } from './data/pixel-cache.js';
import type { TrainingBatch } from './data/training-batch.js';
import { type OpenDataOptions, TrainingData } from './data/training-data.js';
import { noAugmentation } from './recipe.js';

/** The batches on which a run is measured while it trains: the same ones each time. */
export class Validation {
  /** How many batches there are. */
  readonly batches: number;
  readonly #data: TrainingData;

  private constructor(data: TrainingData, batches: number) {
    this.#data = data;
    this.batches = batches;
  }

  /**
   * Opens the split that `training.validation` names, in every data set that has it.
   * @returns undefined where the recipe asks for no validation.
   * @throws InputError when no data set has the split, or all of it is a single pair.
   */
  static async open(options: OpenDataOptions): Promise<Validation | undefined> {
    const { recipe, fallback, skipBad, signal } = options;
    const { validation, batch } = recipe.training;
    if (validation === undefined) return undefined;
    const { split } = validation;
    const { size, upscale } = recipe.image;
    const folders = options.data.map(source => (typeof source === 'string' ? source : source.folder));
    const sources = [];
    for (const folder of folders) {
      if ((await openDataset(folder)).manifest.splits[split] === undefined) continue;
      const cache = await openPixelCache(folder, { split, size, upscale, skipBad, fallback, signal });
      sources.push({ cache });
    }
    const count = sources.reduce((sum, { cache }) => sum + cache.count, 0);
    if (count < 2) {
      throw new InputError({
        file: folders.join(', '),
        fault: `split "${split}" holds ${count} pairs to validate on`,
        mend: 'make a data set with this split, name another in training.validation, or leave that out',
      });
    }
    const pairs = Math.min(batch, count);
    const data = new TrainingData(sources, {
      ...recipe,
      twins: { ...recipe.twins, weight: 0 },
      augmentation: noAugmentation,
      training: { ...recipe.training, split, batch: pairs },
    });
    return new Validation(data, Math.min(validation.batches, Math.floor(count / pairs)));
  }

  /** Names the pairs: a run can only go on with the same. */
  get fingerprint(): string {
    return this.#data.fingerprint;
  }

  /** Makes tensors: call it inside a scope. @param index - 0 to `batches` - 1. */
  batch(index: number, cells: readonly [number, number]): TrainingBatch {
    return this.#data.batch(index, cells);
  }

  close(): Promise<void> {
    return this.#data.close();
  }
}
