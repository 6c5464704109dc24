/** How well the words of prompts fit the cells of pictures: GLoRIA's local attention, as it is used after training. */
import type { ImageFeatures, VisionLanguageModel, WordFeatures } from '../../models/index.js';
import { noGrad, scope, type Tensor, tensor } from '../../tensor/index.js';

/** τ₁ of GLoRIA: sharpness of a word's attention over cells. */
const SHARPNESS = 4;

/** Smallest length that is divided by. */
const EPSILON = 1e-8;

/** Fills the place of words that are not there: far below any score, and a number, so that no 0 · ∞ comes up. */
const NOTHING = -1e30;

/** Most scores (cell × word) of pictures that are worked on at once. */
const GREATEST_BLOCK = 8_000_000;

/** Different texts, and the words that the model reads in each. */
export interface PromptWords {
  readonly texts: readonly string[];
  readonly words: WordFeatures;
}

/** Asks a model for the words of texts, each different text once; undefined for a model that knows no words. */
export async function promptWords(
  model: VisionLanguageModel,
  texts: Iterable<string>,
): Promise<PromptWords | undefined> {
  if (model.encodeWords === undefined) return undefined;
  const different = [...new Set(texts)];
  return { texts: different, words: await model.encodeWords(different) };
}

/**
 * Local similarity of each picture to each text (Huang et al., 2021, GLoRIA, ICCV, equations 3 to 6; at inference the
 * greatest cosine over the words takes the place of the log-sum):
 *
 *     A_rj = ⟨c_r, w_j⟩,  α_rj = softmax_r( 4 softmax_j(A_rj) ),  x_j = Σ_r α_rj c_r
 *     Z    = max_j cos(x_j, w_j)
 *
 * @param features - With `lengths`, or cells count as of length 1.
 * @returns N × texts, in [−1, 1].
 */
export function wordSimilarities(features: ImageFeatures, { texts, words }: PromptWords): Float64Array {
  const result = new Float64Array((features.global.length / features.dimension) * texts.length);
  forEachBlock(features, words, (cells, first) => {
    const { scores, attention, missing } = attend(cells, words);
    // |x_j|² = α_jᵀ G α_j with G_rs = ⟨c_r, c_s⟩, so that x_j is never made.
    const gram = cells.matmul(cells.transpose(1, 2));
    const square = attention
      .mul(gram.matmul(attention))
      .sum(1)
      .clamp(EPSILON ** 2);
    const lengths = wordTensor(words).norm(1).clamp(EPSILON);
    const cosine = attention.mul(scores).sum(1).div(square.sqrt().mul(lengths));
    const pictures = cells.shape[0]!;
    const best = cosine.reshape([pictures, texts.length, words.width]).maskedFill(missing, NOTHING).amax(2);
    result.set(best.toFloat32(), first * texts.length);
  });
  return result;
}

/**
 * Maps of each picture for each text: `attention`, the mean of α over its words, times the number of cells (1
 * everywhere for a model that sees nothing); `words`, the mean over its words of the cosine of cell and word.
 * @returns N × texts × cells.
 */
export function wordMaps(
  features: ImageFeatures,
  { texts, words }: PromptWords,
  kind: 'attention' | 'words',
): Float32Array {
  const regions = features.cells[0] * features.cells[1];
  const size = texts.length * regions;
  const result = new Float32Array((features.global.length / features.dimension) * size);
  forEachBlock(features, words, (cells, first) => {
    const pictures = cells.shape[0]!;
    const { scores, attention, missing } = attend(cells, words);
    const values =
      kind === 'attention'
        ? attention.mul(regions)
        : scores.div(cells.norm(2).clamp(EPSILON).unsqueeze(2).mul(wordTensor(words).norm(1).clamp(EPSILON)));
    const there = missing.logicalNot().to({ dtype: 'f32' });
    const mean = values
      .reshape([pictures, regions, texts.length, words.width])
      .mul(there)
      .sum(3)
      .div(there.sum(1).clamp(1))
      .transpose(1, 2);
    result.set(mean.contiguous().toFloat32(), first * size);
  });
  return result;
}

/**
 * @param cells - N × R × D.
 * @returns `scores` and `attention`: N × R × (M · W); `missing`: M × W.
 */
function attend(cells: Tensor, words: WordFeatures): { scores: Tensor; attention: Tensor; missing: Tensor } {
  const [pictures, regions] = cells.shape as [number, number];
  const texts = words.mask.length / words.width;
  const missing = tensor(words.mask, { shape: [texts, words.width] }).eq(0);
  const scores = cells.matmul(wordTensor(words).transpose(0, 1));
  const attention = scores
    .reshape([pictures, regions, texts, words.width])
    .maskedFill(missing, NOTHING)
    .softmax(3)
    .reshape([pictures, regions, texts * words.width])
    .mul(SHARPNESS)
    .softmax(1);
  return { scores, attention, missing };
}

/** (M · W) × D. */
function wordTensor({ vectors, dimension }: WordFeatures): Tensor {
  return tensor(vectors, { shape: [vectors.length / dimension, dimension] });
}

/** Pictures in blocks of bounded size. @param visit - Gets the cells, n × R × D, not normalised. */
function forEachBlock(
  { map, lengths, cells: [height, width], dimension }: ImageFeatures,
  { mask }: WordFeatures,
  visit: (cells: Tensor, first: number) => void,
): void {
  const regions = height * width;
  const size = dimension * regions;
  const pictures = map.length / size;
  const most = Math.max(1, Math.floor(GREATEST_BLOCK / Math.max(1, regions * mask.length)));
  for (let first = 0; first < pictures; first += most) {
    const count = Math.min(most, pictures - first);
    scope(() =>
      noGrad(() => {
        const unit = tensor(map.slice(first * size, (first + count) * size), {
          shape: [count, dimension, regions],
        });
        const raw =
          lengths === undefined
            ? unit
            : unit.mul(
                tensor(lengths.slice(first * regions, (first + count) * regions), {
                  shape: [count, 1, regions],
                }),
              );
        visit(raw.transpose(1, 2).contiguous(), first);
      }),
    );
  }
}
