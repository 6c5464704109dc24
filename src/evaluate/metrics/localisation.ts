/**
 * A map scaled up bilinearly, pixel centres on pixel centres (PyTorch's `interpolate` with
 * `align_corners=False`).
 * @param map - height × width.
 * @returns size × size.
 */
export function upsample(
  map: ArrayLike<number>,
  [height, width]: readonly [number, number],
  size: number,
): Float32Array {
  const rows = sources(height, size);
  const columns = sources(width, size);
  const result = new Float32Array(size * size);
  for (let y = 0; y < size; y++) {
    const { first: top, second: bottom, share: down } = rows[y]!;
    for (let x = 0; x < size; x++) {
      const { first: left, second: right, share: across } = columns[x]!;
      const above = map[top * width + left]! * (1 - across) + map[top * width + right]! * across;
      const below = map[bottom * width + left]! * (1 - across) + map[bottom * width + right]! * across;
      result[y * size + x] = above * (1 - down) + below * down;
    }
  }
  return result;
}

/** The two cells that each target pixel lies between, and how far it is towards the second. */
function sources(from: number, to: number): { first: number; second: number; share: number }[] {
  return Array.from({ length: to }, (_, target) => {
    const place = Math.min(Math.max(((target + 0.5) * from) / to - 0.5, 0), from - 1);
    const first = Math.floor(place);
    return { first, second: Math.min(first + 1, from - 1), share: place - first };
  });
}

/** Whether the map's greatest value lies in the truth (pointing game, Zhang et al., IJCV 2018, without margin). */
export function pointsInside(map: ArrayLike<number>, truth: ArrayLike<number>): boolean {
  let greatest = 0;
  for (let pixel = 1; pixel < map.length; pixel++) if (map[pixel]! > map[greatest]!) greatest = pixel;
  return truth[greatest] === 1;
}

/**
 * Contrast-to-noise ratio (μ_in − μ_out) / √(σ²_in + σ²_out) of a map inside and outside the truth (Boecking et
 * al., ECCV 2022, section 4.2, with its sign: negative where the map is higher outside). 0 for a flat map.
 */
export function contrastToNoise(map: ArrayLike<number>, truth: ArrayLike<number>): number {
  const count = [0, 0];
  const sum = [0, 0];
  for (let pixel = 0; pixel < map.length; pixel++) {
    const side = truth[pixel]!;
    count[side]!++;
    sum[side]! += map[pixel]!;
  }
  const mean = sum.map((value, side) => value / count[side]!);
  const squares = [0, 0];
  for (let pixel = 0; pixel < map.length; pixel++) {
    const side = truth[pixel]!;
    squares[side]! += (map[pixel]! - mean[side]!) ** 2;
  }
  const difference = mean[1]! - mean[0]!;
  return difference === 0 ? 0 : difference / Math.sqrt(squares[1]! / count[1]! + squares[0]! / count[0]!);
}

/** How well a mask covers the truth. */
export interface Overlap {
  readonly iou: number;
  readonly dice: number;
  /** Share of the mask that is in the truth; 0 for an empty mask. */
  readonly precision: number;
  /** Share of the truth that is in the mask. */
  readonly recall: number;
}

/** What a map overlaps with at any threshold, kept small: how many pixels reach each of a row of thresholds. */
export class OverlapCurve {
  /** Pixels that reach the threshold of each index, and those of them in the truth; both fall. */
  readonly reaching: Uint32Array;
  readonly reachingInside: Uint32Array;
  /** Pixels of the truth. */
  readonly truth: number;

  constructor(reaching: Uint32Array, reachingInside: Uint32Array, truth: number) {
    this.reaching = reaching;
    this.reachingInside = reachingInside;
    this.truth = truth;
  }

  /**
   * @param map - Similarities.
   * @param truth - 1 inside, 0 outside.
   * @param thresholds - Ascending and evenly spaced.
   */
  static of(map: ArrayLike<number>, truth: ArrayLike<number>, thresholds: Float64Array): OverlapCurve {
    const count = thresholds.length;
    const least = thresholds[0]!;
    const step = (thresholds[count - 1]! - least) / (count - 1);
    const reaching = new Uint32Array(count);
    const reachingInside = new Uint32Array(count);
    let inside = 0;
    for (let pixel = 0; pixel < map.length; pixel++) {
      inside += truth[pixel]!;
      const last = Math.min(Math.floor((map[pixel]! - least) / step), count - 1);
      if (last < 0) continue;
      reaching[last]!++;
      reachingInside[last]! += truth[pixel]!;
    }
    for (let index = count - 2; index >= 0; index--) {
      reaching[index]! += reaching[index + 1]!;
      reachingInside[index]! += reachingInside[index + 1]!;
    }
    return new OverlapCurve(reaching, reachingInside, inside);
  }

  /** Overlap of the pixels that reach the threshold of this index with the truth, which must not be empty. */
  at(index: number): Overlap {
    const predicted = this.reaching[index]!;
    const both = this.reachingInside[index]!;
    return {
      iou: both / (predicted + this.truth - both),
      dice: (2 * both) / (predicted + this.truth),
      precision: predicted === 0 ? 0 : both / predicted,
      recall: both / this.truth,
    };
  }
}

/** The index of the threshold with the best mean Dice over the curves; of equals the lowest. */
export function bestThreshold(curves: readonly OverlapCurve[], thresholds: Float64Array): number {
  let best = 0;
  let bestSum = Number.NEGATIVE_INFINITY;
  for (let index = 0; index < thresholds.length; index++) {
    let sum = 0;
    for (const curve of curves) sum += curve.at(index).dice;
    if (sum > bestSum) [best, bestSum] = [index, sum];
  }
  return best;
}
