import type { Map2 } from './raster.js';

const perUnit = 128;
const end = 24;
const table = Float32Array.from({ length: end * perUnit + 2 }, (_, step) => Math.exp(-step / perUnit));

const logSteps = 2048;
/** −ln of 1 to 2. */
const mantissaTable = Float32Array.from(
  { length: logSteps + 1 },
  (_, step) => -Math.log(1 + step / logSteps),
);

/** exp(−x) for x from 0 up, from a table with straight lines between: within 8 parts in a million, 0 beyond 24. */
export function fading(x: number): number {
  if (x >= end) return 0;
  const place = x > 0 ? x * perUnit : 0;
  const step = place | 0;
  const low = table[step]!;
  return low + (table[step + 1]! - low) * (place - step);
}

/**
 * −ln of every value of a map, in place; all must be above 10⁻³⁰. Read from the bits of the numbers (IEEE 754:
 * exponent and 23 bits of mantissa), with straight lines between 2,048 steps: within a part in a million.
 */
export function minusLogs(map: Map2): void {
  const bits = new Int32Array(map.buffer, map.byteOffset, map.length);
  for (let at = 0; at < bits.length; at++) {
    const word = bits[at]!;
    const step = (word >>> 12) & 2047;
    const low = mantissaTable[step]!;
    map[at] =
      (127 - (word >>> 23)) * Math.LN2 + low + (mantissaTable[step + 1]! - low) * ((word & 4095) / 4096);
  }
}
