import { sha256 } from '../../base/index.js';
import type { DataSource, PretrainRecipe } from '../recipe.js';
import {
  type AssembledBatch,
  BatchAssembler,
  type BatchPart,
  type WeightedCache,
  WHOLE,
} from './batch-assembler.js';
import { BatchLoader } from './batch-loader.js';
import { openPixelCache } from './pixel-cache.js';
import { nameOf } from './statements.js';
import { finishBatch, type TrainingBatch } from './training-batch.js';

/** Most samples of a data set whose texts are read for a vocabulary: more would not change it. */
const READ_FOR_WORDS = 20_000;

export interface OpenDataOptions {
  /** Folders of data sets, with weights or without. */
  readonly data: readonly (string | DataSource)[];
  readonly recipe: PretrainRecipe;
  /** Where decoded pictures go when a data set's folder cannot be written to. */
  readonly fallback: string;
  /** Leave out samples and shards that cannot be read, and say which. */
  readonly skipBad?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The pairs of one or more data sets, dealt out by step. Every batch is a function of recipe, data and step. */
export class TrainingData {
  /** Number of samples of all data sets. */
  readonly count: number;
  /** Names the data and their weights: a run can only go on with the same. */
  readonly fingerprint: string;
  readonly #recipe: PretrainRecipe;
  readonly #assembler: BatchAssembler;
  #loader: BatchLoader | undefined;

  /**
   * Opens the data sets; each is decoded on first use.
   * @throws InputError, UsageError as {@link openPixelCache} and the constructor do.
   */
  static async open({ data, recipe, fallback, skipBad, signal }: OpenDataOptions): Promise<TrainingData> {
    const { training, image, augmentation, twins } = recipe;
    const sources: WeightedCache[] = [];
    try {
      for (const source of data) {
        const { folder, weight } =
          typeof source === 'string' ? { folder: source, weight: undefined } : source;
        const cache = await openPixelCache(folder, {
          split: training.split,
          size: image.size,
          upscale: image.upscale,
          readings: augmentation.redraw,
          twins: twins.weight > 0,
          skipBad,
          fallback,
          signal,
        });
        sources.push({ cache, weight });
      }
      return new TrainingData(sources, recipe);
    } catch (error) {
      for (const { cache } of sources) cache.close();
      throw error;
    }
  }

  /** @throws UsageError when the recipe asks for redrawn displays or twins and no cache has what they need. */
  constructor(
    readonly sources: readonly WeightedCache[],
    recipe: PretrainRecipe,
  ) {
    this.#recipe = recipe;
    this.#assembler = new BatchAssembler(sources, recipe);
    this.count = sources.reduce((sum, { cache }) => sum + cache.count, 0);
    this.fingerprint = sha256(
      JSON.stringify(sources.map(({ cache, weight }) => [cache.fingerprint, weight ?? null])),
    );
  }

  /** Sentences and bare names that training may show, for learning a vocabulary: of 20,000 samples a data set. */
  *texts(): Generator<string> {
    for (const { cache } of this.sources) {
      const read = Math.min(cache.count, READ_FOR_WORDS);
      for (let place = 0; place < read; place++) {
        const { statements } = cache.sample(Math.floor((place * cache.count) / read));
        for (const { text, claims } of statements) {
          yield text;
          for (const claim of claims) yield nameOf(claim, true);
        }
      }
    }
  }

  /**
   * The pairs of a step, assembled in a thread of their own where there is a build, and one ahead: the next step's are
   * begun with. Give them to {@link finish}.
   * @param step - 0 for the first.
   * @throws InputError when a cache is damaged. @throws SynrayError when the thread died.
   */
  load(step: number, part: BatchPart = WHOLE): Promise<AssembledBatch> {
    this.#loader ??= new BatchLoader(this.sources, this.#recipe, this.#assembler);
    return this.#loader.load(step, part);
  }

  /**
   * Makes tensors of the pairs and varies the pictures on the recipe's device. Call it inside a scope.
   * @param cells - h and w of the image encoder's map.
   */
  finish(assembled: AssembledBatch, cells: readonly [number, number]): TrainingBatch {
    return finishBatch(assembled, this.#recipe, cells);
  }

  /** The pairs of a step at once, in this thread: the same as `finish(await load(step))`. Call it inside a scope. */
  batch(step: number, cells: readonly [number, number], part: BatchPart = WHOLE): TrainingBatch {
    return this.finish(this.#assembler.assemble(step, part), cells);
  }

  /** Ends the thread and closes the caches. */
  async close(): Promise<void> {
    await this.#loader?.close();
    for (const { cache } of this.sources) cache.close();
  }
}
