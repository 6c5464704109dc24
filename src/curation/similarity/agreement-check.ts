import { sha256 } from '../../base/index.js';
import type { ReportText, Verdict } from '../../data/index.js';
import type { PictureCheck } from '../check.js';
import { fitPictures, type TextEmbedder } from './embedder.js';

export interface AgreementRule {
  /** Share of other reports that may fit better, from 0 to 1. A report given to a picture by chance has any share. */
  readonly threshold: number;
  /** Other reports, such as those of the data set: at least 20. */
  readonly others: readonly string[];
}

/** A report as one text. */
export function textOf({ findings, impression }: ReportText): string {
  return `${findings} ${impression}`.replace(/\s+/g, ' ').trim();
}

/**
 * Whether report and picture belong together, by a model that was trained on such pairs: the score is the share of
 * other reports that lie nearer to the picture than its own (of equal ones half). Samples without a report pass.
 */
export async function agreementCheck(embedder: TextEmbedder, rule: AgreementRule): Promise<PictureCheck> {
  const { threshold } = rule;
  const others = await embedder.embedTexts(rule.others);
  return {
    name: 'agreement',
    fingerprint: sha256(JSON.stringify([embedder.fingerprint, rule])),
    async check(inputs) {
      const pictures = await embedder.embed(await fitPictures(inputs, embedder.size), inputs.length);
      const own = await embedder.embedTexts(inputs.map(textOf));
      const dimension = pictures.length / inputs.length;
      return inputs.map((input, row): Verdict => {
        if (textOf(input) === '') {
          return { check: 'agreement', passed: true, score: null, threshold, reason: '' };
        }
        const picture = pictures.subarray(row * dimension, (row + 1) * dimension);
        const fit = cosine(picture, own, row);
        let better = 0;
        for (let other = 0; other < rule.others.length; other++) {
          const difference = cosine(picture, others, other) - fit;
          // The same text may differ in the last digits when it is computed in another batch.
          if (difference > 1e-5) better++;
          else if (difference >= -1e-5) better += 0.5;
        }
        const score = Number.isNaN(fit) ? 1 : better / rule.others.length;
        const passed = score <= threshold;
        const share = `${Math.round(100 * score)} % of other reports fit the picture better than its own`;
        const reason = passed ? '' : `${share}, more than ${Math.round(100 * threshold)} %`;
        return { check: 'agreement', passed, score, threshold, reason };
      });
    },
  };
}

function cosine(vector: Float32Array, rows: Float32Array, row: number): number {
  let sum = 0;
  for (let at = 0; at < vector.length; at++) sum += vector[at]! * rows[row * vector.length + at]!;
  return sum;
}
