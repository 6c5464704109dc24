import type { Random } from '../../base/index.js';
import { call, type Tensor, tensor, zeros } from '../../tensor/index.js';
import type { PretrainRecipe } from '../recipe.js';
import type { CachedSample } from './cached-sample.js';
import { type Claim, nameOf } from './statements.js';

/** Words whose place in the picture is asked for. */
export interface Phrase {
  readonly text: string;
  /** The findings that it says are there. None when it says that something is absent: then it is nowhere. */
  readonly findings: readonly Claim[];
}

/** What phrases are about in a sample. */
type Described = Pick<CachedSample, 'statements' | 'regions'>;

/** A finding of which less than this is left after cropping is neither there nor not. */
const LEAST_CHANGE = 0.02;

/**
 * The phrases of a batch: sentences and bare names of findings that have a region, and of absent ones.
 * @param samples - The batch.
 */
export function choosePhrases(
  samples: readonly Described[],
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
function regionsOf(sample: Described, { concept, side }: Claim): number[] {
  return sample.regions.flatMap((region, index) =>
    region.concept === concept && (side === undefined || region.side === side) ? [index] : [],
  );
}

/** Which regions show which phrases, of N samples and P phrases. */
export interface PhraseLinks {
  /** N × P: 0 where a picture may show a finding but it is not known where, else 1. */
  readonly known: Float32Array;
  /** The pairs that regions show, each once: sample × P + phrase. */
  readonly pairs: BigInt64Array;
  /** For each of these its regions, counted over all samples: as many for each, the first one again where it has fewer. */
  readonly regions: BigInt64Array;
}

/** Links the phrases to the regions of the samples by what both say. */
export function linkPhrases(samples: readonly Described[], phrases: readonly Phrase[]): PhraseLinks {
  const known = new Float32Array(samples.length * phrases.length).fill(1);
  const linked = new Map<number, number[]>();
  let firstRegion = 0;
  samples.forEach((sample, row) => {
    phrases.forEach((phrase, column) => {
      const pair = row * phrases.length + column;
      for (const finding of phrase.findings) {
        const shown = regionsOf(sample, finding);
        if (shown.length === 0 && mayShow(sample, finding)) known[pair] = 0;
        if (shown.length === 0) continue;
        const regions = shown.map(region => firstRegion + region);
        linked.set(pair, [...(linked.get(pair) ?? []), ...regions]);
      }
    });
    firstRegion += sample.regions.length;
  });
  const most = Math.max(0, ...[...linked.values()].map(regions => regions.length));
  const even = [...linked.values()].flatMap(regions =>
    Array.from({ length: most }, (_, at) => BigInt(regions[at] ?? regions[0]!)),
  );
  const pairs = BigInt64Array.from(linked.keys(), BigInt);
  return { known, pairs, regions: BigInt64Array.from(even) };
}

/**
 * Where each phrase is in each picture. Nothing of it waits for the device.
 * @param changes - R × C: the change maps of all regions of the batch, C cells each, in [0, 1]. Undefined for no region.
 * @returns N·P × C targets in [0, 1], 1 in the cell that a finding changed most; and N·P, 0 where a picture may show
 *   the finding but it is not known where.
 */
export function phraseTargets(
  links: PhraseLinks,
  changes: Tensor | undefined,
  cells: number,
  device: string,
): { target: Tensor; known: Tensor } {
  const known = tensor(links.known).to({ device });
  const empty = zeros([links.known.length, cells], { device });
  if (changes === undefined || links.pairs.length === 0) return { target: empty, known };
  const pairs = tensor(links.pairs).to({ device });
  const each = links.regions.length / links.pairs.length;
  const maps = changes.indexSelect(0, tensor(links.regions).to({ device })).reshape([-1, each, cells]);
  const most = maps.amax([2], true);
  const left = most.ge(LEAST_CHANGE).to({ dtype: 'f32' });
  const shown = maps.div(most.clamp(LEAST_CHANGE)).mul(left).amax([1]);
  const sure = known.indexSelect(0, pairs).mul(left.amin([1, 2]));
  return {
    target: call('aten::index_copy', empty, 0, pairs, shown),
    known: call('aten::index_copy', known, 0, pairs, sure),
  };
}

/** Whether the sample's text leaves open that the finding is there, though no region fits it. */
function mayShow(sample: Described, finding: Claim): boolean {
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
