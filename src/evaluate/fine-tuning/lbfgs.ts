/** A smooth function: its value at a place; the gradient there is written to `gradient`. */
export type Smooth = (place: Float64Array, gradient: Float64Array) => number;

export interface LbfgsOptions {
  /** Ends when no part of the gradient is greater; default 1e-7. */
  readonly tolerance?: number;
  /** Default 500. */
  readonly iterations?: number;
  /** Pairs of steps and gradient changes that stand for the curvature; default 10. */
  readonly memory?: number;
}

/** Share of the fall that the slope promises which a step must bring (Nocedal and Wright 2006, eq. 3.4). */
const ENOUGH = 1e-4;

/**
 * The least place of a convex function by limited-memory BFGS (Liu and Nocedal, Mathematical Programming 1989) with
 * halved steps.
 * @param start - Not changed.
 */
export function minimise(smooth: Smooth, start: Float64Array, options: LbfgsOptions = {}): Float64Array {
  const { tolerance = 1e-7, iterations = 500, memory = 10 } = options;
  let place = start.slice();
  let gradient = new Float64Array(place.length);
  let value = smooth(place, gradient);
  const steps: { move: Float64Array; change: Float64Array; rho: number }[] = [];
  for (let iteration = 0; iteration < iterations && greatest(gradient) > tolerance; iteration++) {
    const direction = descent(gradient, steps);
    const slope = dot(gradient, direction);
    let length = steps.length === 0 ? Math.min(1, 1 / Math.sqrt(dot(gradient, gradient))) : 1;
    let next = place;
    let nextGradient = gradient;
    let nextValue = Number.POSITIVE_INFINITY;
    for (; length > 1e-12; length /= 2) {
      next = place.map((each, at) => each + length * direction[at]!);
      nextGradient = new Float64Array(place.length);
      nextValue = smooth(next, nextGradient);
      if (nextValue <= value + ENOUGH * length * slope) break;
    }
    // Rounding hides any further fall.
    if (!(nextValue < value)) break;
    const move = next.map((each, at) => each - place[at]!);
    const change = nextGradient.map((each, at) => each - gradient[at]!);
    const curvature = dot(move, change);
    if (curvature > 1e-14 * dot(change, change)) {
      steps.push({ move, change, rho: 1 / curvature });
      if (steps.length > memory) steps.shift();
    }
    [place, gradient, value] = [next, nextGradient, nextValue];
  }
  return place;
}

/** −H·gradient by the two loops. */
function descent(
  gradient: Float64Array,
  steps: readonly { move: Float64Array; change: Float64Array; rho: number }[],
): Float64Array {
  const result = gradient.slice();
  const weights: number[] = [];
  for (const { move, change, rho } of [...steps].reverse()) {
    const weight = rho * dot(move, result);
    weights.push(weight);
    addScaled(result, change, -weight);
  }
  const last = steps.at(-1);
  if (last !== undefined) {
    const scale = 1 / (last.rho * dot(last.change, last.change));
    for (let at = 0; at < result.length; at++) result[at]! *= scale;
  }
  for (const { move, change, rho } of steps) {
    addScaled(result, move, weights.pop()! - rho * dot(change, result));
  }
  for (let at = 0; at < result.length; at++) result[at] = -result[at]!;
  return result;
}

function addScaled(target: Float64Array, other: Float64Array, scale: number): void {
  for (let at = 0; at < target.length; at++) target[at]! += scale * other[at]!;
}

function dot(one: Float64Array, other: Float64Array): number {
  let sum = 0;
  for (let at = 0; at < one.length; at++) sum += one[at]! * other[at]!;
  return sum;
}

function greatest(values: Float64Array): number {
  let most = 0;
  for (const value of values) most = Math.max(most, Math.abs(value));
  return most;
}
