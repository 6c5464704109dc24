/**
 * Pre-training, from top to bottom. One run is a function of recipe and data: every random choice of a step
 * follows from the seed, the step and the samples' ids, so that a run that was stopped goes on as if it had
 * not been (bit for bit on a CPU with the same number of threads).
 *
 * A run's folder:
 *     recipe.json                     the recipe and the data, as read
 *     log.jsonl                       a line a step: loss and its parts, learning rate, gradient norm
 *     checkpoints/step-….safetensors  the last few states of everything
 *     model/                          the trained model, once training has ended
 */
import { existsSync } from 'node:fs';
import { appendFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Random, SynrayError, UsageError, writeFileAtomic } from '../base/index.js';
import { type DualEncoder, MODEL_FOLDER, saveModel, type TextTokenizer } from '../models/index.js';
import {
  AdamW,
  autocast,
  clipGradNorm,
  cosineWithWarmup,
  cudaAvailable,
  hasFastBf16,
  manualSeed,
  type Parameter,
  type Schedule,
  scope,
  setThreads,
  type Tensor,
} from '../tensor/index.js';
import { AveragedWeights } from './averaged-weights.js';
import { buildModel, buildTokenizer } from './build-model.js';
import { type Checkpoint, Checkpoints, withPrefix } from './checkpoints.js';
import { openPixelCache } from './data/pixel-cache.js';
import { type TrainingBatch, TrainingData } from './data/training-batch.js';
import { Grounding } from './grounding.js';
import { type Objective, objectives } from './objectives/index.js';
import { type PretrainRecipe, recipeFingerprint } from './recipe.js';

export interface PretrainOptions {
  readonly recipe: PretrainRecipe;
  /** Folders of data sets; their samples are mixed as they come. */
  readonly data: readonly string[];
  /** The run's folder. */
  readonly out: string;
  /** Go on from the newest checkpoint in `out`, if there is one. */
  readonly resume?: boolean | undefined;
  /** When it fires, the run saves its state and returns with `finished: false`. */
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: PretrainProgress) => void) | undefined;
}

export interface PretrainProgress {
  /** Steps done. */
  readonly step: number;
  readonly steps: number;
  /** Mean over the last steps. */
  readonly loss: number;
  readonly learningRate: number;
  readonly imagesPerSecond: number;
}

export interface PretrainResult {
  /** The model's folder, for `loadModel`. */
  readonly model: string;
  /** Steps done, over all parts of the run. */
  readonly steps: number;
  /** Seconds spent on them. */
  readonly seconds: number;
  /** Mean over the last steps. */
  readonly loss: number;
  readonly imagesPerSecond: number;
  /** False when the signal ended it early: run again with `resume`. */
  readonly finished: boolean;
}

/** What one step gave: the lines of the log. */
interface StepRecord {
  readonly step: number;
  readonly loss: number;
  readonly [part: string]: number;
}

/** Share of the last step in the loss that is shown. */
const SMOOTHING = 0.05;

/** Steps between writes to the log. */
const LOG_EVERY = 20;

/**
 * Trains a vision-language model.
 * @throws UsageError when `out` holds a run and `resume` is not set, or a run of another recipe or other data.
 * @throws InputError when a data set cannot be read or has no text.
 * @throws SynrayError when the loss is no longer a number, naming the step's samples. Checkpoints stay.
 */
export async function pretrain(options: PretrainOptions): Promise<PretrainResult> {
  const { recipe, out, signal } = options;
  const { steps, batch: batchSize, split } = recipe.training;
  const model = join(out, MODEL_FOLDER);
  const checkpoints = new Checkpoints(join(out, 'checkpoints'), recipe.training.keep);
  refuse(options);

  if (recipe.training.threads !== undefined) setThreads(recipe.training.threads);
  const fallback = join(out, 'cache');
  const caches = [];
  const readings = recipe.augmentation.redraw;
  for (const folder of options.data) {
    caches.push(await openPixelCache(folder, { split, size: recipe.image.size, readings, fallback, signal }));
  }
  const data = new TrainingData(caches, recipe);
  const tokenizer = await buildTokenizer(recipe, data.texts());
  const run = new Run(recipe, data, tokenizer, await buildModel(recipe, tokenizer));
  const fingerprints = { recipe: recipeFingerprint(recipe), data: data.fingerprint };
  const previous = options.resume
    ? await checkpoints.latest(fingerprints.recipe, fingerprints.data)
    : undefined;
  if (previous !== undefined) run.restore(previous);
  const log = await Log.open(join(out, 'log.jsonl'), run.step);
  await writeFileAtomic(
    join(out, 'recipe.json'),
    `${JSON.stringify({ recipe, data: options.data }, null, 2)}\n`,
  );

  const before = { step: run.step, seconds: previous?.head.seconds ?? 0 };
  const started = performance.now();
  const elapsed = () => (performance.now() - started) / 1000;
  const imagesPerSecond = () => ((run.step - before.step) * batchSize) / Math.max(elapsed(), 1e-9);
  const save = async () => {
    await log.flush();
    const head = { ...fingerprints, step: run.step, seconds: before.seconds + elapsed(), loss: run.loss };
    await checkpoints.save({ head: { format: 'synray-checkpoint-1', ...head }, tensors: run.state() });
  };

  while (run.step < steps && signal?.aborted !== true) {
    const record = run.advance();
    await log.add(record);
    options.onProgress?.({
      step: run.step,
      steps,
      loss: run.loss,
      learningRate: record.learningRate!,
      imagesPerSecond: imagesPerSecond(),
    });
    if (run.step % recipe.training.checkpointEvery === 0 && run.step < steps) await save();
    // Lets signals and timers have their turn: a step itself never waits.
    await new Promise(resolve => setImmediate(resolve));
  }

  const result = {
    model,
    steps: run.step,
    seconds: before.seconds + elapsed(),
    loss: run.loss,
    imagesPerSecond: imagesPerSecond(),
    finished: run.step >= steps,
  };
  if (run.step > before.step) await save();
  if (result.finished) {
    run.useAverage();
    const preparation = { size: recipe.image.size, normalisation: 'per-image' } as const;
    await saveModel(model, { encoder: run.model.eval(), tokenizer, preparation });
  }
  run.dispose();
  return result;
}

/** Stops before anything is done where the call cannot be meant. */
function refuse({ recipe, data, out, resume }: PretrainOptions): void {
  if (data.length === 0) {
    throw new UsageError({ fault: 'there is no data to train on', mend: 'name at least one data set' });
  }
  if (recipe.training.device === 'cuda' && !cudaAvailable()) {
    throw new UsageError({
      fault: 'the recipe asks for a GPU and libtorch sees none',
      mend: 'set training.device to cpu, or see synray doctor',
    });
  }
  if (resume !== true && existsSync(join(out, 'checkpoints'))) {
    throw new UsageError({
      file: out,
      fault: 'there is a run already',
      mend: 'add --resume, or choose another --out',
    });
  }
}

/** The state of a run: model, objective, optimiser and the number of steps done. */
class Run {
  step = 0;
  /** Mean over the last steps. */
  loss = Number.NaN;
  readonly #objective: Objective;
  readonly #grounding: Grounding | undefined;
  readonly #optimiser: AdamW;
  readonly #parameters: readonly Parameter[];
  readonly #average: AveragedWeights | undefined;
  readonly #cells: readonly [number, number];
  readonly #schedule: Schedule;
  readonly #halfPrecision: boolean;

  constructor(
    readonly recipe: PretrainRecipe,
    readonly data: TrainingData,
    readonly tokenizer: TextTokenizer,
    readonly model: DualEncoder,
  ) {
    const { training, objective, grounding, image } = recipe;
    const device = training.device;
    this.#objective = objectives.get(objective.name)(objective).to({ device });
    this.#grounding = grounding.weight > 0 ? new Grounding().to({ device }) : undefined;
    model.to({ device }).train();
    this.#parameters = [model, this.#objective, this.#grounding].flatMap(part => part?.parameters() ?? []);
    // Decay shrinks weights of products; biases, norms and learnt scales (at most one dimension) are left alone.
    const matrices = this.#parameters.filter(each => each.ndim > 1);
    const vectors = this.#parameters.filter(each => each.ndim <= 1);
    this.#optimiser = new AdamW(
      [
        { params: matrices, settings: { weightDecay: training.weightDecay } },
        { params: vectors, settings: { weightDecay: 0 } },
      ],
      { lr: training.learningRate },
    );
    this.#average =
      training.average > 0 ? new AveragedWeights(model.stateDict(), training.average) : undefined;
    this.#cells = model.image.cells(image.size);
    this.#halfPrecision = training.precision === 'auto' ? hasFastBf16(device) : training.precision === 'bf16';
    const { warmup, steps: total, floor } = training;
    this.#schedule = cosineWithWarmup({ warmup, total, floor });
  }

  /** Does one step: batch, loss, gradients, clipping, update. */
  advance(): StepRecord {
    const { training } = this.recipe;
    const { step } = this;
    const factor = this.#schedule(step);
    const learningRate = training.learningRate * factor;
    const record = scope(() => {
      // The noise of augmentation and dropout follows from seed and step alone: nothing to save, nothing to drift.
      manualSeed(Random.of(training.seed, 'step', step).bits());
      const batch = this.data.batch(step, this.#cells);
      const loss = this.#halfPrecision
        ? autocast({ device: training.device, dtype: 'bf16' }, () => this.#losses(batch))
        : this.#losses(batch);
      const value = loss.total.item();
      if (!Number.isFinite(value)) throw diverged(step, value, batch);
      this.#optimiser.zeroGrad();
      loss.total.backward();
      const norm = clipGradNorm(
        this.#parameters,
        training.clip > 0 ? training.clip : Number.POSITIVE_INFINITY,
      );
      this.#optimiser.factor = factor;
      this.#optimiser.step();
      const parts = Object.entries(loss.parts).map(([name, part]) => [name, part.item()] as const);
      return { step: step + 1, loss: value, ...Object.fromEntries(parts), learningRate, gradientNorm: norm };
    });
    this.step = step + 1;
    this.#average?.update(this.model.stateDict(), this.step);
    this.loss = Number.isNaN(this.loss) ? record.loss : this.loss + SMOOTHING * (record.loss - this.loss);
    return record;
  }

  #losses(batch: TrainingBatch): { total: Tensor; parts: Record<string, Tensor> } {
    const images = this.model.encodeImages(batch.pictures);
    // Sentences and phrases go through the text encoder together.
    const count = batch.texts.length;
    const tokens = this.tokenizer.batch(
      [...batch.texts, ...(batch.grounding?.phrases ?? [])],
      this.recipe.text.maxTokens,
    );
    const all = this.model.encodeTexts(tokens, this.recipe.training.device);
    const texts = {
      global: all.global.slice(0, 0, count),
      words: all.words.slice(0, 0, count),
      mask: all.mask.slice(0, 0, count),
    };
    const { matches, grounding } = batch;
    const { total, parts } = this.#objective.forward(
      matches === undefined ? { images, texts } : { images, texts, matches },
    );
    if (this.#grounding === undefined || grounding === undefined) return { total, parts };
    const grounded = this.#grounding.forward({
      cells: images.cells,
      phrases: all.global.slice(0, count),
      target: grounding.target,
      known: grounding.known,
    });
    return {
      total: total.add(grounded.mul(this.recipe.grounding.weight)),
      parts: { ...parts, grounding: grounded },
    };
  }

  /** Everything that `restore` needs, by name. */
  state(): Map<string, Tensor> {
    const parts: [string, ReadonlyMap<string, Tensor> | undefined][] = [
      ['model', this.model.stateDict()],
      ['objective', this.#objective.stateDict()],
      ['grounding', this.#grounding?.stateDict()],
      ['optimiser', this.#optimiser.stateDict()],
      ['average', this.#average?.state()],
    ];
    return new Map(
      parts.flatMap(([prefix, state]) =>
        [...(state ?? [])].map(([name, value]) => [`${prefix}.${name}`, value]),
      ),
    );
  }

  restore({ head, tensors }: Checkpoint): void {
    this.model.loadStateDict(withPrefix(tensors, 'model'));
    this.#objective.loadStateDict(withPrefix(tensors, 'objective'));
    this.#grounding?.loadStateDict(withPrefix(tensors, 'grounding'));
    this.#optimiser.loadStateDict(withPrefix(tensors, 'optimiser'), head.step);
    this.#average?.restore(withPrefix(tensors, 'average'));
    this.step = head.step;
    this.loss = head.loss;
  }

  /** Gives the model the averaged weights, if there are any. */
  useAverage(): void {
    if (this.#average !== undefined) this.model.loadStateDict(this.#average.state());
  }

  dispose(): void {
    for (const part of [this.model, this.#objective, this.#grounding]) part?.dispose();
    for (const cache of this.data.caches) {
      cache.pixels.dispose();
      cache.changes?.dispose();
      cache.readings?.dispose();
    }
  }
}

function diverged(step: number, loss: number, batch: TrainingBatch): SynrayError {
  const shown = batch.ids.slice(0, 8).join(', ');
  return new SynrayError({
    fault: `the loss became ${loss} at step ${step + 1}, on samples ${shown}${batch.ids.length > 8 ? ', …' : ''}`,
    mend: 'lower the learning rate or look at these samples, then go on with --resume',
  });
}

/** `log.jsonl`: one line a step, without gaps or repeats however often a run was stopped. */
class Log {
  readonly #file: string;
  #lines: string[] = [];

  private constructor(file: string) {
    this.#file = file;
  }

  /** Opens the log for a run of which `step` steps are done; what was logged after them is taken away. */
  static async open(file: string, step: number): Promise<Log> {
    const lines = existsSync(file) ? (await readFile(file, 'utf8')).split('\n') : [];
    await writeFileAtomic(
      file,
      lines
        .slice(0, step)
        .map(line => `${line}\n`)
        .join(''),
    );
    return new Log(file);
  }

  async add(record: StepRecord): Promise<void> {
    this.#lines.push(`${JSON.stringify(record)}\n`);
    if (this.#lines.length >= LOG_EVERY) await this.flush();
  }

  async flush(): Promise<void> {
    const lines = this.#lines.join('');
    this.#lines = [];
    if (lines !== '') await appendFile(this.#file, lines);
  }
}
