import { sha256 } from '../../base/index.js';
import type { Verdict } from '../../data/index.js';
import type { Check } from '../check.js';
import { type Embedder, fitPictures } from './embedder.js';
import type { ReferenceSet } from './reference-set.js';

/** The paper's rule: a picture whose similarity to any bad picture is above this is bad (with RAD-DINO's vectors). */
export const PAPER_SIMILARITY = 0.5;

export interface SimilarityRule {
  /**
   * `bad`: refused when the likeness to any reference picture is above the threshold; `like`: refused when it is below
   * the threshold for all of them.
   */
  readonly kind: 'bad' | 'like';
  /**
   * Cosine, from -1 to 1. It belongs to an embedder: in the space of a small model all chest X-rays lie close
   * together, and PAPER_SIMILARITY would refuse most of them; see `centredEmbedder`.
   */
  readonly threshold: number;
}

/** Compares each picture with reference pictures by the cosine of their vectors. The score is the greatest one. */
export function similarityCheck(embedder: Embedder, references: ReferenceSet, rule: SimilarityRule): Check {
  const { kind, threshold } = rule;
  const name = kind === 'bad' ? 'bad-likeness' : 'reference-likeness';
  return {
    name,
    fingerprint: sha256(JSON.stringify([embedder.fingerprint, references.fingerprint, rule])),
    async check(inputs) {
      const vectors = await embedder.embed(await fitPictures(inputs, embedder.size), inputs.length);
      const dimension = vectors.length / inputs.length;
      return inputs.map((_, row): Verdict => {
        const vector = vectors.subarray(row * dimension, (row + 1) * dimension);
        const { score, nearest } = nearestOf(vector, references);
        // A broken model's NaN is no likeness: it must not let a bad picture pass.
        const passed = kind === 'bad' ? score <= threshold : score >= threshold;
        const figure = Number(score.toPrecision(3));
        const reason =
          kind === 'bad'
            ? `the picture is like the bad picture ${nearest}: ${figure} is above ${threshold}`
            : `the picture is like none of the references, ${nearest} the nearest: ${figure} is below ${threshold}`;
        const isNumber = Number.isFinite(score);
        return {
          check: name,
          passed,
          score: isNumber ? score : null,
          threshold,
          reason: passed ? '' : reason,
        };
      });
    },
  };
}

function nearestOf(
  vector: Float32Array,
  { names, vectors }: ReferenceSet,
): { score: number; nearest: string } {
  let score = Number.NEGATIVE_INFINITY;
  let nearest = 0;
  for (let row = 0; row < names.length; row++) {
    let cosine = 0;
    for (let at = 0; at < vector.length; at++) cosine += vector[at]! * vectors[row * vector.length + at]!;
    if (Number.isNaN(cosine)) return { score: Number.NaN, nearest: names[row]! };
    if (cosine > score) {
      score = cosine;
      nearest = row;
    }
  }
  return { score, nearest: names[nearest]! };
}
