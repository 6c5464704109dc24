import { Random } from '../../base/index.js';
import { findingsOf, type Sample } from '../../data/index.js';
import { LexiconTagger } from '../../entities/index.js';
import type { VisionLanguageModel } from '../../models/index.js';
import { encodeSamples } from '../encode.js';
import { bootstrapMean, type Interval } from '../metrics/index.js';
import type { PromptSet } from '../prompts/index.js';
import { type MeasureOptions, measureTable, patientNumbers, type TableMeasure } from '../scores/index.js';
import { scoreSamples } from '../tasks/score-samples.js';

/** A mean over pictures, with its 95 % interval by patient. */
export interface PictureMean extends Interval {
  readonly mean: number;
}

/** How well pictures fit their reports, by a model that was trained on such pairs. */
export interface Alignment {
  readonly n: number;
  readonly patients: number;
  /** Cosine of a picture with its own report, and its excess over the mean of other reports. */
  readonly matched: PictureMean;
  readonly margin: PictureMean;
  /** Share of other reports that fit the picture less than its own: 0.5 by chance. */
  readonly auc: PictureMean;
  /** Other reports that each picture was held against. */
  readonly others: number;
}

export interface AlignmentOptions extends MeasureOptions {
  /** For errors. */
  readonly data: string;
  readonly onProgress?: ((done: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Most other reports. */
const OTHERS = 1000;

/** The text of a sample for the model: its findings, else its impression. */
function textOf({ findings, impression }: Sample): string {
  return (findings.trim() === '' ? impression : findings).trim();
}

/** Measures the fit of each picture with its report against other reports. @returns undefined with fewer than two texts. */
export async function measureAlignment(
  model: VisionLanguageModel,
  samples: AsyncIterable<Sample>,
  { data, seed, rounds, onProgress, signal }: AlignmentOptions,
): Promise<Alignment | undefined> {
  const pictures: { id: string; patient: string; text: number; vector: Float32Array }[] = [];
  const numberOf = new Map<string, number>();
  let seen = 0;
  for await (const { samples: batch, features } of encodeSamples(model, samples, { source: data, signal })) {
    for (const [row, sample] of batch.entries()) {
      const text = textOf(sample);
      if (text === '') continue;
      const number = numberOf.get(text) ?? numberOf.size;
      numberOf.set(text, number);
      const { id, patient } = sample;
      const vector = features.global.slice(row * features.dimension, (row + 1) * features.dimension);
      pictures.push({ id, patient, text: number, vector });
    }
    seen += batch.length;
    onProgress?.(seen);
  }
  const texts = [...numberOf.keys()];
  if (texts.length < 2) return undefined;
  const vectors = await model.encodeTexts(texts);
  const others = Random.of(seed, 'alignment')
    .shuffle(texts.map((_, number) => number))
    .slice(0, OTHERS);
  const matched: number[] = [];
  const margins: number[] = [];
  const aucs: number[] = [];
  for (const { text, vector } of pictures) {
    const own = product(vector, vectors, text);
    let sum = 0;
    let less = 0;
    let count = 0;
    for (const other of others) {
      if (other === text) continue;
      const fit = product(vector, vectors, other);
      sum += fit;
      less += fit < own ? 1 : fit === own ? 0.5 : 0;
      count++;
    }
    matched.push(own);
    margins.push(own - sum / count);
    aucs.push(less / count);
  }
  const { numbers, count } = patientNumbers(pictures);
  const mean = (values: readonly number[]): PictureMean => ({
    mean: values.reduce((sum, value) => sum + value, 0) / values.length,
    ...bootstrapMean(values, numbers, { groups: count, seed, rounds }),
  });
  return {
    n: pictures.length,
    patients: count,
    matched: mean(matched),
    margin: mean(margins),
    auc: mean(aucs),
    others: others.length,
  };
}

/**
 * Zero-shot AUC of what reports say is there, in their own pictures: low where the painter does not show it or the model
 * does not see it.
 */
export async function measureFindings(
  model: VisionLanguageModel,
  samples: AsyncIterable<Sample>,
  options: AlignmentOptions & { readonly prompts: PromptSet; readonly model: string; readonly total: number },
): Promise<TableMeasure> {
  const { prompts, total, onProgress, signal, data } = options;
  const table = await scoreSamples(model, asReported(samples), {
    prompts,
    model: options.model,
    data,
    split: 'all',
    total,
    onProgress,
    signal,
  });
  return measureTable(table, options);
}

/** Samples labelled by what their reports affirm; those without a report are left out. */
async function* asReported(samples: AsyncIterable<Sample>): AsyncGenerator<Sample> {
  const tagger = new LexiconTagger();
  for await (const sample of samples) {
    if (textOf(sample) === '') continue;
    const mentions = sample.mentions.length > 0 ? sample.mentions : tagger.read(sample);
    const { uncertain: _, ...known } = sample;
    yield { ...known, labels: [...new Set(findingsOf(mentions).map(({ concept }) => concept))] };
  }
}

function product(vector: Float32Array, table: Float32Array, row: number): number {
  let sum = 0;
  for (let at = 0; at < vector.length; at++) sum += vector[at]! * table[row * vector.length + at]!;
  return sum;
}
