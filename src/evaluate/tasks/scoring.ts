import { z } from 'zod';
import type { ImageFeatures } from '../../models/index.js';
import type { ClassPrompts } from '../prompts/index.js';
import {
  type ClassDirections,
  type Directions,
  globalSimilarities,
  localSimilarities,
} from './similarity.js';
import { type PromptWords, wordSimilarities } from './similarity-words.js';

/**
 * How a picture is scored against a class, each as a margin cos(·, t+) − cos(·, t−):
 *
 * - `global`: of the whole picture; the paper's protocol.
 * - `local`: of the cells of the feature map, by their soft maximum τ log mean exp(margin / τ).
 * - `local-max`: of the one cell where it is greatest.
 * - `global+local`: the mean of `global` and `local`.
 * - `gloria`: as GLoRIA (Huang et al., ICCV 2021): the mean of `global` and of the local similarity through the words
 *   (see `wordSimilarities`), which is averaged over the prompts of t+ and of t−. Needs a model that gives words.
 *   The authors' code brings both parts to mean 0 and deviation 1 over the pictures first; here a picture's score
 *   does not depend on the other pictures.
 */
export const Scoring = z.enum(['global', 'local', 'local-max', 'global+local', 'gloria']);
export type Scoring = z.infer<typeof Scoring>;

/**
 * Log-odds of softmax([cos(v, t+), cos(v, t−)] / τ)+, that is margin / τ. Kept as log-odds, because the
 * probability itself rounds to 1 for great margins, which would make ties.
 * @param temperature - τ > 0. Changes probabilities and how soft the soft maximum is; not the AUC of `global`.
 * @returns N × classes.
 */
export function logOdds(
  features: ImageFeatures,
  { difference }: ClassDirections,
  scoring: Exclude<Scoring, 'gloria'>,
  temperature: number,
): Float64Array {
  switch (scoring) {
    case 'global':
      return globalSimilarities(features, difference).map(margin => margin / temperature);
    case 'local':
      return pooled(features, difference, temperature);
    case 'local-max':
      return pooled(features, difference, temperature, true);
    case 'global+local': {
      const local = pooled(features, difference, temperature);
      return globalSimilarities(features, difference).map(
        (margin, cell) => (margin / temperature + local[cell]!) / 2,
      );
    }
  }
}

/**
 * Log-odds by `gloria` scoring; see {@link Scoring}.
 * @param words - The words of all prompts of the classes.
 * @returns N × classes.
 */
export function gloriaLogOdds(
  features: ImageFeatures,
  { difference }: ClassDirections,
  classes: readonly ClassPrompts[],
  words: PromptWords,
  temperature: number,
): Float64Array {
  const local = wordSimilarities(features, words);
  const placeOf = new Map(words.texts.map((text, place) => [text, place]));
  const places = classes.map(({ positive, negative }) => ({
    positive: positive.map(text => placeOf.get(text)!),
    negative: negative.map(text => placeOf.get(text)!),
  }));
  return globalSimilarities(features, difference).map((margin, cell) => {
    const start = Math.floor(cell / classes.length) * words.texts.length;
    const mean = (texts: readonly number[]) =>
      texts.reduce((sum, text) => sum + local[start + text]!, 0) / texts.length;
    const { positive, negative } = places[cell % classes.length]!;
    return (margin + mean(positive) - mean(negative)) / 2 / temperature;
  });
}

/** Maximum, or log mean exp, of margin / τ over the cells. */
function pooled(
  features: ImageFeatures,
  directions: Directions,
  temperature: number,
  hard = false,
): Float64Array {
  const margins = localSimilarities(features, directions);
  const cells = features.cells[0] * features.cells[1];
  return Float64Array.from({ length: margins.length / cells }, (_, row) => {
    const start = row * cells;
    let greatest = Number.NEGATIVE_INFINITY;
    for (let cell = start; cell < start + cells; cell++) greatest = Math.max(greatest, margins[cell]!);
    if (hard) return greatest / temperature;
    let sum = 0;
    for (let cell = start; cell < start + cells; cell++)
      sum += Math.exp((margins[cell]! - greatest) / temperature);
    return greatest / temperature + Math.log(sum / cells);
  });
}
