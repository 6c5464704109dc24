import { loadAddon } from '../../../base/index.js';
import type { NoisePlace } from './noise.js';
import type { Map2 } from './raster.js';

/** A line of numbers, one for each row or each column. */
type Line = Float32Array;

/** Where a picture lies in a noise field, for the loops. */
type Place = readonly [field: Float32Array, place: Float64Array];

/**
 * The painter's inner loops, compiled from `native/painter`: what each does is told in its `kernels.h`. Maps are
 * size × size, f32. Every argument is checked there for kind and length (TypeError).
 */
export interface Kernels {
  drawShapes(
    count: number,
    size: number,
    shapes: Float64Array,
    scratch: Map2,
    target: Map2,
    limit: Map2 | null,
  ): void;
  addTrunk(
    size: number,
    middle: number,
    outer: Map2,
    thick: Line,
    perRight: Line,
    perLeft: Line,
    fade: Line,
  ): void;
  fillChest(
    size: number,
    from: number,
    to: number,
    middle: number,
    apex: number,
    span: number,
    merging: number,
    fatShare: number,
    density: number,
    texture: number,
    ...lines: [
      ...fine: Place,
      fineStep: number,
      reach: Line,
      round: Line,
      base: Line,
      perihilar: Line,
      dome: Line,
      beside: Line,
      across: Line,
      outer: Map2,
      occupied: Map2,
      coarse: Map2,
      wall: Map2,
      lung: Map2,
      blood: Map2,
      fat: Map2,
      soft: Map2,
      lungDensity: Map2,
      cavity: Map2,
    ]
  ): void;
  fillMediastinum(
    size: number,
    middle: number,
    heartTop: number,
    heartLeft: number,
    heartRight: number,
    widest: number,
    below: number,
    sunk: number,
    heartDepth: number,
    centreX: number,
    centreY: number,
    radii: Float32Array,
    upper: Line,
    right: Line,
    left: Line,
    cap: Line,
    root: Line,
    dome: Line,
    occupied: Map2,
  ): void;
  layVessels(size: number, front: Map2, lung: Map2, blood: Map2, vessels: Map2, most: number): void;
  layBones(
    size: number,
    compact: Map2,
    open: Map2,
    bone: Map2,
    spongy: Map2,
    soft: Map2,
    density: number,
  ): void;
  carve(size: number, air: Map2, soft: Map2, fat: Map2, blood: Map2, gas: Map2): void;
  crowdBase(
    size: number,
    top: number,
    from: number,
    to: number,
    middle: number,
    most: number,
    start: number,
    outward: number,
    sign: number,
    apex: number,
    perHeight: number,
    ...rest: [
      ...broad: Place,
      broadStep: number,
      ...fine: Place,
      fineStep: number,
      wall: Line,
      lung: Map2,
      soft: Map2,
    ]
  ): void;
  attenuate(
    size: number,
    start: number,
    end: number,
    soft: Map2,
    fat: Map2,
    lung: Map2,
    lungDensity: Map2,
    blood: Map2,
    bone: Map2,
    spongy: Map2,
    air: Map2,
    metal: Map2,
    steps: Float64Array,
    furthest: number,
    perUnit: number,
    opaque: number,
    loss: Float32Array,
    slope: Float32Array,
    result: Map2,
  ): void;
  fade(size: number, log: Map2, signal: Map2, furthest: number, perUnit: number, table: Float32Array): void;
  expose(
    size: number,
    signal: Map2,
    bits: Uint32Array,
    normals: Float32Array,
    perPhoton: number,
    electronic: number,
    mantissas: Float32Array,
  ): void;
  /** `found` gets how many pixels lie above `low`, above `high`, and the greatest. */
  difference(
    size: number,
    one: Map2,
    other: Map2,
    map: Map2,
    low: number,
    high: number,
    found: Float64Array,
  ): void;
  blur(size: number, map: Map2, deviation: number): void;
  coarsen(size: number, cells: number, map: Map2, ceiling: number, grid: Float32Array): void;
  spread(cells: number, size: number, grid: Float32Array, middle: number, result: Map2): void;
  greys(
    size: number,
    detail: number,
    gain: number,
    softLimit: number,
    start: number,
    scale: number,
    steps: number,
    curve: Float32Array,
    reading: Map2,
    middle: Map2,
    broad: Map2,
    fine: Map2,
    share: Map2,
    ...result: [bits: 8, greys: Uint8Array] | [bits: 16, greys: Uint16Array]
  ): void;
  /** `range` gets the least and the greatest value. */
  histogram(
    size: number,
    from: number,
    to: number,
    count: number,
    reading: Map2,
    broad: Map2,
    bins: Uint32Array,
    range: Float64Array,
  ): void;
}

let loaded: Kernels | undefined;

/** The loops, loaded on first use. @throws SetupError where they were not built. */
export function kernels(): Kernels {
  loaded ??= loadAddon('painter', "the painter's library", 'the compiler may have changed') as Kernels;
  return loaded;
}

/** A place in a noise field as the loops take it. */
export function placeOf({ field, x, y, cosine, sine }: NoisePlace): Place {
  return [field, Float64Array.of(x, y, cosine, sine)];
}
