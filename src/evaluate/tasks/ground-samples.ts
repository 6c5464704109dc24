import { InputError, Random } from '../../base/index.js';
import type { Sample } from '../../data/index.js';
import type { VisionLanguageModel } from '../../models/index.js';
import { encodeSamples } from '../encode.js';
import {
  bestThreshold,
  bootstrapMean,
  contrastToNoise,
  type Interval,
  OverlapCurve,
  pointsInside,
  upsample,
} from '../metrics/index.js';
import type { PromptSet } from '../prompts/index.js';
import { type MeasureOptions, patientNumbers } from '../scores/index.js';
import { regionMask } from './region-masks.js';
import { classDirections, localSimilarities } from './similarity.js';
import type { EvaluateOptions } from './task.js';

/** Side of the square on which maps and truth are compared, in pixels. */
const RESOLUTION = 128;

/** Candidates for the threshold on the cosine. */
const THRESHOLDS = Float64Array.from({ length: 1001 }, (_, index) => (index - 500) / 500);

/** A mean with its 95 % interval, by patient. */
export interface MeanValue extends Interval {
  readonly mean: number;
}

/** How well similarity maps point at findings. */
export interface GroundingMeasure {
  /** Findings with a place: one a sample and class. */
  readonly findings: number;
  /** Share of findings in which the map is greatest inside; chance is `area`. */
  readonly pointing: MeanValue;
  /** Contrast-to-noise ratio; 0 is chance. */
  readonly cnr: MeanValue;
  /** At a threshold chosen on the other half of the patients. */
  readonly iou: MeanValue;
  readonly dice: MeanValue;
  /** Mean share of the picture that the findings take. */
  readonly area: number;
}

export interface Grounding extends GroundingMeasure {
  readonly n: number;
  readonly patients: number;
  readonly classes: Readonly<Record<string, GroundingMeasure>>;
  /** The thresholds on the cosine that either half of the patients was measured with. */
  readonly thresholds: readonly [number, number];
  /** The threshold that is best on the very findings measured, as the public code chooses: it flatters. */
  readonly testChoice: { readonly threshold: number; readonly iou: number; readonly dice: number };
  /** Findings whose place is nothing, or all, of the square that the model sees: they cannot be measured. */
  readonly placeless: number;
  /** Concept of a region → number of regions that no class of the prompts speaks of. */
  readonly leftOut: Readonly<Record<string, number>>;
}

interface GroundedFinding {
  readonly className: string;
  readonly id: string;
  readonly patient: string;
  readonly inside: boolean;
  readonly cnr: number;
  readonly area: number;
  readonly curve: OverlapCurve;
}

export interface GroundSamplesOptions extends MeasureOptions {
  readonly prompts: PromptSet;
  readonly data: string;
  readonly total: number;
  readonly onProgress?: EvaluateOptions['onProgress'];
  readonly signal?: AbortSignal | undefined;
}

/**
 * Compares the similarity of each cell of the feature map to the class's positive prompts with the places of the
 * finding. Thresholds are cross-fitted: each half of the patients is measured with the one that is best on the
 * other half. Memory: some 8 KB a finding.
 * @throws InputError when no sample has a region of any class.
 */
export async function groundSamples(
  model: VisionLanguageModel,
  samples: AsyncIterable<Sample> | Iterable<Sample>,
  options: GroundSamplesOptions,
): Promise<Grounding> {
  const { prompts, data, total, onProgress, signal } = options;
  const { there } = await classDirections(model, prompts.classes);
  const findings: GroundedFinding[] = [];
  const leftOut = new Map<string, number>();
  let placeless = 0;
  const seen: { id: string; patient: string }[] = [];
  for await (const { samples: batch, features } of encodeSamples(model, samples, { source: data, signal })) {
    const similarities = localSimilarities(features, there);
    const cells = features.cells[0] * features.cells[1];
    for (const [row, sample] of batch.entries()) {
      seen.push({ id: sample.id, patient: sample.patient });
      for (const { concept } of sample.regions) {
        const known = prompts.classes.some(({ labels }) => labels.has(concept));
        if (!known) leftOut.set(concept, (leftOut.get(concept) ?? 0) + 1);
      }
      for (const [column, { name, labels }] of prompts.classes.entries()) {
        const regions = sample.regions.filter(({ concept }) => labels.has(concept));
        if (regions.length === 0) continue;
        const truth = await regionMask(sample, regions, RESOLUTION, data);
        const area = truth.reduce((sum, value) => sum + value, 0) / truth.length;
        if (area === 0 || area === 1) {
          placeless++;
          continue;
        }
        const start = (row * there.count + column) * cells;
        const map = upsample(similarities.subarray(start, start + cells), features.cells, RESOLUTION);
        findings.push({
          className: name,
          id: sample.id,
          patient: sample.patient,
          inside: pointsInside(map, truth),
          cnr: contrastToNoise(map, truth),
          area,
          curve: OverlapCurve.of(map, truth, THRESHOLDS),
        });
      }
    }
    onProgress?.(seen.length, total);
  }
  if (findings.length === 0) {
    throw new InputError({
      file: data,
      fault: `no sample has a region of a class of ${prompts.name}`,
      mend: 'choose a data set with boxes or masks, or prompts of its classes',
    });
  }
  if (patientNumbers(findings).count < 2) {
    throw new InputError({
      file: data,
      fault: 'all regions are of one patient, so that no threshold can be chosen on others',
      mend: 'choose a data set with regions of two patients or more',
    });
  }
  // In an order of their own, so that sums round alike whatever the order of the samples.
  const orderOf = ({ id, className }: GroundedFinding) => `${id}\n${className}`;
  findings.sort((a, b) => (orderOf(a) < orderOf(b) ? -1 : 1));
  return {
    n: seen.length,
    patients: patientNumbers(seen).count,
    ...measure(findings, options),
    placeless,
    leftOut: Object.fromEntries(leftOut),
  };
}

function measure(
  findings: readonly GroundedFinding[],
  options: MeasureOptions,
): Omit<Grounding, 'n' | 'patients' | 'placeless' | 'leftOut'> {
  const halves = halvesByPatient(findings, options.seed);
  const bestOf = (half?: 0 | 1) => {
    const chosen = findings.filter((_, place) => half === undefined || halves[place] === half);
    return bestThreshold(
      chosen.map(({ curve }) => curve),
      THRESHOLDS,
    );
  };
  const thresholds = [bestOf(1), bestOf(0)] as const;
  const testChoice = bestOf();
  const overlaps = findings.map(({ curve }, place) => curve.at(thresholds[halves[place]!]!));
  const at = (places: readonly number[]): GroundingMeasure => {
    const { numbers, count } = patientNumbers(places.map(place => findings[place]!));
    const mean = (measured: (place: number) => number): MeanValue => {
      const values = places.map(measured);
      return { mean: average(values), ...bootstrapMean(values, numbers, { ...options, groups: count }) };
    };
    return {
      findings: places.length,
      pointing: mean(place => Number(findings[place]!.inside)),
      cnr: mean(place => findings[place]!.cnr),
      iou: mean(place => overlaps[place]!.iou),
      dice: mean(place => overlaps[place]!.dice),
      area: average(places.map(place => findings[place]!.area)),
    };
  };
  const all = findings.map((_, place) => place);
  const classes = [...new Set(findings.map(({ className }) => className))].map(name => [
    name,
    at(all.filter(place => findings[place]!.className === name)),
  ]);
  return {
    ...at(all),
    classes: Object.fromEntries(classes),
    thresholds: [THRESHOLDS[thresholds[0]]!, THRESHOLDS[thresholds[1]]!],
    testChoice: {
      threshold: THRESHOLDS[testChoice]!,
      iou: average(findings.map(({ curve }) => curve.at(testChoice).iou)),
      dice: average(findings.map(({ curve }) => curve.at(testChoice).dice)),
    },
  };
}

/** 0 or 1 for each finding: the patients dealt into two halves at random, as equal as can be. */
function halvesByPatient(findings: readonly GroundedFinding[], seed: number): (0 | 1)[] {
  const { numbers, count } = patientNumbers(findings);
  const dealt = Random.of(seed, 'halves').shuffle(Array.from({ length: count }, (_, patient) => patient));
  const first = new Set(dealt.slice(0, count >> 1));
  return Array.from(numbers, patient => (first.has(patient) ? 0 : 1));
}

function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
