import { cp, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeGrey, openDataset } from '../data/index.js';
import { loadModel } from '../models/index.js';
import { liveTensors, readSafetensors } from '../tensor/index.js';
import { SQUARES_SIZE, writeSquares } from './__fixtures__/squares.js';
import type { StepRecord } from './log.js';
import { PretrainRecipe } from './recipe.js';
import { pretrain } from './trainer.js';

/** A small model, so that a step takes milliseconds. */
const recipeOf = (training: object, rest: object = {}) =>
  PretrainRecipe.parse({
    objective: { name: 'convirt' },
    sharedTextPositive: true,
    grounding: { weight: 1 },
    image: { size: SQUARES_SIZE, form: 'slim', width: 0.5 },
    text: { hidden: 32, layers: 1, heads: 2, intermediate: 64, vocabulary: 120, phraseShare: 0.3 },
    projection: { hidden: 32, dimension: 32 },
    training: { batch: 16, warmup: 4, average: 0.9, seed: 5, threads: 1, ...training },
    ...rest,
  });

let home: string;
let data: string[];
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'synray-pretrain-'));
  data = [join(home, 'squares')];
  await writeSquares(data[0]!, 96);
});
afterAll(() => rm(home, { recursive: true, force: true }));

const logOf = async (out: string) => readFile(join(out, 'log.jsonl'), 'utf8');
const recordsOf = async (out: string) =>
  (await logOf(out))
    .trim()
    .split('\n')
    .map(line => JSON.parse(line) as StepRecord);
const weightsOf = async (out: string) => readFile(join(out, 'model', 'model.safetensors'));

describe('pretrain', () => {
  it('learns what the pictures show: the right words win, and the right cells', async () => {
    const out = join(home, 'learns');
    const result = await pretrain({ recipe: recipeOf({ steps: 60, learningRate: 3e-3 }), data, out });
    expect(result).toMatchObject({ steps: 60, finished: true, model: join(out, 'model') });
    const losses = (await recordsOf(out)).map(({ loss }) => loss);
    expect(losses).toHaveLength(60);
    const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    expect(mean(losses.slice(-10))).toBeLessThan(0.7 * mean(losses.slice(0, 5)));

    const model = await loadModel(out);
    const [positive, negative] = await Promise.all(
      ['lung nodule', 'no lung nodule'].map(text => model.encodeTexts([text])),
    );
    const dataset = await openDataset(data[0]!);
    const scores = { present: [] as number[], absent: [] as number[] };
    let found = 0;
    for await (const sample of dataset.samples('train')) {
      const { pixels } = await decodeGrey(sample.image.bytes, { size: SQUARES_SIZE, source: sample.id });
      const { global, map, cells, dimension } = await model.encodeImages(pixels, 1);
      const along = (text: Float32Array) =>
        global.reduce((sum, value, place) => sum + value * text[place]!, 0);
      const nodule = sample.regions.find(region => region.concept === 'lung nodule');
      scores[nodule === undefined ? 'absent' : 'present'].push(along(positive!) - along(negative!));
      if (nodule === undefined) continue;
      const count = cells[0] * cells[1];
      const heat = Array.from({ length: count }, (_, cell) => {
        let sum = 0;
        for (let axis = 0; axis < dimension; axis++) sum += map[axis * count + cell]! * positive![axis]!;
        return sum;
      });
      const best = heat.indexOf(Math.max(...heat));
      const column = ((best % cells[1]) + 0.5) / cells[1];
      const row = (Math.floor(best / cells[1]) + 0.5) / cells[0];
      const [left, top, right, bottom] = nodule.box;
      if (Math.abs(column - (left + right) / 2) < 0.25 && Math.abs(row - (top + bottom) / 2) < 0.25) found++;
    }
    const pairs = scores.present.flatMap(present => scores.absent.map(absent => Number(present > absent)));
    expect(mean(pairs)).toBeGreaterThan(0.85);
    expect(found / scores.present.length).toBeGreaterThan(0.8);
  });

  it('goes on after a stop as if there had been none, bit for bit', async () => {
    const whole = join(home, 'whole');
    const recipe = recipeOf({ steps: 6, checkpointEvery: 2 });
    await pretrain({ recipe, data, out: whole });

    const halves = join(home, 'halves');
    const stop = new AbortController();
    const first = await pretrain({
      recipe,
      data,
      out: halves,
      signal: stop.signal,
      onProgress: ({ step }) => step === 3 && stop.abort(),
    });
    expect(first).toMatchObject({ steps: 3, finished: false });
    await expect(loadModel(halves)).rejects.toThrow(/model/);
    const second = await pretrain({ recipe, data, out: halves, resume: true });
    expect(second).toMatchObject({ steps: 6, finished: true });
    expect(second.seconds).toBeGreaterThan(first.seconds);
    expect(await logOf(halves)).toBe(await logOf(whole));
    expect((await weightsOf(halves)).equals(await weightsOf(whole))).toBe(true);
  });

  it('redraws displays, and goes on after a stop bit for bit then too', async () => {
    const read = [join(home, 'read')];
    await writeSquares(read[0]!, 40, 3, true);
    const recipe = recipeOf({ steps: 6, checkpointEvery: 2 }, { augmentation: { redraw: true } });
    const [whole, halves, plain] = ['redrawn', 'redrawn-halves', 'not-redrawn'].map(name => join(home, name));
    await pretrain({ recipe, data: read, out: whole! });
    const stop = new AbortController();
    const onProgress = ({ step }: { step: number }) => step === 3 && stop.abort();
    await pretrain({ recipe, data: read, out: halves!, signal: stop.signal, onProgress });
    await pretrain({ recipe, data: read, out: halves!, resume: true });
    expect(await logOf(halves!)).toBe(await logOf(whole!));
    expect((await weightsOf(halves!)).equals(await weightsOf(whole!))).toBe(true);
    await pretrain({ recipe: recipeOf({ steps: 6, checkpointEvery: 2 }), data: read, out: plain! });
    expect(await logOf(plain!)).not.toBe(await logOf(whole!));
  });

  it('refuses to redraw where no reading is stored', async () => {
    const recipe = recipeOf({ steps: 6 }, { augmentation: { redraw: true } });
    const outcome = pretrain({ recipe, data, out: join(home, 'never-redrawn') });
    await expect(outcome).rejects.toThrow(/no sample stores what its detector read.*attenuation: true/);
  });

  it('goes on from the checkpoint before when the last was cut short, and when killed between two', async () => {
    const whole = join(home, 'whole');
    const broken = join(home, 'broken');
    const recipe = recipeOf({ steps: 6, checkpointEvery: 2 });
    await cp(whole, broken, { recursive: true });
    await rm(join(broken, 'model'), { recursive: true });
    const folder = join(broken, 'checkpoints');
    const names = (await readdir(folder)).sort();
    expect(names).toEqual(['step-000000004.safetensors', 'step-000000006.safetensors']);
    await truncate(join(folder, names[1]!), 1000);
    // What a kill in the middle of a save leaves behind.
    await writeFile(join(folder, '.step-000000008.safetensors.1.aa.tmp'), 'half');
    const result = await pretrain({ recipe, data, out: broken, resume: true });
    expect(result).toMatchObject({ steps: 6, finished: true });
    expect(await logOf(broken)).toBe(await logOf(whole));
    expect((await weightsOf(broken)).equals(await weightsOf(whole))).toBe(true);
  });

  it('does nothing more when it had ended, and refuses another recipe, other data, or a run without --resume', async () => {
    const out = join(home, 'whole');
    const recipe = recipeOf({ steps: 6, checkpointEvery: 2 });
    const before = await weightsOf(out);
    expect(await pretrain({ recipe, data, out, resume: true })).toMatchObject({ steps: 6, finished: true });
    expect((await weightsOf(out)).equals(before)).toBe(true);
    await expect(pretrain({ recipe, data, out })).rejects.toThrow(/--resume/);
    const other = recipeOf({ steps: 6, learningRate: 0.1 });
    await expect(pretrain({ recipe: other, data, out, resume: true })).rejects.toThrow(/another recipe/);
    const more = join(home, 'more-squares');
    await writeSquares(more, 20, 2);
    await expect(pretrain({ recipe, data: [...data, more], out, resume: true })).rejects.toThrow(
      /other data/,
    );
  });

  it('mixes data sets, leaves the paper’s arm without grounding, and holds no more tensors from step to step', async () => {
    const more = join(home, 'more-squares');
    const recipe = recipeOf({ steps: 6 }, { grounding: { weight: 0 }, sharedTextPositive: false });
    const held: number[] = [];
    const onProgress = () => held.push(liveTensors());
    await pretrain({ recipe, data: [...data, more], out: join(home, 'mixed'), onProgress });
    // The optimiser's state is made in the first step; the garbage collector may let other tensors go.
    expect(held[5]).toBeLessThanOrEqual(held[0]!);
    expect(await logOf(join(home, 'mixed'))).not.toContain('grounding');
    const weights = await loadModel(join(home, 'mixed'));
    expect(weights.encoder.config.projection.cells).toBe(false);
  });

  it('stops where the loss is no longer a number, names the samples and keeps what was good', async () => {
    const out = join(home, 'diverged');
    // Decay of a hundred times the weights: they grow a hundredfold in every step until something overflows.
    const training = { steps: 40, learningRate: 10, weightDecay: 10, warmup: 0, clip: 0, average: 0 };
    const recipe = recipeOf({ ...training, checkpointEvery: 1, keep: 1 });
    await expect(pretrain({ recipe, data, out })).rejects.toThrow(
      /^the (loss|norm of the gradients) became \S+ at step \d+, on samples square-\d+, /,
    );
    const [last] = await readdir(join(out, 'checkpoints'));
    const { tensors } = readSafetensors(join(out, 'checkpoints', last!));
    for (const [name, value] of tensors) {
      if (name.startsWith('model.')) expect(value.toArray().every(Number.isFinite), name).toBe(true);
    }
  });

  it('encodes a batch in parts and gets the losses of the whole one', async () => {
    // No dropout: its draws differ. No batch norm: ViT.
    const rest = {
      image: { size: SQUARES_SIZE, form: 'vit-s16', width: 0.125 },
      text: { hidden: 32, layers: 1, heads: 2, intermediate: 64, vocabulary: 120, dropout: 0 },
    };
    const logs = [];
    for (const accumulate of [1, 4]) {
      const out = join(home, `parts-${accumulate}`);
      await pretrain({ recipe: recipeOf({ steps: 3, accumulate }, rest), data, out });
      logs.push(await recordsOf(out));
    }
    const [whole, parts] = logs as [StepRecord[], StepRecord[]];
    for (const [place, { loss, gradientNorm, samples }] of whole.entries()) {
      expect(parts[place]!.samples).toBe(samples);
      expect(Math.abs(parts[place]!.loss / loss - 1)).toBeLessThan(1e-5);
      expect(Math.abs(parts[place]!.gradientNorm / gradientNorm - 1)).toBeLessThan(1e-4);
    }
  });

  it('measures itself on a split, stops when that no longer helps, and gives the best model', async () => {
    const out = join(home, 'stalled');
    // Much too fast, so that it gets worse; the training split stands for another.
    const validation = { split: 'train', every: 2, batches: 2, patience: 2 };
    const training = { steps: 60, learningRate: 0.5, warmup: 2, average: 0, keep: 1, validation };
    const result = await pretrain({ recipe: recipeOf(training), data, out });
    const records = await recordsOf(out);
    const measured = records.filter(record => record.validation !== undefined);
    expect(result.finished).toBe(true);
    expect(result.steps).toBeLessThan(60);
    expect(measured.map(({ step }) => step)).toEqual(measured.map((_, place) => 2 * place + 2));
    const least = Math.min(...measured.map(record => record.validation!));
    expect(result.best).toEqual({ step: result.steps - 4, loss: least });
    // The best stays besides the newest, and is what the model folder holds.
    const names = [result.best!.step, result.steps].map(
      step => `step-${String(step).padStart(9, '0')}.safetensors`,
    );
    expect((await readdir(join(out, 'checkpoints'))).sort()).toEqual(names);
    const stored = readSafetensors(join(out, 'checkpoints', names[0]!)).tensors;
    for (const [name, value] of readSafetensors(join(out, 'model', 'model.safetensors')).tensors) {
      expect(value.toArray()).toEqual(stored.get(`model.${name}`)!.toArray());
    }
  });

  it('learns at half the rate when validation stops falling, under the plateau schedule', async () => {
    const out = join(home, 'plateau');
    const validation = { split: 'train', every: 1, batches: 1 };
    const plateau = { factor: 0.5, patience: 0 };
    const training = { steps: 12, learningRate: 0.3, warmup: 0, schedule: 'plateau', plateau, validation };
    await pretrain({ recipe: recipeOf(training), data, out });
    const records = await recordsOf(out);
    let best = Number.POSITIVE_INFINITY;
    let rate = 0.3;
    for (const { learningRate, validation: loss } of records) {
      expect(learningRate).toBeCloseTo(rate, 12);
      if (loss! < best) best = loss!;
      else rate = Math.max(rate / 2, 0.3 * 0.01);
    }
    expect(rate).toBeLessThan(0.3);
  });

  it('refuses a validation split that no data set has', async () => {
    const recipe = recipeOf({ steps: 2, validation: {} });
    await expect(pretrain({ recipe, data, out: join(home, 'no-split') })).rejects.toThrow(
      /split "validation" holds 0 pairs/,
    );
  });
});
