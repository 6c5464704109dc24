import { decodeGrey, openDataset } from '../../data/index.js';
import { encoderFlops } from '../../models/index.js';
import { modelConfig, type PretrainRecipe, pretrain } from '../../pretrain/index.js';
import { cudaAvailable } from '../../tensor/index.js';
import type { Study } from '../recipe/index.js';
import type { Training } from '../run/trainings.js';
import { type DataUnits, samplesOf } from './data-units.js';
import type { DoneStage } from './done.js';
import type { PlannedUnit } from './plan.js';
import { bytesOf, type Rehearsal } from './rehearsal.js';
import { type TriedData, tryStandIn } from './tried-data.js';

/** A method that was tried for a few steps. */
export interface TriedMethod {
  /** The model that came out, for trying tasks. */
  readonly model: string;
  readonly secondsPerStep: number;
  /** Bytes of a run: model, checkpoints, logs. */
  readonly bytes: number;
  /** Seconds to decode a picture for the cache. */
  readonly decoding: number;
}

/** What is known of how a method trains. */
interface MethodPace {
  readonly tried: TriedMethod | undefined;
  readonly secondsPerStep: number | null;
  readonly basis: string;
  readonly unknown: readonly string[];
}

/** Steps that are taken; the first wakes threads and is not counted. */
const STEPS = 4;
/** A step of more floating-point operations than this is not tried on a processor: it would take half a minute. */
const MOST_FLOPS = 6e11;
const GIB = 2 ** 30;
/** Bytes a number that is trained takes: itself, its gradient and AdamW's two moments, in 32 bits. */
const BYTES_PER_PARAMETER = 16;

/** Tries each method for a few steps and says what each training takes. */
export class TrainingUnits {
  readonly #tried = new Map<string, MethodPace>();
  /** Data set, size and what is kept with it: decoded once for all trainings. */
  readonly #decoded = new Set<string>();
  #standIn: Promise<TriedData> | undefined;

  constructor(
    readonly study: Study,
    readonly data: DataUnits,
    readonly rehearsal: Rehearsal,
    readonly done: ReadonlyMap<string, DoneStage>,
  ) {}

  async unit(training: Training): Promise<PlannedUnit> {
    const { recipe, arm, name, method } = training;
    const stage = `train/${name}`;
    const earlier = this.done.get(stage);
    const whole = this.#lookFor(stage, recipe);
    const pace = await this.paceOf(training, whole);
    const { steps, batch } = recipe.training;
    const { tried } = pace;
    const gpus = recipe.training.device === 'cpu' ? 0 : 1;
    const reading = this.#firstReading(training, tried);
    const seconds = pace.secondsPerStep === null ? null : pace.secondsPerStep * steps + reading.seconds;
    const bytes = tried === undefined || reading.bytes === null ? null : tried.bytes + reading.bytes;
    const unknown = [...pace.unknown, ...(bytes === null ? ['how much disk it takes was not seen'] : [])];
    return {
      kind: 'training',
      name: stage,
      label: `${name}: training`,
      needs: Object.keys(arm.data).map(each => `data/${each}`),
      done: earlier !== undefined,
      amount: `${steps} steps of ${batch} pairs with ${method}`,
      seconds: earlier?.seconds ?? seconds,
      bytes,
      tokens: 0,
      gpuHours: gpus === 0 ? 0 : seconds === null ? null : (seconds * gpus) / 3600,
      basis: earlier === undefined ? pace.basis : 'done in an earlier run',
      unknown: earlier === undefined ? unknown : [],
    };
  }

  /** A model of the method, to try tasks with. */
  async modelOf(training: Training): Promise<TriedMethod | undefined> {
    return (await this.paceOf(training, this.#lookFor(`train/${training.name}`, training.recipe))).tried;
  }

  /** @param whole - Whether all that the method names is there. */
  async paceOf(training: Training, whole: boolean): Promise<MethodPace> {
    const { training: settings, ...rest } = training.recipe;
    const { steps: _, seed: __, checkpointEvery: ___, keep: ____, ...costly } = settings;
    const key = JSON.stringify([rest, costly]);
    const known = this.#tried.get(key);
    if (known !== undefined) return known;
    const pace = await this.#measure(training, whole);
    this.#tried.set(key, pace);
    return pace;
  }

  async #measure(training: Training, whole: boolean): Promise<MethodPace> {
    const { recipe, method } = training;
    const flops = await flopsOf(recipe, whole);
    const isHere = recipe.training.device === 'cpu' || cudaAvailable();
    const tooMuch = flops.step > MOST_FLOPS && recipe.training.device === 'cpu';
    if (whole && isHere && !tooMuch && !this.rehearsal.isLate) {
      try {
        const tried = await this.#try(training);
        const each = `${recipe.training.batch} pairs`;
        this.rehearsal.measured(
          `train ${training.arm.ablation === undefined ? method : training.name}`,
          1 / tried.secondsPerStep,
          `steps of ${each}`,
          `${STEPS} steps`,
        );
        return {
          tried,
          secondsPerStep: tried.secondsPerStep,
          basis: `${STEPS} steps were taken, now and here`,
          unknown: [],
        };
      } catch (error) {
        this.rehearsal.signal?.throwIfAborted();
        this.rehearsal.missing.fault(`train/${training.name}`, 'setting', `method ${method}`, error);
        const why = 'a few steps of it could not be taken';
        return { tried: undefined, secondsPerStep: null, basis: '', unknown: [why] };
      }
    }
    return this.#counted(training, flops);
  }

  /** From its floating-point operations: by the GPU that the recipe names, or by another method that was tried. */
  async #counted({ recipe, method, name }: Training, flops: Flops): Promise<MethodPace> {
    const { gpu } = this.rehearsal.figures;
    const words = `${(flops.step / 1e12).toPrecision(3)} TFLOP a step${flops.assumed === '' ? '' : `, ${flops.assumed}`}`;
    if (recipe.training.device !== 'cpu') {
      if (gpu === undefined) {
        const why = `no figure says how fast the GPU is (${words}): give compute.gpu`;
        return { tried: undefined, secondsPerStep: null, basis: words, unknown: [why] };
      }
      const need = (flops.parameters * BYTES_PER_PARAMETER) / GIB;
      if (need > gpu.memory) {
        this.rehearsal.missing.add(`train/${name}`, {
          kind: 'device',
          what: `memory of ${gpu.name}`,
          fault: `weights, gradients and moments alone take ${need.toFixed(0)} GiB`,
          mend: 'train on a larger GPU',
        });
      }
      const perSecond = (gpu.teraflops * 1e12 * gpu.utilisation) / flops.step;
      const source = `${words} on ${gpu.name} at ${Math.round(100 * gpu.utilisation)} % of ${gpu.teraflops} TFLOP/s: ${gpu.source}`;
      this.rehearsal.stated(`train ${method}`, perSecond, `steps of ${recipe.training.batch} pairs`, source);
      return { tried: undefined, secondsPerStep: 1 / perSecond, basis: source, unknown: [] };
    }
    const other = this.#speedSeen();
    if (other !== undefined) {
      const basis = `${words}, at the speed at which another method was trained here`;
      return { tried: undefined, secondsPerStep: flops.step / other, basis, unknown: [] };
    }
    const why = this.rehearsal.isLate
      ? 'there was no time left to try it'
      : 'it is too large to be tried here';
    return { tried: undefined, secondsPerStep: null, basis: words, unknown: [`${why} (${words})`] };
  }

  /** FLOPs a second of the methods that were tried: the slowest, so as not to promise too much. */
  #flopsSeen: number[] = [];
  #speedSeen(): number | undefined {
    return this.#flopsSeen.length === 0 ? undefined : Math.min(...this.#flopsSeen);
  }

  async #try(training: Training): Promise<TriedMethod> {
    const { recipe } = training;
    const data = await this.#dataFor(training);
    const out = this.rehearsal.place('model');
    const { training: settings, ...rest } = recipe;
    const { validation: _, schedule, ...kept } = settings;
    const few: PretrainRecipe = {
      ...rest,
      training: {
        ...kept,
        // Watches a split that the trial does not have.
        schedule: schedule === 'plateau' ? 'constant' : schedule,
        split: 'train' in data.splits ? 'train' : Object.keys(data.splits)[0]!,
        steps: STEPS,
      },
      image: { ...rest.image, upscale: true },
    };
    const moments: number[] = [];
    const { model } = await pretrain({
      recipe: few,
      data: [data.folder],
      out,
      signal: this.rehearsal.signal,
      onProgress: () => moments.push(performance.now() / 1000),
    });
    const gaps = moments.slice(1).map((moment, index) => moment - moments[index]!);
    gaps.sort((a, b) => a - b);
    const secondsPerStep = gaps[Math.floor(gaps.length / 2)]!;
    this.#flopsSeen.push((await flopsOf(recipe, true)).step / secondsPerStep);
    const decoding = await decodingTime(data.folder, recipe.image.size);
    return { model, secondsPerStep, bytes: await bytesOf(out), decoding };
  }

  /** A small data set of those that the arm trains on, or one that stands in for it. */
  async #dataFor({ arm, recipe }: Training): Promise<TriedData> {
    const { twins, augmentation, image } = recipe;
    const special = twins.weight > 0 || augmentation.redraw;
    for (const name of Object.keys(arm.data)) {
      const { tried } = this.data.expected.get(name)!;
      const source = this.study.sources.get(name)!;
      const flags = source.generate?.image;
      const fits = !special || (flags !== undefined && (!augmentation.redraw || flags.attenuation));
      if (tried !== undefined && fits && (twins.weight === 0 || flags?.twins === true)) return tried;
    }
    const needs = { size: image.size, twins: twins.weight > 0, attenuation: augmentation.redraw };
    if (special) return tryStandIn(needs, this.rehearsal);
    this.#standIn ??= tryStandIn(needs, this.rehearsal);
    return this.#standIn;
  }

  /** Decoding the data for the cache beside them, the first time that they are trained on at this size. */
  #firstReading({ arm, recipe }: Training, tried: TriedMethod | undefined) {
    let [seconds, bytes]: [number, number | null] = [0, 0];
    const { size } = recipe.image;
    for (const name of Object.keys(arm.data)) {
      const key = JSON.stringify([name, size, recipe.twins.weight > 0, recipe.augmentation.redraw]);
      if (this.#decoded.has(key)) continue;
      this.#decoded.add(key);
      const { splits } = this.data.expected.get(name)!;
      const samples = splits?.[recipe.training.split] ?? samplesOf(splits);
      if (samples === undefined) bytes = null;
      else {
        seconds += samples * (tried?.decoding ?? 0);
        if (bytes !== null) bytes += samples * size * size;
      }
    }
    return { seconds, bytes };
  }

  /** Says what is missing of a method. @returns whether all is there. */
  #lookFor(stage: string, { image, text, training }: PretrainRecipe): boolean {
    const { missing } = this.rehearsal;
    const mend = 'put the weights there, or correct the path';
    const paths = [image.weights, text.weights, text.tokenizer];
    const there = paths.map(path => missing.path(stage, 'weights', path, mend));
    if (training.device !== 'cpu' && !cudaAvailable()) {
      missing.add(stage, {
        kind: 'device',
        what: `GPU (training.device: ${training.device})`,
        fault: 'libtorch sees none',
        mend: 'run the study where there is one, or set training.device: cpu; synray doctor says more',
      });
    }
    return there.every(each => each);
  }
}

interface Flops {
  /** Floating-point operations of a training step: two a multiply-add, backward twice as much as forward. */
  readonly step: number;
  /** Numbers of the encoders, roughly: for memory. */
  readonly parameters: number;
  /** What was taken for granted. */
  readonly assumed: string;
}

/** @param whole - Whether the weights are there; else the sizes that the recipe says are taken. */
async function flopsOf(recipe: PretrainRecipe, whole: boolean): Promise<Flops> {
  const { weights: _, ...image } = recipe.image;
  const { weights: __, tokenizer: ___, ...text } = recipe.text;
  const config = await modelConfig(whole ? recipe : { ...recipe, image, text }, text.vocabulary);
  const cost = encoderFlops(config, recipe.image.size, text.maxTokens);
  const { batch, accumulate } = recipe.training;
  // A batch in parts goes forward once more.
  const passes = accumulate > 1 ? 4 : 3;
  const { hidden_size: hidden, num_hidden_layers: layers, intermediate_size: inner } = config.text;
  const words = layers * (4 * hidden ** 2 + 2 * hidden * inner) + config.text.vocab_size * hidden;
  const assumed = whole
    ? ''
    : `with ${recipe.image.form} and a text encoder of ${layers} layers of ${hidden} as the recipe says, since weights are not there`;
  return { step: 2 * passes * batch * (cost.image + cost.text), parameters: words, assumed };
}

/** Seconds to decode one picture at the size that is trained with, with all threads. */
async function decodingTime(folder: string, size: number): Promise<number> {
  const dataset = await openDataset(folder);
  const pictures: Uint8Array[] = [];
  for await (const { image } of dataset.samples()) {
    pictures.push(image.bytes);
    if (pictures.length === 32) break;
  }
  const started = performance.now();
  await Promise.all(pictures.map(bytes => decodeGrey(bytes, { size, source: folder })));
  return (performance.now() - started) / 1000 / Math.max(1, pictures.length);
}
