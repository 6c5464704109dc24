import type { ImageFeatures, VisionLanguageModel } from '../../models/index.js';
import type { ClassPrompts } from '../prompts/index.js';

/** Where in the shared space "there" and "not there" lie, for each class. */
export interface ClassDirections {
  readonly count: number;
  readonly dimension: number;
  /**
   * count × D: t+ − t−, each the mean of its prompts' embeddings brought back to length 1 (prompt ensembling as
   * in CLIP, Radford et al. 2021, section 3.1.4). A unit vector's product with it is cos(v, t+) − cos(v, t−).
   */
  readonly differences: Float32Array;
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
  const differences = new Float32Array(classes.length * dimension);
  for (const [row, { positive, negative }] of classes.entries()) {
    const there = meanOf(positive);
    const notThere = meanOf(negative);
    for (let index = 0; index < dimension; index++) {
      differences[row * dimension + index] = there[index]! - notThere[index]!;
    }
  }
  return { count: classes.length, dimension, differences };
}

/**
 * cos(v, t+) − cos(v, t−) of the whole picture.
 * @returns N × classes, in [−2, 2].
 */
export function globalMargins(features: ImageFeatures, directions: ClassDirections): Float64Array {
  const { count, dimension, differences } = directions;
  const pictures = features.global.length / dimension;
  const margins = new Float64Array(pictures * count);
  for (let picture = 0; picture < pictures; picture++) {
    for (let row = 0; row < count; row++) {
      let sum = 0;
      for (let index = 0; index < dimension; index++) {
        sum += features.global[picture * dimension + index]! * differences[row * dimension + index]!;
      }
      margins[picture * count + row] = sum;
    }
  }
  return margins;
}

/**
 * cos(cell, t+) − cos(cell, t−) of each cell of the feature map.
 * @returns N × classes × h × w, in [−2, 2].
 */
export function localMargins(features: ImageFeatures, directions: ClassDirections): Float32Array {
  const { count, dimension, differences } = directions;
  const cells = features.cells[0] * features.cells[1];
  const pictures = features.map.length / (dimension * cells);
  const margins = new Float32Array(pictures * count * cells);
  for (let picture = 0; picture < pictures; picture++) {
    for (let row = 0; row < count; row++) {
      const target = (picture * count + row) * cells;
      for (let index = 0; index < dimension; index++) {
        const weight = differences[row * dimension + index]!;
        const source = (picture * dimension + index) * cells;
        for (let cell = 0; cell < cells; cell++)
          margins[target + cell]! += weight * features.map[source + cell]!;
      }
    }
  }
  return margins;
}
