import { sha256 } from '../../base/index.js';
import { curateDataset } from '../../curation/index.js';
import {
  DatasetWriter,
  type ImportSource,
  importDataset,
  openDataset,
  type Sample,
} from '../../data/index.js';
import { GenerateRecipe, generate, simulateHospital } from '../../jobs/index.js';
import type { SourceRecipe } from '../recipe/index.js';
import { chooseSource } from '../sources/index.js';
import { bytesOf, type Rehearsal, Stopwatch, secondsEach } from './rehearsal.js';
import { type Small, shrinkSource } from './shrink.js';

/** A small version of a data set, and what it took. */
export interface TriedData {
  readonly folder: string;
  /** Split → samples. */
  readonly splits: Readonly<Record<string, number>>;
  readonly samples: number;
  readonly secondsEach: number;
  readonly bytesEach: number;
  /** Whether it is of another data set like it, since there was no time to try this one. */
  readonly borrowed?: boolean;
}

/** Samples of data sets that are only copied or opened. */
const FEW = 64;

/** How many samples are made to see how long it takes; fewer where each is large. */
export function smallFor(source: SourceRecipe): Small {
  const size = source.generate?.size ?? source.hospital?.size ?? 256;
  return size > 320 ? { pairs: 24, test: 12 } : { pairs: 48, test: 32 };
}

/** Makes a few pairs of that very recipe. */
export async function tryGenerate(recipe: GenerateRecipe, rehearsal: Rehearsal): Promise<TriedData> {
  const { signal } = rehearsal;
  const { generate: small } = shrinkSource({ generate: recipe }, smallFor({ generate: recipe }));
  const out = rehearsal.place('pairs');
  const startUp = await rehearsal.startUp();
  const watch = new Stopwatch();
  await generate({ recipe: { ...small!, shardSize: 32 }, out, signal });
  return described(out, secondsEach(watch.seconds, startUp, small!.pairs + small!.test));
}

/** Lets a few patients into a hospital. */
export async function tryHospital(
  recipe: NonNullable<SourceRecipe['hospital']>,
  rehearsal: Rehearsal,
): Promise<TriedData> {
  const { signal } = rehearsal;
  const small = shrinkSource({ hospital: recipe }, smallFor({ hospital: recipe })).hospital!;
  const out = rehearsal.place('hospital');
  const startUp = await rehearsal.startUp();
  const watch = new Stopwatch();
  await simulateHospital({ recipe: { ...small, shardSize: 12 }, out, signal });
  const { seconds } = watch;
  const made = await described(out, 0);
  return { ...made, secondsEach: secondsEach(seconds, startUp, made.samples) };
}

/** Imports the first rows of a source. */
export async function tryImport(found: ImportSource, rehearsal: Rehearsal): Promise<TriedData> {
  const few: ImportSource = {
    ...found,
    count: Math.min(FEW, found.count),
    async *rows() {
      let left = FEW;
      for await (const row of found.rows()) {
        if (left-- === 0) return;
        yield row;
      }
    },
  };
  const out = rehearsal.place('imported');
  const watch = new Stopwatch();
  await importDataset(few, { out, skipBad: true, onProgress: watch.mark });
  return described(out, watch.each());
}

/** Copies the first samples of each split of a data set that lies elsewhere. */
export async function tryFolder(folder: string, rehearsal: Rehearsal): Promise<TriedData> {
  const from = await openDataset(folder);
  const out = rehearsal.place('folder');
  const writer = await DatasetWriter.create(out, sha256(`dry run ${folder}`));
  for (const split of from.splits) {
    for await (const sample of first(from.samples(split), FEW)) await writer.add(split, sample);
  }
  const provenance = { producer: 'synray study --dry-run', version: '0', description: 'The first samples.' };
  await writer.finish({ name: 'first samples', provenance, settings: {} });
  return described(out, 0);
}

async function* first(samples: AsyncIterable<Sample>, most: number): AsyncGenerator<Sample> {
  let left = most;
  for await (const sample of samples) {
    if (left-- === 0) return;
    yield sample;
  }
}

/** Curates the small version of another data set. */
export async function tryCurate(
  { checks, inverted, settings }: NonNullable<SourceRecipe['curate']>,
  of: TriedData,
  rehearsal: Rehearsal,
): Promise<TriedData> {
  const { signal } = rehearsal;
  const out = rehearsal.place('curated');
  const watch = new Stopwatch();
  await curateDataset(of.folder, out, { checks, inverted, settings, signal, onProgress: watch.mark });
  return described(out, watch.each());
}

/** Makes a data set of another one in the study's own way: `select`, `rewrite`, `repaint`, and ways to come. */
export async function tryOther(
  source: SourceRecipe,
  of: TriedData | undefined,
  rehearsal: Rehearsal,
): Promise<TriedData> {
  // Of the few that there are, a stretch may hold none: selecting is tried on all of them.
  const whole =
    source.select === undefined
      ? source
      : { select: { ...source.select, patients: [0, 1] as [number, number] } };
  const out = rehearsal.place('made');
  const startUp = source.repaint === undefined ? 0 : await rehearsal.startUp();
  const watch = new Stopwatch();
  const folder = await chooseSource(whole).build({
    out,
    recipe: rehearsal.recipe,
    folderOf: () => of?.folder ?? '',
    signal: rehearsal.signal,
  });
  const { seconds } = watch;
  const made = await described(folder, 0);
  return { ...made, secondsEach: secondsEach(seconds, startUp, of?.samples ?? made.samples) };
}

/** A plain data set for methods whose own data are not here. */
export function tryStandIn(
  needs: { readonly size: number; readonly twins: boolean; readonly attenuation: boolean },
  rehearsal: Rehearsal,
): Promise<TriedData> {
  const { size, twins, attenuation } = needs;
  const plan = { k: 5, m: 2, cap: 'least' as const, findingsPerReport: [1, 2, 1] };
  const image = { twins, attenuation };
  const recipe = GenerateRecipe.parse({ pairs: 32, size: Math.max(128, size), plan, checks: [], image });
  return tryGenerate(recipe, rehearsal);
}

async function described(folder: string, secondsEach: number): Promise<TriedData> {
  const { manifest } = await openDataset(folder);
  const splits = Object.fromEntries(
    Object.entries(manifest.splits).map(([name, split]) => [name, split.samples]),
  );
  const samples = Object.values(splits).reduce((sum, count) => sum + count, 0);
  return { folder, splits, samples, secondsEach, bytesEach: (await bytesOf(folder)) / Math.max(1, samples) };
}
