import { UsageError } from '../../base/index.js';
import type { Sample } from '../../data/index.js';
import type { ImageFeatures, VisionLanguageModel } from '../../models/index.js';
import { encodeSamples } from '../encode.js';
import { contrastToNoise, OverlapCurve, pointsInside, upsample } from '../metrics/index.js';
import type { ClassPrompts, PromptSet } from '../prompts/index.js';
import {
  type GroundedFinding,
  type GroundingTable,
  type MapKind,
  onThresholdScale,
  patientNumbers,
  sortedFindings,
  THRESHOLDS,
} from '../scores/index.js';
import { regionMask } from './region-masks.js';
import { classDirections, localSimilarities } from './similarity.js';
import { promptWords, wordMaps } from './similarity-words.js';
import type { EvaluateOptions } from './task.js';

/** Side of the square on which maps and truth are compared, in pixels. */
const RESOLUTION = 128;

export interface GroundSamplesOptions {
  readonly prompts: PromptSet;
  readonly model: string;
  readonly data: string;
  readonly split: string;
  /** How many samples there are, for progress, those of the threshold included. */
  readonly total: number;
  /**
   * What the map is: `similarity`, the cosine of each cell with the mean of the class's positive prompts; `words`, that
   * with their words, averaged; `attention`, GLoRIA's attention of their words over cells. The last two need a model
   * that gives words. Default: `words` for such a model, else `similarity`.
   */
  readonly map?: MapKind | undefined;
  /** Samples on which the threshold is chosen, and the name of their split; else halves of the patients. */
  readonly threshold?:
    | { readonly split: string; readonly samples: AsyncIterable<Sample> | Iterable<Sample> }
    | undefined;
  readonly onProgress?: EvaluateOptions['onProgress'];
  readonly signal?: AbortSignal | undefined;
}

/**
 * Compares each class's map of a picture with the places of the finding. Memory: some 8 KB a finding.
 * @throws UsageError when the model cannot make the map asked for.
 */
export async function groundSamples(
  model: VisionLanguageModel,
  samples: AsyncIterable<Sample> | Iterable<Sample>,
  options: GroundSamplesOptions,
): Promise<GroundingTable> {
  const { prompts, data, total, threshold, onProgress, signal } = options;
  const map = options.map ?? (model.encodeWords === undefined ? 'similarity' : 'words');
  const mapsOf = await mapper(model, options, map);
  const findings: GroundedFinding[] = [];
  const leftOut = new Map<string, number>();
  const seen: { id: string; patient: string }[] = [];
  let placeless = 0;
  let done = 0;
  const ground = async (of: AsyncIterable<Sample> | Iterable<Sample>, role: GroundedFinding['role']) => {
    for await (const { samples: batch, features } of encodeSamples(model, of, { source: data, signal })) {
      const maps = mapsOf(features);
      const cells = features.cells[0] * features.cells[1];
      for (const [row, sample] of batch.entries()) {
        if (role === 'measured') {
          seen.push({ id: sample.id, patient: sample.patient });
          countLeftOut(sample, prompts.classes, leftOut);
        }
        for (const [column, entry] of prompts.classes.entries()) {
          const truth = await truthOf(sample, entry, data);
          if (truth === undefined) continue;
          const area = truth.reduce((sum, value) => sum + value, 0) / truth.length;
          if (area === 0 || area === 1) {
            if (role === 'measured') placeless++;
            continue;
          }
          const start = (row * prompts.classes.length + column) * cells;
          const shown = upsample(maps.subarray(start, start + cells), features.cells, RESOLUTION);
          const { id, patient } = sample;
          findings.push({
            id,
            patient,
            className: entry.name,
            role,
            inside: pointsInside(shown, truth),
            cnr: contrastToNoise(shown, truth),
            area,
            curve: OverlapCurve.of(
              shown.map(value => onThresholdScale(value, map)),
              truth,
              THRESHOLDS,
            ),
          });
        }
      }
      done += batch.length;
      onProgress?.(done, total);
    }
  };
  await ground(samples, 'measured');
  if (threshold !== undefined) await ground(threshold.samples, 'threshold');
  const { fallbacks } = prompts;
  return {
    origin: {
      task: 'grounding',
      model: options.model,
      data,
      split: options.split,
      prompts: prompts.name,
      map,
      ...(threshold === undefined ? {} : { thresholdSplit: threshold.split }),
      ...(fallbacks === undefined ? {} : { fallbacks: { ...fallbacks } }),
      n: seen.length,
      patients: patientNumbers(seen).count,
      placeless,
      leftOut: Object.fromEntries(leftOut),
    },
    findings: sortedFindings(findings),
  };
}

/** What makes maps, pictures × classes × cells, of features. */
async function mapper(
  model: VisionLanguageModel,
  options: GroundSamplesOptions,
  kind: MapKind,
): Promise<(features: ImageFeatures) => Float32Array> {
  const { classes } = options.prompts;
  if (kind === 'similarity') {
    const { there } = await classDirections(model, classes);
    return features => localSimilarities(features, there);
  }
  const words = await promptWords(
    model,
    classes.flatMap(({ positive }) => positive),
  );
  if (words === undefined) {
    throw new UsageError({
      file: options.model,
      fault: `the model gives no vectors of words, of which ${kind} maps are made`,
      mend: 'use a model trained with the objective gloria, or --map similarity',
    });
  }
  const placeOf = new Map(words.texts.map((text, place) => [text, place]));
  const places = classes.map(({ positive }) => positive.map(text => placeOf.get(text)!));
  return features => meanOverPrompts(wordMaps(features, words, kind), places, words.texts.length, features);
}

/** Maps of texts → maps of classes, each the mean over its prompts. */
function meanOverPrompts(
  maps: Float32Array,
  places: readonly (readonly number[])[],
  texts: number,
  { cells: [height, width] }: ImageFeatures,
): Float32Array {
  const cells = height * width;
  const pictures = maps.length / (texts * cells);
  const result = new Float32Array(pictures * places.length * cells);
  for (let picture = 0; picture < pictures; picture++) {
    for (const [row, prompts] of places.entries()) {
      const target = (picture * places.length + row) * cells;
      for (const text of prompts) {
        const source = (picture * texts + text) * cells;
        for (let cell = 0; cell < cells; cell++)
          result[target + cell]! += maps[source + cell]! / prompts.length;
      }
    }
  }
  return result;
}

/** Where a class's finding is in a sample; undefined where no region is of it. */
async function truthOf(
  sample: Sample,
  { labels }: ClassPrompts,
  data: string,
): Promise<Uint8Array | undefined> {
  const regions = sample.regions.filter(({ concept }) => labels.has(concept));
  return regions.length === 0 ? undefined : regionMask(sample, regions, RESOLUTION, data);
}

function countLeftOut(sample: Sample, classes: readonly ClassPrompts[], leftOut: Map<string, number>): void {
  for (const { concept } of sample.regions) {
    const known = classes.some(({ labels }) => labels.has(concept));
    if (!known) leftOut.set(concept, (leftOut.get(concept) ?? 0) + 1);
  }
}
