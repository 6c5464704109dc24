/**
 * Expected calibration error: the mean distance between predicted probability and observed share of positives,
 * over bins of equal width (lower edge out, upper edge in), weighted by the samples in each (Guo et al., "On
 * Calibration of Modern Neural Networks", 2017, equation 3, for the positive class).
 * @param probabilities - In [0, 1].
 * @param labels - 1 positive, 0 negative.
 * @returns In [0, 1]; NaN without samples.
 * @throws RangeError when a probability is outside [0, 1].
 */
export function expectedCalibrationError(
  probabilities: ArrayLike<number>,
  labels: ArrayLike<number>,
  bins = 15,
): number {
  const surplus = new Float64Array(bins);
  for (let sample = 0; sample < probabilities.length; sample++) {
    const probability = probabilities[sample]!;
    if (!(probability >= 0 && probability <= 1)) {
      throw new RangeError(`probability ${sample} is ${probability}`);
    }
    let bin = Math.max(0, Math.ceil(probability * bins) - 1);
    // Products round: what counts is on which side of the edge k · (1 / bins) it is, as in numpy.
    while (bin > 0 && probability <= bin * (1 / bins)) bin--;
    while (bin < bins - 1 && probability > (bin + 1) * (1 / bins)) bin++;
    surplus[bin]! += probability - labels[sample]!;
  }
  let sum = 0;
  for (const value of surplus) sum += Math.abs(value);
  return sum / probabilities.length;
}
