import { type Random, UsageError } from '../../base/index.js';
import type { PlanSettings } from './settings.js';

/** How many findings that are there each sample has. */
export interface FindingsCounts {
  /** Findings in all of the first samples; `samples` is a block's start or the plan's end. */
  after(samples: number): number;
  /** Findings of each of the samples [start, end), a block, in random order. */
  inBlock(start: number, end: number, random: Random): number[];
}

/** By the weights of the settings: the same counts in every block, and their even share in the last, short one. */
export function countsByWeights(
  findingsPerReport: readonly number[],
  { k }: PlanSettings,
  blockSize: number,
): FindingsCounts {
  if (findingsPerReport.length > k + 1) {
    throw new UsageError({
      fault: `findingsPerReport gives reports with up to ${findingsPerReport.length - 1} findings, and k is ${k}`,
      mend: 'raise k or shorten findingsPerReport',
    });
  }
  const whole = sum(apportion(findingsPerReport, blockSize));
  return {
    after: samples =>
      Math.floor(samples / blockSize) * whole + sum(apportion(findingsPerReport, samples % blockSize)),
    inBlock: (start, end, random) => random.shuffle(apportion(findingsPerReport, end - start)),
  };
}

/**
 * By the share of findings among all entities, dealt at random. Normal statements that go with no finding at
 * all ("no acute cardiopulmonary abnormality") need reports without one, so that many in a block get none.
 * @param presentShare - Share of findings that are there among the k entities, 0 to 1.
 * @param normalsPerSample - Uses a sample of the most used statement that goes with no finding; 0 where there is none.
 */
export function countsByShare(presentShare: number, normalsPerSample: number, k: number): FindingsCounts {
  const after = (samples: number) => Math.floor(samples * k * presentShare + 0.5);
  return {
    after,
    inBlock(start, end, random) {
      const size = end - start;
      const present = after(end) - after(start);
      const room = size - Math.ceil(present / k);
      // One more than the mean, since a block may meet the end of one round and the beginning of the next.
      const wanted = normalsPerSample === 0 ? 0 : Math.ceil(normalsPerSample * size) + 1;
      const without = Math.min(wanted, room, Math.floor(size / 2));
      const slots = random.shuffle(
        Array.from({ length: (size - without) * k }, (_, slot) => (slot < present ? 1 : 0)),
      );
      const counts = Array.from({ length: size - without }, (_, sample) =>
        sum(slots.slice(sample * k, (sample + 1) * k)),
      );
      return random.shuffle([...counts, ...new Array<number>(without).fill(0)]);
    },
  };
}

/** Deals `size` samples to 0, 1, 2 … findings by weight (largest remainder): the number of findings of each. */
function apportion(weights: readonly number[], size: number): number[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const exact = weights.map(weight => (weight / total) * size);
  const counts = exact.map(Math.floor);
  const byRemainder = exact
    .map((share, index) => ({ index, remainder: share - Math.floor(share) }))
    .sort((one, other) => other.remainder - one.remainder || one.index - other.index);
  const missing = size - counts.reduce((sum, count) => sum + count, 0);
  for (const { index } of byRemainder.slice(0, missing)) counts[index]!++;
  return counts.flatMap((count, findings) => Array.from({ length: count }, () => findings));
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}
