/** How well two masks agree; both from 0 to 1. */
export interface MaskOverlap {
  readonly dice: number;
  readonly iou: number;
}

/**
 * Dice and intersection over union of two masks of the same size; both 1 when both masks are empty. As torchmetrics'
 * `BinaryJaccardIndex` and `BinaryF1Score` over the pixels of one picture, but for empty masks, where those give 0.
 * @param predicted - Not 0 inside, 0 outside.
 */
export function overlapOf(predicted: ArrayLike<number>, truth: ArrayLike<number>): MaskOverlap {
  if (predicted.length !== truth.length) {
    throw new RangeError(`a mask of ${predicted.length} pixels against one of ${truth.length}`);
  }
  let both = 0;
  let sum = 0;
  for (let pixel = 0; pixel < truth.length; pixel++) {
    const one = predicted[pixel] !== 0;
    const other = truth[pixel] !== 0;
    if (one && other) both++;
    sum += Number(one) + Number(other);
  }
  return sum === 0 ? { dice: 1, iou: 1 } : { dice: (2 * both) / sum, iou: both / (sum - both) };
}
