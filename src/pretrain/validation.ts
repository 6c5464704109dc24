import { InputError } from '../base/index.js';
import { openDataset } from '../data/index.js';
import { openPixelCache, type PixelCache } from './data/pixel-cache.js';
import { type TrainingBatch, TrainingData } from './data/training-batch.js';
import { AugmentationSettings, type PretrainRecipe } from './recipe.js';

/** Pictures as they are. */
const noAugmentation = AugmentationSettings.parse({
  zoom: [1, 1],
  aspect: [1, 1],
  rotation: 0,
  shift: 0,
  gamma: [1, 1],
  contrast: [1, 1],
  brightness: 0,
  blur: 0,
  noise: 0,
});

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
  static async open(
    recipe: PretrainRecipe,
    folders: readonly string[],
    options: { fallback: string; signal: AbortSignal | undefined },
  ): Promise<Validation | undefined> {
    const { validation, batch } = recipe.training;
    if (validation === undefined) return undefined;
    const { split } = validation;
    const caches = [];
    for (const folder of folders) {
      if ((await openDataset(folder)).count(split) === 0) continue;
      caches.push(await openPixelCache(folder, { split, size: recipe.image.size, ...options }));
    }
    const count = caches.reduce((sum, cache) => sum + cache.samples.length, 0);
    if (count < 2) {
      throw new InputError({
        file: folders.join(', '),
        fault: `split "${split}" holds ${count} pairs to validate on`,
        mend: 'make a data set with this split, name another in training.validation, or leave that out',
      });
    }
    const pairs = Math.min(batch, count);
    const data = new TrainingData(caches, {
      ...recipe,
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

  get caches(): readonly PixelCache[] {
    return this.#data.caches;
  }
}
