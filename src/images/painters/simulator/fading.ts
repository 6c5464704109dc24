import { kernels } from './kernels.js';
import type { Map2 } from './raster.js';

const perUnit = 128;
const furthest = 24;
/** exp(−x), and 0 at the end: beyond it nothing arrives. */
const table = Float32Array.from({ length: furthest * perUnit + 2 }, (_, step) =>
  step < furthest * perUnit ? Math.exp(-step / perUnit) : 0,
);

const logSteps = 2048;
/** −ln of 1 to 2. */
const mantissas = Float32Array.from({ length: logSteps + 1 }, (_, step) => -Math.log(1 + step / logSteps));

/** exp(−x) of every value of a map, from a table with straight lines between: within 8 parts in a million. */
export function fading(log: Map2, size: number, signal: Map2): void {
  kernels().fade(size, log, signal, furthest, perUnit, table);
}

/**
 * Adds noise to a signal, `normals` by the upper half of `bits`, of variance value × perPhoton + electronic, and takes
 * −ln of it, in place. The logarithm is read from the bits of the numbers, with straight lines between 2,048 steps:
 * within a part in a million.
 */
export function exposeMap(
  signal: Map2,
  size: number,
  bits: Uint32Array,
  normals: Float32Array,
  perPhoton: number,
  electronic: number,
): void {
  kernels().expose(size, signal, bits, normals, perPhoton, electronic, mantissas);
}
