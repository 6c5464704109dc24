import { Random } from '../../base/index.js';
import type { Dataset } from '../../data/index.js';
import { bootstrapMean, type Interval } from '../metrics/index.js';
import { type CopyThreshold, copyThreshold, type Nearest, nearestOverViews, shareBelow } from './copies.js';
import type { FeatureTable } from './feature-table.js';
import { type PictureSet, pictureSet } from './groups.js';
import { nearestNeighbours } from './neighbours.js';
import { PLANTED, type Planted, plantCopy } from './planted-copies.js';
import { embedPictures, type Look, type PictureFile, type ReadPictures, tableOf } from './read-pictures.js';
import { measureSamePatient, type SamePatient, standardiser } from './same-patient.js';

/** How near synthetic pictures come to the training pictures in one space. */
export interface SpacePrivacy {
  readonly features: string;
  readonly threshold: CopyThreshold;
  /** Synthetic pictures nearer to a training picture than the threshold: how many, their share, 95 % by patient. */
  readonly copied: {
    readonly count: number;
    readonly share: number;
    /** Null where all are of one patient. */
    readonly interval: Interval | null;
  };
  /** Median and least distance to the nearest training picture: of synthetic ones, and of real ones of other patients. */
  readonly nearest: Readonly<
    Record<'synthetic' | 'real', { readonly median: number; readonly least: number }>
  >;
  /** Share of planted copies that are found at the threshold. */
  readonly planted: Readonly<Record<Planted, number>>;
  /** How many real pictures were planted in each way. */
  readonly plantedCount: number;
  /** Absent where no patient has two real pictures. */
  readonly samePatient?: SamePatient & SamePatientShares;
  /** Absent unless pictures of the same report were asked for. */
  readonly prompts?: PromptPrivacy;
}

/** What the measure of same patients says of synthetic pictures and, to be held against it, of real ones of others. */
export interface SamePatientShares {
  /** Pictures that have a training picture above the threshold of pairs; grows with the number of training pictures. */
  readonly taken: { readonly synthetic: number; readonly realOfOthers: number };
  /**
   * The same at a threshold that only `falseAlarms` of real pictures of other patients reach, and how many real pictures
   * of patients with several are found again there.
   */
  readonly strict: { readonly synthetic: number; readonly falseAlarms: number; readonly foundAgain: number };
}

/** The worst picture of each prompt. */
export interface PromptPrivacy {
  readonly prompts: number;
  /** Pictures of a prompt, on average. */
  readonly pictures: number;
  /** Share of prompts with at least one copied picture. */
  readonly copied: number;
  /** What chance gives at the threshold's false alarms: more seeds are more chances. */
  readonly byChance: number;
  /** Median over prompts of the least distance. */
  readonly medianWorst: number;
}

export interface PrivacyOptions {
  readonly falseAlarms: number;
  readonly seed: number;
  readonly rounds: number;
  /** Look at the worst picture of each report that has several. */
  readonly prompts: boolean;
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A synthetic picture and the training picture that it is nearest to, for the eye. */
export interface ClosePair {
  readonly synthetic: string;
  readonly real: string;
  readonly features: string;
  /** Distance over the threshold: a copy below 1. */
  readonly ratio: number;
}

/** Pictures that are planted in each way. */
const PLANTS = 100;

/** The real pictures that are planted: drawn by the seed, their files held in memory. */
export async function drawPlants(
  dataset: Dataset,
  split: string | undefined,
  count: number,
  seed: number,
): Promise<PictureFile[]> {
  const order = Random.of(seed, 'plants').shuffle(Array.from({ length: count }, (_, at) => at));
  const chosen = new Set(order.slice(0, PLANTS));
  const files: PictureFile[] = [];
  let place = 0;
  for await (const { id, image } of dataset.samples(split)) {
    if (chosen.has(place++)) files.push({ id, bytes: image.bytes });
    if (files.length === chosen.size) break;
  }
  return files;
}

/** The pictures of one space: tables of the views of each set. */
export interface PrivacySpace {
  readonly look: Look;
  /** Of the real pictures: `plain`, `mirrored`, and those that only references have. */
  readonly real: readonly FeatureTable[];
  /** `plain`, `mirrored`. */
  readonly synthetic: readonly FeatureTable[];
}

/**
 * Measures in one space how near synthetic pictures lie to training pictures, by a threshold calibrated on real
 * pictures of different patients and tried on planted copies.
 */
export async function measurePrivacy(
  space: PrivacySpace,
  records: { readonly real: ReadPictures['records']; readonly synthetic: ReadPictures['records'] },
  plants: readonly PictureFile[],
  options: PrivacyOptions,
): Promise<{ privacy: SpacePrivacy; copies: string[]; pairs: ClosePair[] }> {
  const { falseAlarms, seed, rounds, signal } = options;
  const { look } = space;
  const mirrored = look.views.indexOf('mirrored');
  const queries = [space.real[0]!, space.real[mirrored]!];
  const references = space.real.filter((_, view) => view !== mirrored);
  const real = pictureSet(space.real[0]!, records.real);
  const synthetic = pictureSet(space.synthetic[0]!, records.synthetic);

  let step = 0;
  const progress = (done: number, total: number) => options.onProgress?.(step + done / total, 3);
  const ownNearest = await nearestOverViews(queries, references, {
    apart: [real.patients, real.patients],
    onProgress: progress,
    signal,
  });
  const threshold = copyThreshold(ownNearest.distances, falseAlarms);
  step++;
  const found = await nearestOverViews(space.synthetic, references, { onProgress: progress, signal });
  step++;
  const planted = {} as Record<Planted, number>;
  const queryLook: Look = { ...look, views: ['plain', 'mirrored'] };
  for (const [at, how] of PLANTED.entries()) {
    const tables = await plantedTables(plants, how, queryLook);
    planted[how] = shareBelow((await nearestOverViews(tables, references, { signal })).distances, threshold);
    progress(at + 1, PLANTED.length);
  }
  const flags = Float64Array.from(found.distances, distance => Number(distance < threshold.distance));
  const count = flags.reduce((sum, flag) => sum + flag, 0);
  const samePatient = await measureAgain(real, synthetic, { falseAlarms, seed, rounds });
  const privacy: SpacePrivacy = {
    features: look.space.name,
    threshold,
    copied: {
      count,
      share: count / flags.length,
      interval:
        synthetic.patientCount < 2
          ? null
          : bootstrapMean(flags, synthetic.patients, { groups: synthetic.patientCount, rounds, seed }),
    },
    nearest: { synthetic: summarise(found.distances), real: summarise(ownNearest.distances) },
    planted,
    plantedCount: plants.length,
    ...(samePatient === undefined ? {} : { samePatient }),
    ...(options.prompts ? { prompts: promptsOf(records.synthetic, found, threshold) } : {}),
  };
  const copies = records.synthetic.filter((_, row) => flags[row] === 1).map(({ id }) => id);
  const pairs = records.synthetic.map(
    ({ id }, row): ClosePair => ({
      synthetic: id,
      real: records.real[found.rows[row]!]!.id,
      features: look.space.name,
      ratio: threshold.distance > 0 ? found.distances[row]! / threshold.distance : Number.POSITIVE_INFINITY,
    }),
  );
  return { privacy, copies, pairs: pairs.sort((a, b) => a.ratio - b.ratio).slice(0, 24) };
}

async function plantedTables(
  plants: readonly PictureFile[],
  how: Planted,
  look: Look,
): Promise<FeatureTable[]> {
  const copies = await Promise.all(plants.map(file => plantCopy(file, how, 'a planted copy')));
  const [views] = await embedPictures(copies, [look], 'a planted copy');
  return views!.map(vectors => tableOf([vectors], copies.length));
}

/** Same patients by standardised vectors, and what that says of synthetic pictures. */
async function measureAgain(
  real: PictureSet,
  synthetic: PictureSet,
  { falseAlarms, seed, rounds }: { falseAlarms: number; seed: number; rounds: number },
): Promise<SpacePrivacy['samePatient']> {
  const standardise = standardiser(real.table);
  const set: PictureSet = { ...real, table: standardise(real.table) };
  const measured = measureSamePatient(set, { seed, rounds });
  if (measured === undefined) return undefined;
  const apart = [set.patients, set.patients] as const;
  const others = (await nearestNeighbours(set.table, set.table, { k: 1, apart })).distances;
  const own = (await nearestNeighbours(standardise(synthetic.table), set.table, { k: 1 })).distances;
  // Of unit vectors the squared distance is 2 − 2 likeness.
  const reach = Math.sqrt(Math.max(0, 2 - 2 * measured.threshold));
  const within = (distances: Float64Array) =>
    distances.filter(distance => distance <= reach).length / distances.length;
  const strict = copyThreshold(others, falseAlarms);
  return {
    ...measured,
    taken: { synthetic: within(own), realOfOthers: within(others) },
    strict: {
      synthetic: shareBelow(own, strict),
      falseAlarms: strict.falseAlarms,
      foundAgain: await foundAgain(set, strict),
    },
  };
}

/** Share of pictures of patients with several for which another of the same patient is below the threshold. */
async function foundAgain(set: PictureSet, threshold: CopyThreshold): Promise<number> {
  const byPatient: number[][] = Array.from({ length: set.patientCount }, () => []);
  for (const [place, patient] of set.patients.entries()) byPatient[patient]!.push(place);
  const { dimension, values } = set.table;
  let pictures = 0;
  let again = 0;
  for (const places of byPatient.filter(list => list.length > 1)) {
    for (const one of places) {
      pictures++;
      const isFound = places.some(other => {
        if (other === one) return false;
        let square = 0;
        for (let at = 0; at < dimension; at++) {
          square += (values[one * dimension + at]! - values[other * dimension + at]!) ** 2;
        }
        return Math.sqrt(square) < threshold.distance;
      });
      if (isFound) again++;
    }
  }
  return again / pictures;
}

/** Reports with several pictures. @returns What there is for none: zero prompts. */
export function promptsOf(
  records: ReadPictures['records'],
  { distances }: Pick<Nearest, 'distances'>,
  threshold: CopyThreshold,
): PromptPrivacy {
  const byReport = new Map<string, number[]>();
  for (const [row, { findings, impression }] of records.entries()) {
    const text = `${findings.trim()}\n\n${impression.trim()}`;
    if (text.trim() === '') continue;
    const rows = byReport.get(text);
    if (rows === undefined) byReport.set(text, [row]);
    else rows.push(row);
  }
  const groups = [...byReport.values()].filter(rows => rows.length > 1);
  const worst = groups.map(rows => Math.min(...rows.map(row => distances[row]!)));
  const average = (values: readonly number[]) =>
    values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
  return {
    prompts: groups.length,
    pictures: average(groups.map(rows => rows.length)),
    copied: average(worst.map(distance => Number(distance < threshold.distance))),
    byChance: average(groups.map(rows => 1 - (1 - threshold.falseAlarms) ** rows.length)),
    medianWorst: groups.length === 0 ? 0 : summarise(Float64Array.from(worst)).median,
  };
}

function summarise(distances: Float64Array): { median: number; least: number } {
  const sorted = distances.filter(Number.isFinite).sort();
  const median = (sorted[(sorted.length - 1) >> 1]! + sorted[sorted.length >> 1]!) / 2;
  return { median, least: sorted[0]! };
}
