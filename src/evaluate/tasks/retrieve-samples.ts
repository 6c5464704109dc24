import { InputError, Random } from '../../base/index.js';
import type { Sample } from '../../data/index.js';
import type { VisionLanguageModel } from '../../models/index.js';
import { encodeSamples } from '../encode.js';
import { bootstrapMean, type Interval } from '../metrics/index.js';
import { type MeasureOptions, patientNumbers } from '../scores/index.js';
import type { EvaluateOptions } from './task.js';

/** A share of queries with its 95 % interval, by patient. */
export interface Recall extends Interval {
  readonly recall: number;
}

/** How well the right thing is found among all. */
export interface RetrievalMeasure {
  readonly at1: Recall;
  readonly at5: Recall;
  readonly at10: Recall;
  /** Median rank of the right one; 1 is best. */
  readonly medianRank: number;
}

export interface Retrieval {
  /** Pairs in the gallery. Recall depends on it: chance of R@k is about k / n. */
  readonly n: number;
  readonly patients: number;
  /** Different reports among them. */
  readonly texts: number;
  readonly imageToText: RetrievalMeasure;
  readonly textToImage: RetrievalMeasure;
}

export interface RetrieveSamplesOptions extends MeasureOptions {
  readonly data: string;
  readonly section: 'findings' | 'impression';
  /** Most pairs in the gallery; more are drawn from by the seed. */
  readonly gallery: number;
  readonly total: number;
  readonly onProgress?: EvaluateOptions['onProgress'];
  readonly signal?: AbortSignal | undefined;
}

/** A picture and its report. */
interface Pair {
  readonly id: string;
  readonly patient: string;
  readonly text: string;
  /** D, of length 1. */
  readonly image: Float32Array;
  /** The least keys are drawn. */
  readonly key: number;
}

/**
 * Finds the report of each picture among the reports of all, and the picture of each report.
 *
 * Samples with the very same text are all right answers to each other, or reports that say the same would count
 * as errors. A wrong candidate that is as similar as the right one ranks before it, so that a model that finds
 * everything alike gains nothing.
 * @throws InputError when fewer than two samples have a text.
 */
export async function retrieveSamples(
  model: VisionLanguageModel,
  samples: AsyncIterable<Sample> | Iterable<Sample>,
  options: RetrieveSamplesOptions,
): Promise<Retrieval> {
  const { data, section, gallery, seed, total, onProgress, signal } = options;
  let drawn: Pair[] = [];
  let seen = 0;
  for await (const { samples: batch, features } of encodeSamples(model, samples, { source: data, signal })) {
    for (const [row, sample] of batch.entries()) {
      const text = sample[section].trim();
      if (text === '') continue;
      const { id, patient } = sample;
      const image = features.global.slice(row * features.dimension, (row + 1) * features.dimension);
      drawn.push({ id, patient, text, image, key: Random.of(seed, 'gallery', id).next() });
    }
    // By keys of their own, so that neither the draw nor the result depends on the order of the samples.
    drawn = drawn.sort((a, b) => a.key - b.key || (a.id < b.id ? -1 : 1)).slice(0, gallery);
    seen += batch.length;
    onProgress?.(seen, total);
  }
  const texts = [...new Set(drawn.map(({ text }) => text))];
  if (texts.length < 2) {
    throw new InputError({
      file: data,
      fault: `it has ${texts.length} different texts in ${section} and retrieval needs two or more`,
      mend: 'choose a data set with reports, or the other section',
    });
  }
  const embeddings = await model.encodeTexts(texts);
  const dimension = embeddings.length / texts.length;
  const textOf = drawn.map(({ text }) => texts.indexOf(text));
  // pictures × texts
  const similarities = drawn.map(({ image }) =>
    Float32Array.from(texts, (_, text) => product(image, embeddings, text * dimension)),
  );

  const imageRanks = drawn.map((_, picture) => {
    const own = similarities[picture]![textOf[picture]!]!;
    // Every pair is a candidate, also where two share a text.
    let before = 0;
    for (const text of textOf) if (text !== textOf[picture] && similarities[picture]![text]! >= own) before++;
    return before + 1;
  });
  const textRanks = drawn.map((_, pair) => {
    const text = textOf[pair]!;
    let own = Number.NEGATIVE_INFINITY;
    for (const [picture, row] of similarities.entries())
      if (textOf[picture] === text) own = Math.max(own, row[text]!);
    let before = 0;
    for (const [picture, row] of similarities.entries())
      if (textOf[picture] !== text && row[text]! >= own) before++;
    return before + 1;
  });
  const { numbers, count } = patientNumbers(drawn);
  const measure = (ranks: readonly number[]): RetrievalMeasure => {
    const recall = (most: number): Recall => {
      const found = ranks.map(rank => Number(rank <= most));
      const share = found.reduce((sum, value) => sum + value, 0) / found.length;
      return { recall: share, ...bootstrapMean(found, numbers, { ...options, groups: count }) };
    };
    return { at1: recall(1), at5: recall(5), at10: recall(10), medianRank: median(ranks) };
  };
  return {
    n: drawn.length,
    patients: count,
    texts: texts.length,
    imageToText: measure(imageRanks),
    textToImage: measure(textRanks),
  };
}

function product(vector: Float32Array, table: Float32Array, start: number): number {
  let sum = 0;
  for (let index = 0; index < vector.length; index++) sum += vector[index]! * table[start + index]!;
  return sum;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1]! + sorted[sorted.length >> 1]!) / 2;
}
