import type { Random } from '../../base/index.js';
import type { PretrainRecipe } from '../recipe.js';
import type { CachedSample } from './pixel-cache.js';
import { type Claim, nameOf } from './statements.js';

/** Words whose place in the picture is asked for. */
export interface Phrase {
  readonly text: string;
  /** The findings that it says are there. None when it says that something is absent: then it is nowhere. */
  readonly findings: readonly Claim[];
}

/** A finding of which less than this is left after cropping is neither there nor not. */
const LEAST_CHANGE = 0.02;

/**
 * The phrases of a batch: sentences and bare names of findings that have a region, and of absent ones.
 * @param samples - The batch.
 */
export function choosePhrases(
  samples: readonly CachedSample[],
  settings: PretrainRecipe['grounding'],
  random: Random,
): Phrase[] {
  const present = new Map<string, Phrase>();
  const absent = new Map<string, Phrase>();
  for (const sample of random.shuffle(samples)) {
    for (const { text, claims } of sample.statements) {
      const findings = claims.filter(claim => claim.state === 'present');
      const gone = claims.filter(claim => claim.state === 'absent');
      if (findings.length > 0 && findings.some(finding => regionsOf(sample, finding).length > 0)) {
        const finding = random.pick(findings);
        const bare = random.chance(0.5);
        const phrase: Phrase = bare ? barePhrase(finding, random.chance(0.5)) : { text, findings };
        if (phrase.findings.some(each => regionsOf(sample, each).length > 0))
          present.set(phrase.text, phrase);
      } else if (findings.length === 0 && gone.length > 0 && gone.length === claims.length) {
        const phrase = random.chance(0.5) ? nameOf(random.pick(gone), false) : text;
        absent.set(phrase, { text: phrase, findings: [] });
      }
    }
  }
  return [
    ...random.shuffle([...present.values()]).slice(0, settings.phrases),
    ...random.shuffle([...absent.values()]).slice(0, settings.absent),
  ];
}

function barePhrase(finding: Claim, withSide: boolean): Phrase {
  const { side: _, ...anySide } = finding;
  const claim = withSide ? finding : anySide;
  return { text: nameOf(claim, true), findings: [claim] };
}

/** Regions of a sample that show what the claim says; a claim without side fits any. */
function regionsOf(sample: CachedSample, { concept, side }: Claim): number[] {
  return sample.regions.flatMap((region, index) =>
    region.concept === concept && (side === undefined || region.side === side) ? [index] : [],
  );
}

/**
 * Where each phrase is in each picture.
 * @param changes - The change maps of all regions of the batch, one after the other, `cells` values each.
 * @param cells - Number of cells of a map.
 * @returns N × P × cells targets in [0, 1], 1 in the cell that a finding changed most; and N × P, 0 where a
 *   picture may show the finding but it is not known where.
 */
export function phraseTargets(
  samples: readonly CachedSample[],
  phrases: readonly Phrase[],
  changes: Float32Array,
  cells: number,
): { target: Float32Array; known: Float32Array } {
  const target = new Float32Array(samples.length * phrases.length * cells);
  const known = new Float32Array(samples.length * phrases.length).fill(1);
  let firstRegion = 0;
  samples.forEach((sample, row) => {
    phrases.forEach((phrase, column) => {
      const pair = row * phrases.length + column;
      for (const finding of phrase.findings) {
        const shown = regionsOf(sample, finding);
        if (shown.length === 0 && mayShow(sample, finding)) known[pair] = 0;
        for (const region of shown) {
          const start = (firstRegion + region) * cells;
          const change = changes.subarray(start, start + cells);
          const most = change.reduce((greatest, value) => Math.max(greatest, value), 0);
          if (most < LEAST_CHANGE) {
            known[pair] = 0;
            continue;
          }
          for (let cell = 0; cell < cells; cell++) {
            const place = pair * cells + cell;
            target[place] = Math.max(target[place]!, change[cell]! / most);
          }
        }
      }
    });
    firstRegion += sample.regions.length;
  });
  return { target, known };
}

/** Whether the sample's text leaves open that the finding is there, though no region fits it. */
function mayShow(sample: CachedSample, finding: Claim): boolean {
  const opposite = (side: Claim['side']) =>
    (side === 'left' && finding.side === 'right') || (side === 'right' && finding.side === 'left');
  return sample.statements.some(({ claims }) =>
    claims.some(
      claim =>
        claim.concept === finding.concept &&
        (claim.state === 'present' || claim.state === 'uncertain') &&
        !opposite(claim.side),
    ),
  );
}
