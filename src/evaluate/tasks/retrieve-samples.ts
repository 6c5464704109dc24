import { InputError, Random } from '../../base/index.js';
import type { Sample } from '../../data/index.js';
import type { VisionLanguageModel } from '../../models/index.js';
import { noGrad, scope, tensor } from '../../tensor/index.js';
import { encodeSamples } from '../encode.js';
import type { Direction, RankedQuery, RetrievalTable } from '../scores/index.js';
import type { EvaluateOptions } from './task.js';

export interface RetrieveSamplesOptions {
  readonly model: string;
  readonly data: string;
  readonly split: string;
  readonly section: 'findings' | 'impression';
  /** Most pairs in a gallery; more are drawn from by the seed. */
  readonly gallery: number;
  /** Galleries to draw; one where all pairs fit. Default 1. */
  readonly galleries?: number | undefined;
  readonly seed: number;
  readonly total: number;
  readonly onProgress?: EvaluateOptions['onProgress'];
  readonly signal?: AbortSignal | undefined;
}

/** A picture and its report. */
interface Pair {
  readonly id: string;
  readonly patient: string;
  readonly study: string | undefined;
  readonly text: string;
  /** D, of length 1. */
  readonly image: Float32Array;
}

/** Similarities nearer than this count as equal: products of the same vectors in other places may round otherwise. */
const TIE = 1e-6;

/** Queries that are compared with all candidates at once. */
const BLOCK = 256;

/**
 * Finds the report of each picture among the reports of all, and the picture of each report.
 *
 * Samples with the very same text, and pictures of one study, are right answers to each other, or reports that say
 * the same would count as errors. A wrong candidate that is as similar as the best right one ranks before it, so that
 * a model that finds everything alike gains nothing.
 * @throws InputError when fewer than two samples have a text.
 */
export async function retrieveSamples(
  model: VisionLanguageModel,
  samples: AsyncIterable<Sample> | Iterable<Sample>,
  options: RetrieveSamplesOptions,
): Promise<RetrievalTable> {
  const { data, section, gallery, seed, total, onProgress, signal } = options;
  let drawn = Array.from({ length: options.galleries ?? 1 }, (): { pair: Pair; key: number }[] => []);
  let seen = 0;
  let pairs = 0;
  for await (const { samples: batch, features } of encodeSamples(model, samples, { source: data, signal })) {
    for (const [row, sample] of batch.entries()) {
      const text = sample[section].trim();
      if (text === '') continue;
      const { id, patient, study } = sample;
      const image = features.global.slice(row * features.dimension, (row + 1) * features.dimension);
      const pair = { id, patient, study: study === '' ? undefined : study, text, image };
      pairs++;
      for (const [number, members] of drawn.entries()) {
        const random = number === 0 ? Random.of(seed, 'gallery', id) : Random.of(seed, 'gallery', id, number);
        members.push({ pair, key: random.next() });
      }
    }
    // By keys of their own, so that neither the draw nor the result depends on the order of the samples.
    drawn = drawn.map(members =>
      members.sort((a, b) => a.key - b.key || (a.pair.id < b.pair.id ? -1 : 1)).slice(0, gallery),
    );
    seen += batch.length;
    onProgress?.(seen, total);
  }
  if (pairs <= gallery) drawn = drawn.slice(0, 1);
  const texts = [...new Set(drawn.flatMap(members => members.map(({ pair }) => pair.text)))];
  if (texts.length < 2) {
    throw new InputError({
      file: data,
      fault: `it has ${texts.length} different texts in ${section} and retrieval needs two or more`,
      mend: 'choose a data set with reports, or the other section',
    });
  }
  const embeddings = await model.encodeTexts(texts);
  const dimension = embeddings.length / texts.length;
  const placeOf = new Map(texts.map((text, place) => [text, place]));
  const textVector = ({ text }: Pair) => {
    const place = placeOf.get(text)! * dimension;
    return embeddings.subarray(place, place + dimension);
  };
  const queries: RankedQuery[] = [];
  for (const [number, members] of drawn.entries()) {
    signal?.throwIfAborted();
    const ofGallery = members.map(({ pair }) => pair);
    const images = joined(ofGallery.map(({ image }) => image));
    const reports = joined(ofGallery.map(textVector));
    const right = rightAnswers(ofGallery);
    const add = (direction: Direction, ranks: readonly number[]) => {
      for (const [place, { id, patient }] of ofGallery.entries()) {
        queries.push({ gallery: number, direction, id, patient, rank: ranks[place]! });
      }
    };
    add('picture to report', rank(images, reports, dimension, right));
    add('report to picture', rank(reports, images, dimension, right));
  }
  return {
    origin: {
      task: 'retrieval',
      model: options.model,
      data,
      split: options.split,
      section,
      n: drawn[0]!.length,
      galleries: drawn.length,
      pairs,
      texts: texts.length,
    },
    queries,
  };
}

/** For each pair the places of those that are as right as itself, itself included. */
function rightAnswers(pairs: readonly Pair[]): ReadonlySet<number>[] {
  const byText = new Map<string, number[]>();
  const byStudy = new Map<string, number[]>();
  const add = (map: Map<string, number[]>, key: string, place: number) => {
    const places = map.get(key);
    if (places === undefined) map.set(key, [place]);
    else places.push(place);
  };
  // Two sources may number their studies alike, but not within one patient.
  const studyOf = ({ patient, study }: Pair) => JSON.stringify([patient, study]);
  for (const [place, pair] of pairs.entries()) {
    add(byText, pair.text, place);
    if (pair.study !== undefined) add(byStudy, studyOf(pair), place);
  }
  return pairs.map(
    pair =>
      new Set([...byText.get(pair.text)!, ...(pair.study === undefined ? [] : byStudy.get(studyOf(pair))!)]),
  );
}

/** The rank of the best right candidate of each query. @param queries - n × D, as `candidates`. */
function rank(
  queries: Float32Array,
  candidates: Float32Array,
  dimension: number,
  right: readonly ReadonlySet<number>[],
): number[] {
  const count = right.length;
  const ranks: number[] = [];
  for (let start = 0; start < count; start += BLOCK) {
    const rows = Math.min(BLOCK, count - start);
    const similarities = scope(() =>
      noGrad(() => {
        const block = tensor(queries.slice(start * dimension, (start + rows) * dimension), {
          shape: [rows, dimension],
        });
        const all = tensor(candidates, { shape: [count, dimension] });
        return block.matmul(all.transpose(0, 1)).toFloat32();
      }),
    );
    for (let row = 0; row < rows; row++) {
      const own = similarities.subarray(row * count, (row + 1) * count);
      const answers = right[start + row]!;
      let best = Number.NEGATIVE_INFINITY;
      for (const place of answers) best = Math.max(best, own[place]!);
      let before = 0;
      for (let place = 0; place < count; place++) if (own[place]! >= best - TIE) before++;
      for (const place of answers) if (own[place]! >= best - TIE) before--;
      ranks.push(before + 1);
    }
  }
  return ranks;
}

function joined(vectors: readonly Float32Array[]): Float32Array {
  const dimension = vectors[0]!.length;
  const result = new Float32Array(vectors.length * dimension);
  for (const [row, vector] of vectors.entries()) result.set(vector, row * dimension);
  return result;
}
