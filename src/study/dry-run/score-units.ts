import { tasks } from '../../evaluate/index.js';
import type { Study, TaskRecipe } from '../recipe/index.js';
import type { Training } from '../run/trainings.js';
import { type DataUnits, type Splits, samplesOf } from './data-units.js';
import type { DoneStage } from './done.js';
import type { PlannedUnit } from './plan.js';
import { type Rehearsal, Stopwatch } from './rehearsal.js';
import type { TrainingUnits } from './training-units.js';

/** How a task was seen to go. */
interface TaskPace {
  /** Seconds a picture that is read, or goes through the network in training. */
  readonly secondsEach: number;
  /** Seconds besides: loading the model, reading prompts. */
  readonly beginning: number;
  readonly basis: string;
}

/** Rounds of the bootstrap in a trial; those of the study go over more pictures, and are quick beside the reading. */
const ROUNDS = 20;
/** Most steps of a training within a task. */
const STEPS = 6;
/** Bytes that a score leaves a picture: rows of a few numbers. */
const BYTES_PER_PICTURE = 200;

/** Tries each task on the models that were tried and says what each score takes. */
export class ScoreUnits {
  readonly #paces = new Map<string, TaskPace | string>();

  constructor(
    readonly study: Study,
    readonly data: DataUnits,
    readonly trainings: TrainingUnits,
    readonly rehearsal: Rehearsal,
    readonly done: ReadonlyMap<string, DoneStage>,
  ) {}

  async unit(training: Training, name: string, task: TaskRecipe): Promise<PlannedUnit> {
    const stage = `score/${training.name}/${name}`;
    const earlier = this.done.get(stage);
    const { splits } = this.data.expected.get(task.data)!;
    const pictures = picturesOf(task, splits);
    const pace = await this.paceOf(training, name, task);
    const isKnown = typeof pace !== 'string' && pictures !== undefined;
    const unknown = [
      ...(typeof pace === 'string' ? [pace] : []),
      ...(pictures === undefined ? [`how many pictures ${task.data} has is not known`] : []),
    ];
    return {
      kind: 'score',
      name: stage,
      label: `${training.name}: ${task.title ?? name}`,
      needs: [`train/${training.name}`, `data/${task.data}`],
      done: earlier !== undefined,
      amount: pictures === undefined ? 'unknown' : `${pictures} pictures`,
      seconds: earlier?.seconds ?? (isKnown ? pace.beginning + pace.secondsEach * pictures : null),
      bytes: pictures === undefined ? null : pictures * BYTES_PER_PICTURE,
      tokens: 0,
      gpuHours: 0,
      basis: earlier !== undefined ? 'done in an earlier run' : typeof pace === 'string' ? '' : pace.basis,
      unknown: earlier === undefined ? unknown : [],
    };
  }

  /** Tries the task, unless one that costs the same was tried. @returns the pace, or why it is not known. */
  async paceOf(training: Training, name: string, task: TaskRecipe): Promise<TaskPace | string> {
    const key = costKey(training, task);
    const known = this.#paces.get(key);
    if (known !== undefined) return known;
    const pace = await this.#measure(training, name, task);
    this.#paces.set(key, pace);
    return pace;
  }

  async #measure(training: Training, name: string, task: TaskRecipe): Promise<TaskPace | string> {
    const method = await this.trainings.modelOf(training);
    if (method === undefined) return 'there is no model of this method here to try it with';
    const { tried } = this.data.expected.get(task.data)!;
    if (tried === undefined) return `${task.data} is not here to try it on`;
    if (this.rehearsal.isLate) {
      const other = [...this.#paces].find(
        ([key, pace]) => key.startsWith(`${task.task} `) && typeof pace !== 'string',
      )?.[1];
      if (other === undefined || typeof other === 'string') return 'there was no time left to try it';
      return { ...other, basis: `${other.basis}, with another model or other settings` };
    }
    const watch = new Stopwatch();
    try {
      await tasks.get(task.task).evaluate({
        ...small(task),
        model: method.model,
        data: tried.folder,
        split: task.split !== undefined && task.split in tried.splits ? task.split : undefined,
        rounds: ROUNDS,
        seed: this.study.intervals.seed,
        out: this.rehearsal.place('score.json'),
        signal: this.rehearsal.signal,
        onProgress: watch.mark,
      });
    } catch (error) {
      this.rehearsal.signal?.throwIfAborted();
      const fault = error instanceof Error ? error.message : String(error);
      return `it could not be tried on ${tried.samples} samples: ${fault.replaceAll(tried.folder, task.data)}`;
    }
    const secondsEach = watch.each();
    const whole = watch.seconds;
    const beginning = Math.max(0, whole - secondsEach * tried.samples);
    const basis = `asked of a model that was trained for a few steps, on ${tried.samples} samples, now and here`;
    this.rehearsal.measured(`${training.method}: ${task.title ?? name}`, 1 / secondsEach, 'pictures', basis);
    return { secondsEach, beginning: Math.min(beginning, 5), basis };
  }
}

/** The same for scores of which a picture costs the same. */
function costKey({ recipe, method }: Training, task: TaskRecipe): string {
  const { image, objective, grounding } = recipe;
  const ofPictures = task.task === 'fine-tune' || task.task === 'segmentation';
  const model = ofPictures
    ? [image.form, image.size, image.width]
    : [method, image, objective.name, grounding.weight > 0];
  const { share: _, ...options } = task.options;
  return `${task.task} ${JSON.stringify([model, options, task.data])}`;
}

/** The options of a task for a trial: a few steps, and all labels, since a share of few samples is none. */
function small({ task, options }: TaskRecipe): Record<string, unknown> {
  const fewer: Record<string, unknown> = { ...options };
  if (task === 'fine-tune' || task === 'segmentation') {
    fewer.share = [100];
    if (fewer.folds !== undefined) fewer.folds = 2;
  }
  if (task === 'segmentation') fewer.steps = STEPS;
  if (task === 'fine-tune') fewer.epochs = 1;
  if (task === 'retrieval') fewer.gallery = 16;
  return fewer;
}

/** Steps that fine-tuning of the whole network takes at least, and its defaults. */
const FINE_TUNE = { steps: 100, epochs: 15, batch: 32 };
const SEGMENTATION = { steps: 400, batch: 16 };
const FOLDS = 5;

/** Pictures that are read and, where something is trained, shown in training. */
function picturesOf({ task, split, options }: TaskRecipe, splits: Splits | undefined): number | undefined {
  if (splits === undefined) return undefined;
  const all = samplesOf(splits)!;
  const asked = split ?? ('test' in splits ? 'test' : undefined);
  const scored = asked === undefined ? all : (splits[asked] ?? 0);
  const number = (key: string, usual: number) =>
    typeof options[key] === 'number' ? (options[key] as number) : usual;
  if (task !== 'fine-tune' && task !== 'segmentation') return scored;
  const bySplit =
    'train' in splits && asked !== undefined && asked !== 'train' && options.folds === undefined;
  const folds = bySplit ? 1 : number('folds', FOLDS);
  const train = bySplit ? splits.train! : (all * (folds - 1)) / folds;
  const shares = [options.share ?? 100].flat().map(Number);
  if (task === 'segmentation') {
    const steps = number('steps', SEGMENTATION.steps) * number('batch', SEGMENTATION.batch);
    return all + shares.length * folds * steps;
  }
  if (options.mode !== 'full') return all;
  const batch = number('batch', FINE_TUNE.batch);
  const stepsOf = (share: number) =>
    Math.max(FINE_TUNE.steps, (train * share * number('epochs', FINE_TUNE.epochs)) / 100 / batch);
  return Math.round(all + shares.reduce((sum, share) => sum + folds * stepsOf(share) * batch, 0));
}
