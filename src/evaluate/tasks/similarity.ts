import type { ImageFeatures, VisionLanguageModel } from '../../models/index.js';
import type { ClassPrompts } from '../prompts/index.js';

/** Vectors of the shared space, one a class. */
export interface Directions {
  readonly count: number;
  readonly dimension: number;
  /** count × D */
  readonly vectors: Float32Array;
}

/** Where in the shared space each class lies. */
export interface ClassDirections {
  /**
   * t+: the mean of the positive prompts' embeddings, brought back to length 1 (prompt ensembling as in CLIP,
   * Radford et al. 2021, section 3.1.4).
   */
  readonly there: Directions;
  /** t+ − t−: a unit vector's product with it is the margin cos(v, t+) − cos(v, t−). */
  readonly difference: Directions;
}

/** Asks the model for the directions of classes. Each different prompt is encoded once. */
export async function classDirections(
  model: VisionLanguageModel,
  classes: readonly ClassPrompts[],
): Promise<ClassDirections> {
  const texts = [...new Set(classes.flatMap(({ positive, negative }) => [...positive, ...negative]))];
  const embeddings = await model.encodeTexts(texts);
  const dimension = embeddings.length / texts.length;
  const rowOf = new Map(texts.map((text, row) => [text, row]));
  const meanOf = (prompts: readonly string[]) => {
    const mean = new Float64Array(dimension);
    for (const prompt of prompts) {
      const start = rowOf.get(prompt)! * dimension;
      for (let index = 0; index < dimension; index++) mean[index]! += embeddings[start + index]!;
    }
    const length = Math.hypot(...mean);
    return length > 0 ? mean.map(value => value / length) : mean;
  };
  const there = new Float32Array(classes.length * dimension);
  const difference = new Float32Array(classes.length * dimension);
  for (const [row, { positive, negative }] of classes.entries()) {
    const positives = meanOf(positive);
    const negatives = meanOf(negative);
    there.set(positives, row * dimension);
    difference.set(
      positives.map((value, index) => value - negatives[index]!),
      row * dimension,
    );
  }
  const of = (vectors: Float32Array): Directions => ({ count: classes.length, dimension, vectors });
  return { there: of(there), difference: of(difference) };
}

/**
 * Product of each whole picture's vector with each direction.
 * @returns N × classes; in [−1, 1] for t+, [−2, 2] for t+ − t−.
 */
export function globalSimilarities(features: ImageFeatures, directions: Directions): Float64Array {
  const { count, dimension, vectors } = directions;
  const pictures = features.global.length / dimension;
  const result = new Float64Array(pictures * count);
  for (let picture = 0; picture < pictures; picture++) {
    for (let row = 0; row < count; row++) {
      let sum = 0;
      for (let index = 0; index < dimension; index++) {
        sum += features.global[picture * dimension + index]! * vectors[row * dimension + index]!;
      }
      result[picture * count + row] = sum;
    }
  }
  return result;
}

/**
 * Product of each cell of the feature map with each direction.
 * @returns N × classes × h × w
 */
export function localSimilarities(features: ImageFeatures, directions: Directions): Float32Array {
  const { count, dimension, vectors } = directions;
  const cells = features.cells[0] * features.cells[1];
  const pictures = features.map.length / (dimension * cells);
  const result = new Float32Array(pictures * count * cells);
  for (let picture = 0; picture < pictures; picture++) {
    for (let row = 0; row < count; row++) {
      const target = (picture * count + row) * cells;
      for (let index = 0; index < dimension; index++) {
        const weight = vectors[row * dimension + index]!;
        const source = (picture * dimension + index) * cells;
        for (let cell = 0; cell < cells; cell++)
          result[target + cell]! += weight * features.map[source + cell]!;
      }
    }
  }
  return result;
}
