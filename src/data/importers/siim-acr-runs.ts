/**
 * The runs of a mask as the SIIM-ACR Pneumothorax Segmentation competition writes them: pairs of a gap, counted from
 * the end of the last run (the first from the top left), and a length, counting down the columns from left to right.
 * `-1` means that nothing is there.
 * (https://www.kaggle.com/c/siim-acr-pneumothorax-segmentation, its `mask_functions.py`.)
 *
 * @param pixels - Number of pixels of the picture.
 * @returns start and length of each run, one after the other, starts counted from the top left; undefined when the
 *   text is no such list or leads out of the picture
 */
export function decodeRelativeRuns(text: string, pixels: number): number[] | undefined {
  const words = text.trim().split(/\s+/);
  if (words.length === 1 && (words[0] === '-1' || words[0] === '')) return [];
  if (words.length % 2 !== 0) return undefined;
  const runs: number[] = [];
  let at = 0;
  for (let index = 0; index < words.length; index += 2) {
    const [gap, length] = [words[index]!, words[index + 1]!];
    if (!/^\d{1,9}$/.test(gap) || !/^\d{1,9}$/.test(length) || Number(length) === 0) return undefined;
    at += Number(gap);
    runs.push(at, Number(length));
    at += Number(length);
    if (at > pixels) return undefined;
  }
  return runs;
}

/**
 * The inverse of {@link decodeRelativeRuns}, from a mask.
 * @param mask - One value a pixel, row by row; inside where not 0. Length width × height.
 */
export function encodeRelativeRuns(mask: Uint8Array, width: number, height: number): string {
  const words: number[] = [];
  let end = 0;
  let start = -1;
  for (let at = 0; at <= width * height; at++) {
    const inside = at < width * height && mask[(at % height) * width + Math.floor(at / height)] !== 0;
    if (inside && start < 0) start = at;
    else if (!inside && start >= 0) {
      words.push(start - end, at - start);
      end = at;
      start = -1;
    }
  }
  return words.length === 0 ? '-1' : words.join(' ');
}
