import type { Verdict } from '../../data/index.js';
import type { CheckInput, PictureCheck } from '../check.js';
import { type PixelStatistics, pixelStatistics } from '../pixels/statistics.js';

/** A rule on one figure of the picture. */
interface PixelRule {
  readonly name: string;
  /** The figure, from the statistics. */
  readonly score: (statistics: PixelStatistics) => number;
  /** The least and the greatest score that passes; one of them. */
  readonly least?: number;
  readonly most?: number;
  /** Said of a picture that fails; the figure is added. */
  readonly reason: string;
}

/** The checks share one measurement of a picture. */
const measured = new WeakMap<Uint8Array, PixelStatistics>();

function statisticsOf(input: CheckInput): PixelStatistics {
  let statistics = measured.get(input.pixels);
  if (statistics === undefined) {
    statistics = pixelStatistics(input.pixels, input.width, input.height);
    measured.set(input.pixels, statistics);
  }
  return statistics;
}

/** A check of one figure against one threshold. */
export function pixelCheck(rule: PixelRule): PictureCheck {
  const { name, least, most } = rule;
  const threshold = least ?? most ?? null;
  return {
    name,
    async check(inputs) {
      return inputs.map((input): Verdict => {
        const score = rule.score(statisticsOf(input));
        const passed =
          score >= (least ?? Number.NEGATIVE_INFINITY) && score <= (most ?? Number.POSITIVE_INFINITY);
        const bound = least !== undefined ? `below ${least}` : `above ${most}`;
        const reason = passed ? '' : `${rule.reason}: ${Number(score.toPrecision(3))} is ${bound}`;
        return { check: name, passed, score, threshold, reason };
      });
    },
  };
}
