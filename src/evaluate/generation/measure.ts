import { InputError } from '../../base/index.js';
import type { Dataset } from '../../data/index.js';
import type { Bank } from '../../entities/index.js';
import { loadModel } from '../../models/index.js';
import { loadPrompts } from '../prompts/index.js';
import { measureAlignment, measureFindings } from './alignment.js';
import { openFeatureSpace, pixelSpace } from './feature-space.js';
import { fewestPictures, measureFidelity } from './fidelity.js';
import { halves, pictureSet } from './groups.js';
import { type ClosePair, drawPlants, measurePrivacy, type SpacePrivacy } from './privacy.js';
import { type Look, type ReadPictures, readPictures } from './read-pictures.js';
import type { GenerationResult } from './result.js';
import { writeSheet } from './sheet.js';
import { measureTexts, type PatientReport } from './texts.js';

/** A data set, and which of it; all splits where none is named. */
export interface DatasetPart {
  readonly dataset: Dataset;
  readonly split?: string | undefined;
}

export interface MeasureGenerationOptions {
  readonly seed: number;
  readonly rounds: number;
  readonly k: number;
  readonly falseAlarms: number;
  readonly seeds: boolean;
  readonly features: string;
  readonly model?: string | undefined;
  readonly bank?: Bank | undefined;
  readonly bankName?: string | undefined;
  /** Instead of the real samples' own. */
  readonly reports?: readonly PatientReport[] | undefined;
  readonly pictures?: string | undefined;
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Pairs on the sheet. */
const PAIRS = 24;

/** Measures synthetic against real samples; see `evaluateGeneration`. */
export async function measureGeneration(
  synthetic: DatasetPart,
  real: DatasetPart,
  options: MeasureGenerationOptions,
): Promise<GenerationResult> {
  const { seed, rounds, k, falseAlarms, signal } = options;
  const [n, realN] = [synthetic, real].map(({ dataset, split }) => dataset.count(split)) as [number, number];
  for (const [{ dataset }, count] of [
    [synthetic, n],
    [real, realN],
  ] as const) {
    if (count >= fewestPictures(k)) continue;
    throw new InputError({
      file: dataset.folder,
      fault: `it has ${count} pictures and ${fewestPictures(k)} are needed for k = ${k}`,
      mend: 'take all splits, a greater data set, or a smaller --k',
    });
  }
  const space = await openFeatureSpace(options.features, { model: options.model });
  const pixels = pixelSpace();
  const model = options.model === undefined ? undefined : await loadModel(options.model);
  const progress = new Stages(options.onProgress, [
    realN,
    n,
    realN + n,
    realN + n,
    ...(space.name === pixels.name ? [] : [realN + n]),
    ...(model === undefined ? [] : [n, n, realN]),
  ]);

  const realLooks: Look[] = [
    { space: pixels, views: ['plain', 'mirrored', 'inner 95 %', 'inner 90 %'] },
    ...(space.name === pixels.name ? [] : [{ space, views: ['plain', 'mirrored'] } as const]),
  ];
  const read = (part: DatasetPart, looks: readonly Look[]) =>
    readPictures(part.dataset.samples(part.split), looks, {
      source: part.dataset.folder,
      onProgress: progress.counted(),
      signal,
    });
  const realRead = await read(real, realLooks);
  const syntheticRead = await read(
    synthetic,
    realLooks.map(look => ({ ...look, views: ['plain', 'mirrored'] })),
  );

  const chosen = realLooks.length - 1;
  const realSet = pictureSet(realRead.tables[chosen]![0]!, realRead.records);
  const syntheticSet = pictureSet(syntheticRead.tables[chosen]![0]!, syntheticRead.records);
  checkHalves(realSet, real, k, seed);
  const fidelity = await measureFidelity(realSet, syntheticSet, {
    features: space.name,
    k,
    seed,
    rounds,
    onProgress: progress.shared(),
    signal,
  });

  const plants = await drawPlants(real.dataset, real.split, realN, seed);
  const spaces: SpacePrivacy[] = [];
  const copies = new Set<string>();
  const pairs: ClosePair[] = [];
  for (const [at, look] of realLooks.entries()) {
    const found = await measurePrivacy(
      { look, real: realRead.tables[at]!, synthetic: syntheticRead.tables[at]! },
      { real: realRead.records, synthetic: syntheticRead.records },
      plants,
      { falseAlarms, seed, rounds, prompts: options.seeds, onProgress: progress.shared(), signal },
    );
    if (found.privacy.prompts?.prompts === 0) {
      throw new InputError({
        file: synthetic.dataset.folder,
        fault: 'no report in it has several pictures',
        mend: 'paint each report with several seeds, or leave out --seeds',
      });
    }
    spaces.push(found.privacy);
    for (const id of found.copies) copies.add(id);
    pairs.push(...found.pairs);
  }
  if (options.pictures !== undefined) {
    const closest = pairs.sort((a, b) => a.ratio - b.ratio);
    const once = closest.filter(
      (pair, place) => closest.findIndex(({ synthetic: id }) => id === pair.synthetic) === place,
    );
    await writeSheet(options.pictures, once.slice(0, PAIRS), synthetic.dataset, real.dataset);
  }

  const text = await measureTexts(syntheticRead.records, options.reports ?? realRead.records, {
    bank: options.bank,
    bankName: options.bankName,
    seed,
    falseAlarms,
    signal,
  });
  const alignmentOf = ({ dataset, split }: DatasetPart) =>
    measureAlignment(model!, dataset.samples(split), {
      data: dataset.folder,
      seed,
      rounds,
      onProgress: progress.counted(),
      signal,
    });
  const aligned = model === undefined || text === undefined ? undefined : await alignmentOf(synthetic);
  let alignment: GenerationResult['alignment'];
  if (model !== undefined && aligned !== undefined) {
    const findings = await measureFindings(model, synthetic.dataset.samples(synthetic.split), {
      data: synthetic.dataset.folder,
      model: options.model!,
      prompts: await loadPrompts(),
      total: n,
      seed,
      rounds,
      onProgress: progress.counted(),
      signal,
    });
    const hasReports = realRead.records.some(
      ({ findings: f, impression }) => `${f}${impression}`.trim() !== '',
    );
    const realAligned = hasReports ? await alignmentOf(real) : undefined;
    alignment = { synthetic: aligned, findings, ...(realAligned === undefined ? {} : { real: realAligned }) };
  }
  return {
    task: 'generation',
    model: options.model ?? '',
    data: synthetic.dataset.folder,
    split: synthetic.split ?? 'all',
    n,
    patients: syntheticSet.patientCount,
    seed,
    rounds,
    real: real.dataset.folder,
    realSplit: real.split ?? 'all',
    realN,
    realPatients: realSet.patientCount,
    fidelity,
    ...(text === undefined ? {} : { text }),
    ...(alignment === undefined ? {} : { alignment }),
    privacy: { falseAlarms, spaces, copies: [...copies] },
    notes: notesOn(fidelity, spaces, realRead),
  };
}

function checkHalves(
  set: ReturnType<typeof pictureSet>,
  { dataset }: DatasetPart,
  k: number,
  seed: number,
): void {
  const sizes = halves(set, seed).map(({ table }) => table.count);
  if (Math.min(...sizes) > k + 1) return;
  throw new InputError({
    file: dataset.folder,
    fault: `its ${set.patientCount} patients give halves of ${sizes.join(' and ')} pictures, too few for k = ${k}`,
    mend: 'take real data of more patients, or a smaller --k',
  });
}

function notesOn(
  { dimension, all, control }: GenerationResult['fidelity'],
  spaces: readonly SpacePrivacy[],
  real: ReadPictures,
): string[] {
  const notes: string[] = [];
  const fewest = Math.min(...all.n);
  if (fewest < 2 * dimension) {
    notes.push(
      `FID of ${fewest} pictures in ${dimension} dimensions is far above its value for many: hold it against the control only (${control.n.join(' : ')}, compare the line of as many)`,
    );
  }
  if (spaces.some(({ threshold }) => threshold.n < 1000)) {
    notes.push(
      'the threshold of copies comes from fewer than 1,000 real pictures: its false alarms are rough',
    );
  }
  if (real.records.every(({ patient }) => patient === '')) {
    notes.push(
      'the real samples name no patients: each counts as its own, so pictures of one patient count as two',
    );
  }
  return notes;
}

/** Progress over stages of different length, in pictures. */
class Stages {
  readonly #tell: MeasureGenerationOptions['onProgress'];
  readonly #lengths: readonly number[];
  readonly #total: number;
  #stage = -1;
  #before = 0;

  constructor(tell: MeasureGenerationOptions['onProgress'], lengths: readonly number[]) {
    this.#tell = tell;
    this.#lengths = lengths;
    this.#total = lengths.reduce((sum, length) => sum + length, 0);
  }

  /** The next stage, told in pictures. */
  counted(): (done: number) => void {
    const length = this.#next();
    const before = this.#before;
    return done => this.#tell?.(Math.min(this.#total, before + Math.min(done, length)), this.#total);
  }

  /** The next stage, told as a part of a whole. */
  shared(): (done: number, total: number) => void {
    const length = this.#next();
    const before = this.#before;
    return (done, total) => this.#tell?.(before + Math.round((length * done) / total), this.#total);
  }

  #next(): number {
    this.#before += this.#lengths[this.#stage] ?? 0;
    this.#stage++;
    return this.#lengths[this.#stage] ?? 0;
  }
}
