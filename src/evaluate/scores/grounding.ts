import { z } from 'zod';
import { InputError, Random } from '../../base/index.js';
import { bestThreshold, bootstrapMean, type Overlap, type OverlapCurve } from '../metrics/index.js';
import type { EvaluationResult } from '../tasks/task.js';
import type { MeanValue, MeasureOptions } from './measure.js';
import { patientNumbers } from './table.js';

/** What a map holds in each place; see `GroundingMap`. */
export const MapKind = z.enum(['similarity', 'words', 'attention']);
export type MapKind = z.infer<typeof MapKind>;

/** Candidates for the threshold: evenly spaced values of a map from −1 to 1 (see `thresholdOf`). */
export const THRESHOLDS = Float64Array.from({ length: 1001 }, (_, index) => (index - 500) / 500);

/** Half of the range of log-attention; GLoRIA's τ₁, which bounds it. */
const ATTENTION_RANGE = 4;

/** A map's value on the scale of `THRESHOLDS`: cosines as they are, attention by its logarithm. */
export function onThresholdScale(value: number, map: MapKind): number {
  return map === 'attention' ? Math.log(value) / ATTENTION_RANGE : value;
}

/** The map's value that a threshold stands for: a cosine, or attention as a multiple of even attention. */
function thresholdOf(index: number, map: MapKind): number {
  const threshold = THRESHOLDS[index]!;
  return map === 'attention' ? Math.exp(threshold * ATTENTION_RANGE) : threshold;
}

/** Where findings come from: all that is needed to print their table again. */
export const GroundingOrigin = z.object({
  task: z.literal('grounding'),
  model: z.string(),
  data: z.string(),
  split: z.string(),
  prompts: z.string(),
  map: MapKind,
  /** Where the threshold is chosen; halves of the patients where there is none. */
  thresholdSplit: z.string().optional(),
  fallbacks: z.record(z.string(), z.string()).optional(),
  /** Samples and patients that were looked at, with findings or without. */
  n: z.int().nonnegative(),
  patients: z.int().nonnegative(),
  /** Findings whose place is nothing, or all, of the square that the model sees: they cannot be measured. */
  placeless: z.int().nonnegative(),
  /** Concept of a region → number of regions that no class of the prompts speaks of. */
  leftOut: z.record(z.string(), z.int().nonnegative()),
});
export type GroundingOrigin = z.infer<typeof GroundingOrigin>;

/** One finding with a place, and how the model's map fits it. */
export interface GroundedFinding {
  readonly id: string;
  readonly patient: string;
  readonly className: string;
  /** For choosing the threshold, or for measuring. */
  readonly role: 'measured' | 'threshold';
  /** Whether the map is greatest inside. */
  readonly inside: boolean;
  readonly cnr: number;
  /** Share of the picture that the finding takes. */
  readonly area: number;
  /** Over `THRESHOLDS`. */
  readonly curve: OverlapCurve;
}

/** The findings of a data set as a model grounds them. */
export interface GroundingTable {
  readonly origin: GroundingOrigin;
  readonly findings: readonly GroundedFinding[];
}

/** How well similarity maps point at findings. */
export interface GroundingMeasure {
  /** Findings with a place: one a sample and class. */
  readonly findings: number;
  /** Share of findings in which the map is greatest inside; chance is `area`. */
  readonly pointing: MeanValue;
  /** Contrast-to-noise ratio; 0 is chance. */
  readonly cnr: MeanValue;
  /** At a threshold chosen on other patients. */
  readonly iou: MeanValue;
  readonly dice: MeanValue;
  readonly precision: MeanValue;
  readonly recall: MeanValue;
  /** Mean share of the picture that the findings take. */
  readonly area: number;
}

export interface Grounding extends GroundingMeasure {
  readonly n: number;
  readonly patients: number;
  readonly classes: Readonly<Record<string, GroundingMeasure>>;
  /** The threshold chosen on `thresholdSplit`, or those that either half of the patients was measured with. */
  readonly thresholds: readonly number[];
  /** The threshold that is best on the very findings measured, as the public code chooses: it flatters. */
  readonly testChoice: { readonly threshold: number } & Readonly<Overlap>;
  readonly placeless: number;
  readonly leftOut: Readonly<Record<string, number>>;
}

export interface GroundingResult extends EvaluationResult, Grounding {
  readonly task: 'grounding';
  readonly prompts: string;
  readonly map: MapKind;
  readonly thresholdSplit?: string | undefined;
  readonly fallbacks?: Readonly<Record<string, string>> | undefined;
}

/**
 * The result that grounded findings give, for example those read from a file: no model is needed. Without a split for
 * the threshold it is cross-fitted: each half of the patients is measured with the one that is best on the other.
 * @throws InputError when there is nothing to measure, or nothing to choose the threshold on.
 */
export function groundingResultOf(table: GroundingTable, options: MeasureOptions): GroundingResult {
  const { origin } = table;
  const { task, model, data, split, prompts, map, thresholdSplit, fallbacks } = origin;
  return {
    task,
    model,
    data,
    split,
    seed: options.seed,
    rounds: options.rounds,
    prompts,
    map,
    ...(thresholdSplit === undefined ? {} : { thresholdSplit }),
    ...(fallbacks === undefined ? {} : { fallbacks }),
    n: origin.n,
    patients: origin.patients,
    ...measure(table, options),
    placeless: origin.placeless,
    leftOut: origin.leftOut,
  };
}

/** Findings in an order of their own, so that sums round alike whatever the order of the samples. */
export function sortedFindings(findings: readonly GroundedFinding[]): GroundedFinding[] {
  const orderOf = ({ id, className }: GroundedFinding) => `${id}\n${className}`;
  return [...findings].sort((a, b) => (orderOf(a) < orderOf(b) ? -1 : 1));
}

/**
 * The overlap of each measured finding at a threshold chosen on other patients.
 * @throws InputError when there is nothing to measure, or nothing to choose the threshold on.
 */
export function overlapsOf(
  { origin, findings }: GroundingTable,
  seed: number,
): { measured: GroundedFinding[]; overlaps: Overlap[]; thresholds: number[] } {
  const { data, prompts, map, thresholdSplit } = origin;
  const sorted = sortedFindings(findings);
  const measured = sorted.filter(({ role }) => role === 'measured');
  if (measured.length === 0) {
    throw new InputError({
      file: data,
      fault: `no sample has a region of a class of ${prompts}`,
      mend: 'choose a data set with boxes or masks, or prompts of its classes',
    });
  }
  if (thresholdSplit !== undefined) {
    const chosenOn = sorted.filter(({ role }) => role === 'threshold');
    if (chosenOn.length === 0) {
      throw new InputError({
        file: data,
        fault: `no sample of split "${thresholdSplit}" has a region of a class of ${prompts}`,
        mend: 'choose the threshold on a split with boxes or masks',
      });
    }
    const threshold = bestOf(chosenOn);
    return {
      measured,
      overlaps: measured.map(({ curve }) => curve.at(threshold)),
      thresholds: [thresholdOf(threshold, map)],
    };
  }
  if (patientNumbers(measured).count < 2) {
    throw new InputError({
      file: data,
      fault: 'all regions are of one patient, so that no threshold can be chosen on others',
      mend: 'choose a data set with regions of two patients or more, or give --threshold-split',
    });
  }
  const halves = halvesByPatient(measured, seed);
  const best = [1, 0].map(other => bestOf(measured.filter((_, place) => halves[place] === other)));
  return {
    measured,
    overlaps: measured.map(({ curve }, place) => curve.at(best[halves[place]!]!)),
    thresholds: best.map(index => thresholdOf(index, map)),
  };
}

function measure(
  table: GroundingTable,
  options: MeasureOptions,
): Omit<Grounding, 'n' | 'patients' | 'placeless' | 'leftOut'> {
  const { measured, overlaps, thresholds } = overlapsOf(table, options.seed);
  const testChoice = bestOf(measured);
  const at = (places: readonly number[]): GroundingMeasure => {
    const { numbers, count } = patientNumbers(places.map(place => measured[place]!));
    const mean = (value: (place: number) => number): MeanValue => {
      const values = places.map(value);
      const { seed, rounds } = options;
      return { mean: average(values), ...bootstrapMean(values, numbers, { seed, rounds, groups: count }) };
    };
    return {
      findings: places.length,
      pointing: mean(place => Number(measured[place]!.inside)),
      cnr: mean(place => measured[place]!.cnr),
      iou: mean(place => overlaps[place]!.iou),
      dice: mean(place => overlaps[place]!.dice),
      precision: mean(place => overlaps[place]!.precision),
      recall: mean(place => overlaps[place]!.recall),
      area: average(places.map(place => measured[place]!.area)),
    };
  };
  const all = measured.map((_, place) => place);
  const classes = [...new Set(measured.map(({ className }) => className))].map(name => [
    name,
    at(all.filter(place => measured[place]!.className === name)),
  ]);
  const chosen = measured.map(({ curve }) => curve.at(testChoice));
  return {
    ...at(all),
    classes: Object.fromEntries(classes),
    thresholds,
    testChoice: {
      threshold: thresholdOf(testChoice, table.origin.map),
      iou: average(chosen.map(({ iou }) => iou)),
      dice: average(chosen.map(({ dice }) => dice)),
      precision: average(chosen.map(({ precision }) => precision)),
      recall: average(chosen.map(({ recall }) => recall)),
    },
  };
}

function bestOf(findings: readonly GroundedFinding[]): number {
  return bestThreshold(
    findings.map(({ curve }) => curve),
    THRESHOLDS,
  );
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
