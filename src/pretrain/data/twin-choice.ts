import type { Random } from '../../base/index.js';
import type { Variation } from './augmentation.js';
import type { CachedRegion, CachedSample } from './cached-sample.js';
import { CHANGE_CELLS } from './change-map.js';
import { type Claim, nameOf } from './statements.js';

/** Share of a finding that must stay in the picture for the picture to differ from its twin. */
const LEAST_SHOWN = 0.5;

/** A twin to show beside its picture. */
export interface TwinChoice {
  /** Number of the region whose finding the twin lacks. */
  readonly region: number;
  /** Words for that finding: true of the picture, not of the twin. */
  readonly text: string;
  /** Words that deny it: true of the twin, not of the picture. */
  readonly denial: string;
}

/**
 * Chooses a twin and words that tell the two apart: a sentence whose one finding is the one that the twin lacks, or its
 * bare name. Regions are left out whose words would be true of the twin as well (the same finding is elsewhere
 * too), of which the report says nothing, or that the crop has taken away.
 * @param changes - 32 × 32 cells for each region.
 */
export function chooseTwin(
  sample: Pick<CachedSample, 'statements' | 'regions'>,
  changes: Uint8Array,
  variation: Variation,
  random: Random,
): TwinChoice | undefined {
  const cells = CHANGE_CELLS * CHANGE_CELLS;
  const choices = sample.regions.flatMap((region, index): TwinChoice[] => {
    if (region.twin !== true) return [];
    const words = wordsFor(sample, region, index);
    const map = changes.subarray(index * cells, (index + 1) * cells);
    if (words.length === 0 || shareShown(map, variation) < LEAST_SHOWN) return [];
    return [{ region: index, ...random.pick(words) }];
  });
  return choices.length === 0 ? undefined : random.pick(choices);
}

function wordsFor(
  { statements, regions }: Pick<CachedSample, 'statements' | 'regions'>,
  region: CachedRegion,
  index: number,
): Omit<TwinChoice, 'region'>[] {
  const others = regions.filter((other, at) => at !== index && other.concept === region.concept);
  const tells = (claim: Claim) =>
    claim.state === 'present' &&
    claim.concept === region.concept &&
    (claim.side === undefined || region.side === undefined || claim.side === region.side) &&
    others.every(other => apart(claim.side, other.side));
  return statements.flatMap(({ text, claims }) => {
    const findings = claims.filter(({ state }) => state === 'present' || state === 'uncertain');
    const finding = findings.find(tells);
    if (finding === undefined) return [];
    const denial = nameOf({ ...finding, state: 'absent' }, true);
    const named = { text: nameOf(finding, true), denial };
    return findings.length === 1 ? [{ text, denial }, named] : [named];
  });
}

/** Whether words for one side say nothing of the other: only left and right are apart. */
function apart(side: Claim['side'], other: Claim['side']): boolean {
  return (side === 'left' && other === 'right') || (side === 'right' && other === 'left');
}

/** Share of a change map that is still in the picture after its geometry was varied. */
export function shareShown(map: Uint8Array, { affine }: Variation): number {
  const [a, b, x0, c, d, y0] = affine;
  const determinant = a * d - b * c;
  let [shown, all] = [0, 0];
  for (let cell = 0; cell < map.length; cell++) {
    const change = map[cell]!;
    if (change === 0) continue;
    all += change;
    // From the middle of the cell in the picture, in [−1, 1], to where the result shows it.
    const x = (2 * ((cell % CHANGE_CELLS) + 0.5)) / CHANGE_CELLS - 1 - x0;
    const y = (2 * (Math.floor(cell / CHANGE_CELLS) + 0.5)) / CHANGE_CELLS - 1 - y0;
    const column = (d * x - b * y) / determinant;
    const row = (a * y - c * x) / determinant;
    if (Math.abs(column) <= 1 && Math.abs(row) <= 1) shown += change;
  }
  return all === 0 ? 0 : shown / all;
}
