/** The median, of an even number the upper of the middle two; 0 of none. Sorts the values. */
export function median(values: Float64Array): number {
  return values.sort()[values.length >> 1] ?? 0;
}
