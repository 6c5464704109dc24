import { frontalFeatures, invertedFeatures } from './frontal-features.js';
import { figures } from './frontal-figures.js';

/** A Gaussian over feature vectors that knows its widest directions and takes the others as equally wide. */
export interface FeatureModel {
  readonly mean: ArrayLike<number>;
  /** Unit vectors, the widest first. */
  readonly directions: readonly ArrayLike<number>[];
  /** Variance along each of them. */
  readonly variances: ArrayLike<number>;
  /** Mean variance along all other directions. */
  readonly rest: number;
}

/** Added to a variance, as a share of `rest`: the widths are estimates from some hundred pictures. */
const CAUTION = 0.5;

/** Squared distance of a vector from the model, in standard deviations, a feature: about 1 for members. */
export function distanceFrom(model: FeatureModel, features: Float32Array): number {
  const { mean, directions, variances, rest } = model;
  let outside = 0;
  for (let index = 0; index < features.length; index++) outside += (features[index]! - mean[index]!) ** 2;
  let distance = 0;
  for (const [place, direction] of directions.entries()) {
    let along = 0;
    for (let index = 0; index < features.length; index++) {
      along += (features[index]! - mean[index]!) * direction[index]!;
    }
    outside -= along * along;
    distance += (along * along) / (variances[place]! + CAUTION * rest);
  }
  return (distance + Math.max(outside, 0) / rest) / features.length;
}

const model: FeatureModel = {
  mean: Float64Array.from(figures.mean, value => value / 1000),
  directions: figures.directions.map(direction => Float64Array.from(direction, value => value / 1000)),
  variances: figures.variances.map(value => value / 1e6),
  rest: figures.rest / 1e6,
};

/**
 * How far a picture lies from frontal chest X-rays, as it is and with black for white. Distances of
 * {@link distanceFrom}: real frontal pictures lie around 1, laterals from 2.5 on.
 */
export function frontalDistances(
  pixels: Uint8Array,
  width: number,
  height: number,
): { upright: number; inverted: number } {
  const features = frontalFeatures(pixels, width, height);
  return {
    upright: distanceFrom(model, features),
    inverted: distanceFrom(model, invertedFeatures(features)),
  };
}
