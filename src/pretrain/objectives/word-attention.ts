/** How well words fit pictures, cell by cell: GLoRIA's attention, for all captions of a batch at once. */
import { InputError } from '../../base/index.js';
import { callTensors, cat, type Tensor, tensor } from '../../tensor/index.js';

/** Temperatures of the attention; see {@link localSimilarities}. */
export interface AttentionTemperatures {
  /** τ₁: sharpness of a word's attention over cells. */
  readonly attention: number;
  /** τ₂: how far the best words of a caption outweigh the others. */
  readonly words: number;
}

/**
 * Most scores (cell × word) that are worked on at once. 4 such blocks of f32 are kept for the backward pass of each
 * block whatever its size; a bound makes the passing ones small, and short captions be worked on apart from long ones.
 */
const GREATEST_BLOCK = 16_000_000;

/** Captions are put together until this share of a block's words would be padding. */
const GREATEST_PADDING = 0.2;

/** Smallest length that is divided by. */
const EPSILON = 1e-8;

/** Fills the place of words that are not there: far below any score, and a number, so that no 0 · ∞ comes up. */
const NOTHING = -1e30;

/** Captions of about the same length, which are worked on together. */
interface Block {
  readonly captions: readonly number[];
  /** Words of the longest of them. */
  readonly width: number;
  /** Whether some are shorter. */
  readonly padded: boolean;
}

/**
 * Similarity of every picture to every caption through their cells and words (Huang et al., 2021, GLoRIA, ICCV,
 * equations 3 to 6):
 *
 *     A_rj = ⟨c_r, w_j⟩
 *     α_rj = softmax_r( τ₁ softmax_j(A_rj) )
 *     x_j  = Σ_r α_rj c_r
 *     Z    = log Σ_j exp( τ₂ cos(x_j, w_j) )
 *
 * The context x_j is never made: ⟨x_j, w_j⟩ = Σ_r α_rj A_rj, and |x_j|² = α_jᵀ G α_j with G_rs = ⟨c_r, c_s⟩, which takes
 * a product over cells (361 at 19 × 19) where making x_j takes one over dimensions (768), and all captions share G.
 * @param cells - N × D × h × w, not normalised.
 * @param words - M × W × D, not normalised.
 * @param mask - M × W: 1 where there is a word.
 * @returns N × M.
 * @throws InputError for a caption without words.
 */
export function localSimilarities(
  cells: Tensor,
  words: Tensor,
  mask: Tensor,
  temperatures: AttentionTemperatures,
): Tensor {
  const [pictures, dimension, height, width] = cells.shape as [number, number, number, number];
  const regions = height * width;
  const places = wordPlaces(mask);
  const blocks = planBlocks(
    places.map(each => each.length),
    pictures * regions,
  );
  const flat = cells.reshape([pictures, dimension, regions]).transpose(1, 2).contiguous();
  const gram = flat.matmul(flat.transpose(1, 2));
  const rows = flat.reshape([pictures * regions, dimension]);

  // One gathering of all words, in the order of the blocks; a missing word is a repetition of the caption's first.
  const order = blocks.flatMap(block =>
    block.captions.flatMap(caption =>
      Array.from({ length: block.width }, (_, word) => places[caption]![word] ?? places[caption]![0]!),
    ),
  );
  const gathered = words.reshape([-1, dimension]).indexSelect(0, indices(order, words.device));
  const lengths = gathered.norm(1).clamp(EPSILON);
  const sizes = blocks.map(block => block.captions.length * block.width);
  const wordParts = callTensors('aten::split_with_sizes', gathered, sizes);
  const lengthParts = callTensors('aten::split_with_sizes', lengths, sizes);

  const similarities = blocks.map((block, index) => {
    const { captions, width: longest, padded } = block;
    const missing = padded ? missingWords(block, places, words.device) : undefined;
    const shape = [pictures, regions, captions.length * longest];
    const scores = rows.matmul(wordParts[index]!.transpose(0, 1)).reshape(shape);
    const byCaption = scores.reshape([pictures, regions, captions.length, longest]);
    const known = missing === undefined ? byCaption : byCaption.maskedFill(missing, NOTHING);
    const attention = known.softmax(3).reshape(shape).mul(temperatures.attention).softmax(1);
    const product = attention.mul(scores).sum(1);
    const square = attention.mul(gram.matmul(attention)).sum(1);
    const cosine = product.div(
      square
        .clamp(EPSILON ** 2)
        .sqrt()
        .mul(lengthParts[index]!),
    );
    const terms = cosine.mul(temperatures.words).reshape([pictures, captions.length, longest]);
    return (missing === undefined ? terms : terms.maskedFill(missing, NOTHING)).logsumexp(2);
  });

  const sorted = blocks.flatMap(block => block.captions);
  const back = sorted.map((_, caption) => sorted.indexOf(caption));
  return cat(similarities, 1).indexSelect(1, indices(back, words.device));
}

/** For each caption the places of its words among the M · W. */
function wordPlaces(mask: Tensor): number[][] {
  const [captions, width] = mask.shape as [number, number];
  const there = mask.toArray();
  return Array.from({ length: captions }, (_, caption) => {
    const places: number[] = [];
    for (let place = caption * width; place < (caption + 1) * width; place++) {
      if (there[place] !== 0) places.push(place);
    }
    if (places.length === 0) {
      throw new InputError({
        fault: `text ${caption + 1} of the batch has no words`,
        mend: 'leave pairs without text out of the data set',
      });
    }
    return places;
  });
}

/** Captions from the longest to the shortest, in blocks of bounded size and padding. */
function planBlocks(lengths: readonly number[], scoresPerWord: number): Block[] {
  const falling = lengths.map((_, caption) => caption).sort((a, b) => lengths[b]! - lengths[a]! || a - b);
  const most = Math.max(1, Math.floor(GREATEST_BLOCK / scoresPerWord));
  const groups: number[][] = [];
  let words = 0;
  for (const caption of falling) {
    const group = groups.at(-1);
    const size = group === undefined ? 0 : (group.length + 1) * lengths[group[0]!]!;
    words += lengths[caption]!;
    if (group === undefined || size > most || words < (1 - GREATEST_PADDING) * size) {
      groups.push([caption]);
      words = lengths[caption]!;
    } else {
      group.push(caption);
    }
  }
  return groups.map(captions => {
    const width = lengths[captions[0]!]!;
    return { captions, width, padded: lengths[captions.at(-1)!]! < width };
  });
}

/** Captions × width, bool: where a caption of the block has no word. */
function missingWords({ captions, width }: Block, places: readonly number[][], device: string): Tensor {
  const missing = captions.flatMap(caption =>
    Array.from({ length: width }, (_, word) => Number(word >= places[caption]!.length)),
  );
  return tensor(missing, { shape: [captions.length, width], dtype: 'bool', device });
}

function indices(values: readonly number[], device: string): Tensor {
  return tensor(BigInt64Array.from(values, BigInt), { device });
}
