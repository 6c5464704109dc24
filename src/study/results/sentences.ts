import type { DifferenceEstimate } from './estimates.js';

/** What a sentence about a difference needs to know. */
export interface Said extends DifferenceEstimate {
  readonly first: string;
  readonly second: string;
  /** How many trainings each side is the mean of. */
  readonly seeds: number;
  readonly claim?: { readonly value: number; readonly source: string } | undefined;
}

/** A difference in points, with its sign. */
export function inPoints(value: number): string {
  const points = (100 * Math.abs(value)).toFixed(1);
  return `${Number(points) === 0 ? '±' : value < 0 ? '−' : '+'}${points}`;
}

/** What was shown and what not: a difference whose interval holds 0 is called so, whatever its size. */
export function sentenceOf({ first, second, value, low, high, seeds, claim }: Said): string {
  const interval = `${inPoints(value)} points [${inPoints(low)}, ${inPoints(high)}]`;
  const shown =
    low > 0
      ? `${first} was better than ${second}: ${interval}.`
      : high < 0
        ? `${first} was worse than ${second}: ${interval}.`
        : `No difference between ${first} and ${second} was shown: ${interval}, an interval that holds 0.`;
  const claimed =
    claim === undefined
      ? ''
      : claim.value < low
        ? ` The ${inPoints(claim.value)} of ${claim.source} lie below the interval.`
        : claim.value > high
          ? ` The ${inPoints(claim.value)} of ${claim.source} lie above the interval.`
          : ` The ${inPoints(claim.value)} of ${claim.source} lie within the interval.`;
  const caution =
    seeds > 1
      ? ''
      : ' With one training each, the interval is that of other patients; another seed may differ by more.';
  return shown.charAt(0).toUpperCase() + shown.slice(1) + claimed + caution;
}
