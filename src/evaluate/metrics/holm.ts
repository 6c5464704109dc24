/**
 * Holm's step-down correction (Scandinavian Journal of Statistics 1979): p-values of several tests made larger, so
 * that the chance of even one false alarm stays at the level.
 * @param pValues - NaN counts as no test.
 * @returns In the same order; each at least as large as it was, at most 1.
 */
export function holm(pValues: readonly number[]): number[] {
  const order = pValues
    .map((_, index) => index)
    .filter(index => !Number.isNaN(pValues[index]))
    .sort((a, b) => pValues[a]! - pValues[b]!);
  const corrected = pValues.map(() => Number.NaN);
  let greatest = 0;
  for (const [rank, index] of order.entries()) {
    greatest = Math.max(greatest, Math.min(1, (order.length - rank) * pValues[index]!));
    corrected[index] = greatest;
  }
  return corrected;
}
