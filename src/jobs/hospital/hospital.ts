import { join } from 'node:path';
import { z } from 'zod';
import { parseAs, sha256, UsageError, writeFileAtomic } from '../../base/index.js';
import { finishDataset, mapOrdered, synrayVersion } from '../../data/index.js';
import { defaultBank, NIH_LABELS } from '../../entities/index.js';
import { type Painter, SimulatorPainter } from '../../images/index.js';
import { GrammarWriter } from '../../reports/index.js';
import type { Executor } from '../executor.js';
import { LocalExecutor } from '../executors/local.js';
import { makeShards, readNotes, removeLeftovers, type ShardJob, shardJobs } from '../sharded.js';
import { choosePatients } from './choose.js';
import { FindingTable } from './findings.js';
import { LabelSets } from './label-sets.js';
import { Admissions } from './patient.js';
import { pictureStudies, type ReportedStudy, type Truth } from './pictures.js';
import { Reporter } from './report.js';
import { type HospitalSettings, readHospital } from './settings.js';

/** How to fill a data set from a simulated hospital: the `hospital` part of a study's recipe. */
export const HospitalRecipe = z.strictObject({
  /** `a` for training, `b` for tests, or the path of a YAML file like theirs. */
  hospital: z.string().default('a'),
  /** Patients as they come. Each has one study or several. */
  patients: z.int().min(1).max(10_000_000),
  /** Pictures that each of NIH's 14 labels is to have at least; more patients are let in for it. 0 for none. */
  enrich: z.int().min(0).max(100_000).default(0),
  /** Side of the square pictures in pixels. */
  size: z.int().min(128).max(1024).default(128),
  seed: z.int().nonnegative().default(0),
  /** Patients a Parquet file: what is lost, at most, when the process is killed. */
  shardSize: z.int().min(1).max(10_000).default(100),
});
export type HospitalRecipe = z.output<typeof HospitalRecipe>;
/** A recipe as a person writes it: all but `patients` have defaults. */
export type HospitalRecipeInput = z.input<typeof HospitalRecipe>;

export interface HospitalOptions {
  readonly recipe: HospitalRecipeInput;
  /** Folder of the data set. Finished shards of the same recipe in it are kept. */
  readonly out: string;
  readonly executor?: Executor;
  /** Patients done so far, those of earlier runs included, out of all. */
  readonly onProgress?: (done: number, total: number) => void;
  readonly signal?: AbortSignal | undefined;
  /** Painter to use instead of the simulator at this hospital's site. */
  readonly painter?: Painter;
  /** Settings to use instead of those that the recipe names. */
  readonly settings?: HospitalSettings;
}

export interface HospitalResult {
  readonly samples: number;
  readonly patients: number;
  /** How many samples carry each label. */
  readonly labels: Readonly<Record<string, number>>;
  /** Pictures that are no use, by kind. */
  readonly badPictures: Readonly<Record<string, number>>;
  /** Reports that leave something out, are copied, or hold errors. */
  readonly reports: { readonly omitting: number; readonly copied: number; readonly errors: number };
  readonly seconds: number;
  readonly out: string;
  readonly fingerprint: string;
}

/** One line of JSON a sample: what an archive would not tell. Not to be learnt from. */
const TRUTH = 'truth.jsonl';
/** Studies asked of the painter at a time; a few such batches are under way. */
const BATCH = 16;
const BATCHES_AHEAD = 3;

/**
 * Fills a data set from a simulated hospital: patients with their findings, pictures of them, reports of those.
 * Labels are what a picture truly shows; the report is what a reader wrote. Killed at any moment and run again, it
 * goes on where it was and ends in the same bytes.
 *
 * @throws UsageError when there is no such hospital, or `out` holds data of other settings.
 */
export async function simulateHospital(options: HospitalOptions): Promise<HospitalResult> {
  const started = performance.now();
  const { out, executor = new LocalExecutor(), signal, onProgress } = options;
  const recipe = parseAs(HospitalRecipe, options.recipe, 'recipe', UsageError);
  const settings = options.settings ?? (await readHospital(recipe.hospital));
  const { size, seed } = recipe;
  const bank = defaultBank();
  const painter = options.painter ?? new SimulatorPainter({ site: settings.pictures.site });
  try {
    const table = new FindingTable(bank, settings, painter.concepts);
    const admissions = new Admissions(settings, table, seed);
    const writer = new GrammarWriter(bank, settings.reports.styles);
    const reporter = new Reporter(settings, table, writer, bank, seed);
    const { hospital: _, ...asked } = recipe;
    const fingerprint = sha256(
      JSON.stringify([synrayVersion, asked, settings, bank, writer.fingerprint, painter.name]),
    );
    const chosen = choosePatients(admissions, LabelSets.nih().labels, recipe);
    const jobs = shardJobs(settings.split, 0, chosen.length, recipe.shardSize);
    const make = async ({ from, to }: ShardJob, stop: AbortSignal, onDone: (patients: number) => void) => {
      const studies = chosen.slice(from, to).flatMap((index): ReportedStudy[] => {
        const patient = admissions.patient(index);
        const reports = reporter.reports(patient);
        return patient.studies.map((study, number) => ({ patient, study, report: reports[number]! }));
      });
      const made = [];
      const todo = { settings, painter, size, seed, signal: stop };
      for await (const batch of mapOrdered(batchesOf(studies), BATCHES_AHEAD, some =>
        pictureStudies(some, todo),
      )) {
        stop.throwIfAborted();
        made.push(...batch);
      }
      onDone(to - from);
      return { samples: made.map(({ sample }) => sample), notes: made.map(({ truth }) => truth) };
    };
    await makeShards({ out, jobs, fingerprint, executor, signal, onProgress, make });
    const truths = (await readNotes(out, jobs)) as Truth[];
    await writeFileAtomic(join(out, TRUTH), truths.map(line => `${JSON.stringify(line)}\n`).join(''));
    const faults = faultsOf(truths);
    const manifest = await finishDataset(out, {
      name: `${settings.title}, seed ${seed}`,
      fingerprint,
      provenance: {
        producer: 'synray import hospital',
        version: synrayVersion,
        description: describe(settings, recipe, faults, truths.length),
      },
      settings: JSON.parse(JSON.stringify({ ...asked, hospital: settings })),
    });
    await removeLeftovers(out);
    const { samples, labels } = manifest.splits[settings.split]!;
    const { badPictures, omitting, copied, errors } = faults;
    return {
      samples,
      patients: manifest.patients,
      labels,
      badPictures,
      reports: { omitting, copied, errors },
      seconds: (performance.now() - started) / 1000,
      out,
      fingerprint,
    };
  } finally {
    await painter.close();
  }
}

function* batchesOf<T>(items: readonly T[]): Generator<readonly T[]> {
  for (let start = 0; start < items.length; start += BATCH) yield items.slice(start, start + BATCH);
}

interface Faults {
  readonly badPictures: Record<string, number>;
  readonly omitting: number;
  readonly copied: number;
  readonly terse: number;
  readonly compared: number;
  readonly incomplete: number;
  readonly errors: number;
}

function faultsOf(truths: readonly Truth[]): Faults {
  const badPictures: Record<string, number> = {};
  for (const { fault } of truths) if (fault !== null) badPictures[fault] = (badPictures[fault] ?? 0) + 1;
  const count = (is: (truth: Truth) => boolean) => truths.filter(is).length;
  return {
    badPictures,
    omitting: count(({ omitted }) => omitted.length > 0),
    copied: count(({ copied }) => copied),
    terse: count(({ terse }) => terse),
    compared: count(({ compared }) => compared),
    incomplete: count(({ sections }) => sections !== 'both'),
    errors: count(({ error }) => error !== 'none'),
  };
}

/** What the card says: that all of it is simulated, and how. */
function describe(
  { title, pictures, reports, regions }: HospitalSettings,
  { size, seed, patients, enrich }: HospitalRecipe,
  faults: Faults,
  samples: number,
): string {
  const percent = (part: number) => `${((100 * part) / Math.max(1, samples)).toFixed(1)} %`;
  const bad = Object.values(faults.badPictures).reduce((sum, count) => sum + count, 0);
  const lines = [
    `**Everything here is simulated: no patient, picture or report is real.** ${title} stands in for an archive of real ` +
      `chest X-rays of ${size} × ${size} pixels, for those who have none. Seed ${seed}.`,
    `Findings come as often, and together, as NIH ChestX-ray14 counts its ${NIH_LABELS.length} labels by view, age and ` +
      'sex, with a long tail as in the reports of Open-i. Labels are what a picture truly shows; reports are what a reader wrote.',
    enrich === 0
      ? `The ${patients} patients are as they come.`
      : `The first ${patients} patients are as they come; others were let in until each label had ${enrich} pictures, so ` +
        'that findings are more frequent than in the hospital.',
    `Faults on purpose: ${percent(bad)} of the pictures are no use (${percent(samples * pictures.bad)} meant); ` +
      `${percent(faults.omitting)} of the reports leave a finding out (each is with a chance of ${reports.omitted}), ` +
      `${percent(faults.copied)} are the last report again, ${percent(faults.terse)} say hardly more than that nothing is ` +
      `found, ${percent(faults.compared)} speak of an earlier study, ${percent(faults.incomplete)} lack a section, ` +
      `${percent(faults.errors)} hold an error of typing or dictation. \`${TRUTH}\` tells which; it is not to be learnt from.`,
    regions ? 'Findings have boxes and masks.' : 'As in an archive, nothing tells where findings are.',
    'Settings with the source of each: `src/jobs/hospital` of synray; none was chosen by how models compare.',
  ];
  return lines.join('\n\n');
}
