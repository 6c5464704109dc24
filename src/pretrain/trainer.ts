/**
 * Pre-training, from top to bottom. One run is a function of recipe and data: every random choice of a step
 * follows from the seed, the step and the samples' ids, so that a run that was stopped goes on as if it had
 * not been (bit for bit on a CPU with the same number of threads).
 *
 * A run's folder:
 *     recipe.json                     the recipe and the data, as read
 *     log.jsonl                       a line a step: loss and its parts, learning rate, gradient norm, samples
 *     speed.jsonl, machine.json       pictures a second and model FLOPs utilisation; what the machine can do
 *     events/                         the same for TensorBoard
 *     checkpoints/step-….safetensors  the last few states of everything, and the best
 *     model/                          the trained model, once training has ended
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Random, SynrayError, sha256, UsageError, writeFileAtomic } from '../base/index.js';
import { type DualEncoder, MODEL_FOLDER, saveModel, type TextTokenizer } from '../models/index.js';
import {
  AdamW,
  autocast,
  clipGradNorm,
  constantWithWarmup,
  cosineWithWarmup,
  cudaAvailable,
  hasFastBf16,
  manualSeed,
  noGrad,
  type Parameter,
  type Schedule,
  scope,
  setThreads,
  type Tensor,
} from '../tensor/index.js';
import { backwardInParts, encodeInParts, type Rows } from './accumulation.js';
import { AveragedWeights } from './averaged-weights.js';
import { buildModel, buildTokenizer } from './build-model.js';
import { useChannelsLast } from './channels-last.js';
import { type Checkpoint, Checkpoints, withPrefix } from './checkpoints.js';
import type { AssembledBatch } from './data/batch-assembler.js';
import type { TrainingBatch } from './data/training-batch.js';
import { TrainingData } from './data/training-data.js';
import { afterValidation, beforeValidation, hasStalled, type Patience } from './early-stopping.js';
import { encodePart, encoderInputs } from './encoding.js';
import { RunLog, type StepRecord } from './log.js';
import type { ObjectiveLoss } from './objectives/index.js';
import { type PretrainOptions, type PretrainResult, provenance } from './options.js';
import { type PretrainRecipe, recipeFingerprint } from './recipe.js';
import { meetTeam, partOfTeam, type Team } from './team.js';
import { TrainingLoss } from './training-loss.js';
import { peakFlops, stepFlops } from './utilisation.js';
import { Validation } from './validation.js';

/** Share of the last step in the loss that is shown. */
const SMOOTHING = 0.05;

/**
 * Trains a vision-language model.
 * @throws UsageError when `out` holds a run and `resume` is not set, or a run of another recipe or other data.
 * @throws InputError when a data set cannot be read or has no text.
 * @throws SynrayError when the loss is no longer a number, naming the step's samples, or the disk is full.
 * Checkpoints stay.
 */
export async function pretrain(options: PretrainOptions): Promise<PretrainResult> {
  const { out, signal, skipBad } = options;
  const sources = options.data ?? options.recipe.data ?? [];
  refuse(options, sources);
  const { team, own: recipe } = await meetTeam(options.recipe);
  if (recipe.training.threads !== undefined) setThreads(recipe.training.threads);
  const reading = { recipe, data: sources, fallback: join(out, 'cache'), skipBad, signal };
  let data: TrainingData | undefined;
  let validation: Validation | undefined;
  try {
    // What is decoded on first use, the first rank decodes for all.
    data = await team.firstThenRest(() => TrainingData.open(reading));
    // Measured on whole batches, so that more processes measure the same.
    const { batch } = options.recipe.training;
    const whole = { ...reading, recipe: { ...recipe, training: { ...recipe.training, batch } } };
    validation = await team.firstThenRest(() => Validation.open(whole));
    return await train({ ...options, data: sources }, { team, recipe, data, validation });
  } finally {
    await data?.close();
    await validation?.close();
    await team.end();
  }
}

/** With what a process trains. */
interface Means {
  readonly team: Team;
  /** With this process's own share of the batch, device and threads. */
  readonly recipe: PretrainRecipe;
  readonly data: TrainingData;
  readonly validation: Validation | undefined;
}

async function train(
  options: PretrainOptions & Required<Pick<PretrainOptions, 'data'>>,
  means: Means,
): Promise<PretrainResult> {
  const { out, signal } = options;
  const { team, recipe, data, validation } = means;
  const { steps, batch: pairs, checkpointEvery } = options.recipe.training;

  // Where an earlier part of the run left off.
  const checkpoints = new Checkpoints(join(out, 'checkpoints'), recipe.training.keep);
  if (team.writes) await checkpoints.sweep();
  const fingerprints = {
    recipe: recipeFingerprint(options.recipe),
    data: [data.fingerprint, validation?.fingerprint ?? []].flat().join(' '),
  };
  const previous = options.resume
    ? await checkpoints.latest(fingerprints.recipe, fingerprints.data)
    : undefined;
  const before = { step: previous?.head.step ?? 0, seconds: previous?.head.seconds ?? 0 };
  // The first pairs are put together while the model is built. Should that fail, it shows when they are waited for.
  const part = partOfTeam(team);
  const first = data.load(before.step, part);
  first.catch(() => {});

  // The model, as it was or anew.
  const tokenizer = await buildTokenizer(recipe, data.texts());
  const run = new Run(means, tokenizer, await buildModel(recipe, tokenizer), () => signal?.aborted === true);
  if (previous !== undefined) run.restore(previous);
  await run.begin();
  const asRead = `${JSON.stringify({ recipe: options.recipe, data: options.data }, null, 2)}\n`;
  if (team.writes) await writeFileAtomic(join(out, 'recipe.json'), asRead);
  const log = team.writes ? await RunLog.open(out, run.step, () => peakFlops(out, run)) : undefined;

  const started = performance.now();
  const elapsed = () => (performance.now() - started) / 1000;
  const imagesPerSecond = () => ((run.step - before.step) * pairs) / Math.max(elapsed(), 1e-9);
  const save = async () => {
    if (log === undefined) return;
    await log.flush();
    const { step, loss, validated } = run;
    const seconds = before.seconds + elapsed();
    const head = { format: 'synray-checkpoint-1', ...fingerprints, step, seconds, loss } as const;
    await checkpoints.save({ head: { ...head, validation: validated }, tensors: run.state() });
  };

  while (!run.finished && !run.stopped) {
    const record = run.advance(await (run.step === before.step ? first : data.load(run.step, part)));
    const validation = run.validateIfDue();
    await log?.add({ ...record, validation }, run.cost);
    if (team.writes) {
      options.onProgress?.({
        step: run.step,
        steps,
        loss: run.loss,
        learningRate: record.learningRate,
        imagesPerSecond: imagesPerSecond(),
      });
    }
    const best = run.validated.bestStep === run.step;
    if ((run.step % checkpointEvery === 0 || best) && !run.finished) await save();
    // Lets signals and timers have their turn: a step itself never waits.
    await new Promise(resolve => setImmediate(resolve));
  }

  const { best: loss, bestStep: step } = run.validated;
  const result = {
    model: join(out, MODEL_FOLDER),
    steps: run.step,
    seconds: before.seconds + elapsed(),
    loss: run.loss,
    imagesPerSecond: imagesPerSecond(),
    finished: run.finished,
    rank: team.rank,
    ...(loss === undefined || step === undefined ? {} : { best: { step, loss } }),
  };
  if (run.step > before.step) await save();
  if (run.finished && team.writes) {
    if (step !== undefined && step !== run.step) run.restore(await checkpoints.at(step));
    run.useAverage();
    const preparation = { size: recipe.image.size, normalisation: 'per-image' } as const;
    await saveModel(
      result.model,
      { encoder: run.model.eval(), tokenizer, preparation },
      provenance(options, data, result),
    );
  }
  run.dispose();
  return result;
}

/** Stops before anything is done where the call cannot be meant. */
function refuse({ recipe, out, resume }: PretrainOptions, data: readonly unknown[]): void {
  if (data.length === 0) {
    const mend = 'name at least one data set with --data, or in the recipe';
    throw new UsageError({ fault: 'there is no data to train on', mend });
  }
  if (recipe.training.device !== 'cpu' && !cudaAvailable()) {
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

/** The state of a run: model, loss, optimiser, what validation has shown, and the number of steps done. */
class Run {
  step = 0;
  /** Mean over the last steps. */
  loss = Number.NaN;
  validated = beforeValidation;
  /** What the last step took. */
  cost = { seconds: 0, images: 0, flops: 0 };
  readonly device: string;
  readonly precision: 'f32' | 'bf16';
  readonly #loss: TrainingLoss;
  readonly #optimiser: AdamW;
  readonly #parameters: readonly Parameter[];
  readonly #average: AveragedWeights | undefined;
  readonly #cells: readonly [number, number];
  readonly #schedule: Schedule;
  readonly #patience: Patience;

  readonly recipe: PretrainRecipe;
  readonly data: TrainingData;
  readonly validation: Validation | undefined;
  readonly #team: Team;
  /** The ranks have agreed to stop after this step. */
  #stopping = false;

  /** @param asked - Whether this process was asked to stop. */
  constructor(
    { team, recipe, data, validation }: Means,
    readonly tokenizer: TextTokenizer,
    readonly model: DualEncoder,
    readonly asked: () => boolean,
  ) {
    this.#team = team;
    this.recipe = recipe;
    this.data = data;
    this.validation = validation;
    const { training, image } = recipe;
    const { device, precision, channelsLast } = training;
    this.device = device;
    this.precision = precision === 'auto' ? (hasFastBf16(device) ? 'bf16' : 'f32') : precision;
    this.#loss = new TrainingLoss(recipe).to({ device });
    model.to({ device }).train();
    if (channelsLast === 'auto' ? device.startsWith('cuda') : channelsLast) useChannelsLast(model);
    if (training.synchroniseBatchNorm) team.synchroniseBatchNorm(model);
    this.#parameters = [model, this.#loss].flatMap(part => part.parameters());
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
    const { warmup, steps: total, floor, schedule, plateau } = training;
    this.#schedule =
      schedule === 'cosine' ? cosineWithWarmup({ warmup, total, floor }) : constantWithWarmup({ warmup });
    this.#patience = {
      patience: training.validation?.patience ?? 0,
      ...(schedule === 'plateau' ? { plateau: { ...plateau, floor } } : {}),
    };
  }

  /** Whether all steps are done, or validation has shown that more would not help. */
  get finished(): boolean {
    return this.step >= this.recipe.training.steps || hasStalled(this.validated, this.#patience);
  }

  /** Whether to stop before the next step: at once where this process trains alone, else when all have agreed to. */
  get stopped(): boolean {
    return this.#team.size === 1 ? this.asked() : this.#stopping;
  }

  /** Before the first step. */
  begin(): Promise<void> {
    return this.#team.begin(this.step, this.state(), this.#parameters);
  }

  /** Does one step: batch, loss, gradients, clipping, update. */
  advance(assembled: AssembledBatch): StepRecord {
    const { training } = this.recipe;
    const { step } = this;
    const started = performance.now();
    const factor = this.#schedule(step) * this.validated.factor;
    const record = scope(() => {
      // The noise of augmentation and dropout follows from seed and step alone: nothing to save, nothing to drift.
      manualSeed(Random.of(training.seed, 'step', step).bits());
      const batch = this.data.finish(assembled, this.#cells);
      // Ranks share the noise of the whole batch's pictures; what the encoders drop is each one's own.
      if (this.#team.size > 1)
        manualSeed(Random.of(training.seed, 'step', step, 'rank', this.#team.rank).bits());
      this.#optimiser.zeroGrad();
      const loss = this.#backward(batch);
      const gradientNorm = clipGradNorm(this.#parameters, training.clip || Number.POSITIVE_INFINITY);
      if (!Number.isFinite(gradientNorm)) throw diverged(step, 'norm of the gradients', gradientNorm, batch);
      this.#optimiser.factor = factor;
      this.#optimiser.step();
      const parts = Object.entries(loss.parts).map(([name, part]) => [name, part.item()] as const);
      return {
        step: step + 1,
        loss: loss.total.item(),
        ...Object.fromEntries(parts),
        learningRate: training.learningRate * factor,
        gradientNorm,
        samples: sha256(batch.ids.join('\n')).slice(0, 16),
      };
    });
    this.step = step + 1;
    this.#average?.update(this.model.stateDict(), this.step);
    this.loss = Number.isNaN(this.loss) ? record.loss : this.loss + SMOOTHING * (record.loss - this.loss);
    this.cost = {
      ...this.cost,
      seconds: (performance.now() - started) / 1000,
      images: training.batch * this.#team.size,
    };
    return record;
  }

  /** The loss of a batch, and its gradients in the parameters. */
  #backward(batch: TrainingBatch): ObjectiveLoss {
    const { accumulate: parts, seed } = this.recipe.training;
    const inputs = encoderInputs(batch, this.tokenizer, this.recipe.text.maxTokens);
    this.cost.flops = stepFlops(this.model.config, this.recipe.image.size, inputs);
    const team = this.#team;
    const lossOf = (encoded: Rows) => {
      const { rows, batch: whole } = team.whole(encoded, batch);
      const loss = this.#inPrecision(() => this.#loss.forward(rows, whole));
      const value = loss.total.item();
      const { stop, broken } = team.agree({ stop: this.asked(), broken: !Number.isFinite(value) });
      if (broken === team.rank) throw diverged(this.step, 'loss', value, batch);
      if (broken !== undefined) throw elsewhere(this.step, broken);
      this.#stopping = stop;
      return loss;
    };
    if (parts === 1) {
      const loss = lossOf(this.#inPrecision(() => encodePart(this.model, inputs, this.#encoding)));
      team.backward(loss.total);
      return loss;
    }
    const loss = backwardInParts({
      parts,
      encode: part => {
        const own = team.size > 1 ? ['rank', team.rank] : [];
        manualSeed(Random.of(seed, 'part', this.step, part, ...own).bits());
        return this.#inPrecision(() => encodePart(this.model, inputs, this.#encoding, part, parts));
      },
      lossOf,
      state: this.model.namedBuffers().map(([, buffer]) => buffer),
    });
    team.averageGradients(this.#parameters);
    return loss;
  }

  /** The mean loss on the validation split after the steps where the recipe asks for it, and takes note of it. */
  validateIfDue(): number | undefined {
    const { validation } = this.recipe.training;
    if (this.validation === undefined || validation === undefined) return undefined;
    if (this.step % validation.every !== 0 && this.step !== this.recipe.training.steps) return undefined;
    const state = this.model.stateDict();
    const measure = () => this.#validate(this.validation!);
    const loss = this.#average === undefined ? measure() : this.#average.lend(state, measure);
    this.validated = afterValidation(this.validated, { loss, step: this.step }, this.#patience);
    return loss;
  }

  #validate(validation: Validation): number {
    const { rank, size } = this.#team;
    // Each rank has the memory for its share of a batch.
    const parts = this.recipe.training.accumulate * size;
    this.model.eval();
    this.#loss.eval();
    let sum = 0;
    for (let index = rank; index < validation.batches; index += size) {
      sum += scope(() =>
        noGrad(() => {
          const batch = validation.batch(index, this.#cells);
          const inputs = encoderInputs(batch, this.tokenizer, this.recipe.text.maxTokens);
          const rows = encodeInParts(parts, part =>
            this.#inPrecision(() => encodePart(this.model, inputs, this.#encoding, part, parts)),
          );
          return this.#inPrecision(() => this.#loss.forward(rows, batch)).total.item();
        }),
      );
    }
    this.model.train();
    this.#loss.train();
    return this.#team.sum(sum) / validation.batches;
  }

  get #encoding() {
    return { device: this.device, cells: this.#loss.readsCells };
  }

  #inPrecision<T>(work: () => T): T {
    return this.precision === 'bf16' ? autocast({ device: this.device, dtype: 'bf16' }, work) : work();
  }

  /** Everything that `restore` needs, by name. */
  state(): Map<string, Tensor> {
    const parts: [string, ReadonlyMap<string, Tensor> | undefined][] = [
      ['model', this.model.stateDict()],
      ['loss', this.#loss.stateDict()],
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
    this.#loss.loadStateDict(withPrefix(tensors, 'loss'));
    this.#optimiser.loadStateDict(withPrefix(tensors, 'optimiser'), head.step);
    this.#average?.restore(withPrefix(tensors, 'average'));
    this.step = head.step;
    this.loss = head.loss;
    this.validated = head.validation;
  }

  /** Gives the model the averaged weights, if there are any. */
  useAverage(): void {
    if (this.#average !== undefined) this.model.loadStateDict(this.#average.state());
  }

  dispose(): void {
    this.model.dispose();
    this.#loss.dispose();
  }
}

/** Where another rank's loss is no number, this one stops as well. */
function elsewhere(step: number, rank: number): SynrayError {
  return new SynrayError({
    fault: `rank ${rank} has a loss that is no number at step ${step + 1}`,
    mend: 'see its last lines, which name the samples',
  });
}

function diverged(step: number, what: string, value: number, batch: TrainingBatch): SynrayError {
  const shown = batch.ids.slice(0, 8).join(', ');
  return new SynrayError({
    fault: `the ${what} became ${value} at step ${step + 1}, on samples ${shown}${batch.ids.length > 8 ? ', …' : ''}`,
    mend: 'lower the learning rate or look at these samples, then go on with --resume',
  });
}
