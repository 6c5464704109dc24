import { importers, openDataset } from '../../data/index.js';
import { readHospital } from '../../jobs/index.js';
import { fromRecipe, type SourceRecipe, type Study, sourceOf } from '../recipe/index.js';
import { chooseSource } from '../sources/index.js';
import type { DoneStage } from './done.js';
import type { PlannedUnit } from './plan.js';
import type { Rehearsal } from './rehearsal.js';
import { mostPatients } from './shrink.js';
import {
  type TriedData,
  tryCurate,
  tryFolder,
  tryGenerate,
  tryHospital,
  tryImport,
  tryOther,
} from './tried-data.js';
import {
  addCosts,
  type Cost,
  curationCost,
  missingChecks,
  NO_COST,
  painterCost,
  triableCuration,
  unknownCost,
  writerCost,
} from './writing-costs.js';

/** Split → samples. */
export type Splits = Readonly<Record<string, number>>;

/** What a dry run knows of a data set to be. */
export interface ExpectedData {
  readonly unit: PlannedUnit;
  /** Undefined where it is not known. */
  readonly splits: Splits | undefined;
  /** A small version of it, where one could be made. */
  readonly tried: TriedData | undefined;
}

/** What was found of a data set: how large it will be, and what making it takes. */
interface Finding {
  readonly splits: Splits | undefined;
  readonly tried: TriedData | undefined;
  readonly cost: Cost;
  /** In words: `3000 pairs`. */
  readonly amount: string;
  /** Bytes of it on the disk of the study; null where unknown. */
  readonly bytes: number | null;
}

/** Rows of a source that are looked at to see how they are split. */
const ROWS = 20_000;

export function samplesOf(splits: Splits | undefined): number | undefined {
  return splits === undefined ? undefined : Object.values(splits).reduce((sum, count) => sum + count, 0);
}

/** Tries each data set of a study and says what the whole of it takes. */
export class DataUnits {
  readonly expected = new Map<string, ExpectedData>();
  /** Trials of the same cost are made once. */
  readonly #trials = new Map<string, TriedData>();
  readonly #keys = new Map<string, string>();

  constructor(
    readonly study: Study,
    readonly rehearsal: Rehearsal,
    readonly done: ReadonlyMap<string, DoneStage>,
  ) {}

  async add(name: string, source: SourceRecipe): Promise<void> {
    const of = sourceOf(source);
    const { way, label } = chooseSource(source);
    const stage = `data/${name}`;
    this.#keys.set(name, this.#keyOf(source));
    const { splits, tried, cost, amount, bytes } = await this.#find(stage, source, of);
    const earlier = this.done.get(stage);
    const unit: PlannedUnit = {
      kind: 'data',
      name: stage,
      label: `${name}: ${label}`,
      needs: of === undefined ? [] : [`data/${of}`],
      done: earlier !== undefined,
      amount,
      seconds: earlier?.seconds ?? cost.seconds,
      bytes: way === 'folder' ? 0 : bytes,
      tokens: cost.tokens,
      gpuHours: cost.gpuHours,
      basis: earlier === undefined ? cost.basis.join('; ') : 'done in an earlier run',
      unknown: earlier === undefined ? cost.unknown : [],
    };
    this.expected.set(name, { unit, splits, tried });
  }

  async #find(stage: string, source: SourceRecipe, of: string | undefined): Promise<Finding> {
    if (source.folder !== undefined) return this.#folder(stage, source.folder);
    if (source.import !== undefined) return this.#import(stage, source.import);
    if (source.generate !== undefined) return this.#generate(stage, source.generate);
    if (source.hospital !== undefined) return this.#hospital(stage, source.hospital);
    return this.#madeOf(stage, source, of === undefined ? undefined : this.expected.get(of));
  }

  async #folder(stage: string, path: string): Promise<Finding> {
    const { rehearsal } = this;
    const folder = fromRecipe(rehearsal.recipe, path);
    try {
      const { manifest } = await openDataset(folder);
      const splits = Object.fromEntries(
        Object.entries(manifest.splits).map(([name, { samples }]) => [name, samples]),
      );
      const tried = await this.#try(stage, JSON.stringify(['folder', folder]), () =>
        tryFolder(folder, rehearsal),
      );
      return { splits, tried, cost: NO_COST, amount: `${samplesOf(splits)} samples, there`, bytes: 0 };
    } catch (error) {
      rehearsal.missing.fault(stage, 'folder', folder, error);
      return this.#absent(stage, folder);
    }
  }

  async #import(stage: string, settings: NonNullable<SourceRecipe['import']>): Promise<Finding> {
    const { rehearsal } = this;
    const { format, source, options } = settings;
    const path = fromRecipe(rehearsal.recipe, source);
    if (!importers.names().includes(format)) {
      const mend = `use one of: ${importers.names().join(', ')}`;
      rehearsal.missing.add(stage, {
        kind: 'name',
        what: `import format ${format}`,
        fault: 'there is no such format',
        mend,
      });
      return this.#absent(stage, path);
    }
    try {
      const found = await importers.get(format).open(path, this.#paths(options));
      const splits = await splitsOf(found);
      const tried = await this.#try(stage, this.#keyOf({ import: settings }), () =>
        tryImport(found, rehearsal),
      );
      return this.#local(splits, tried, `${found.count} pictures`);
    } catch (error) {
      rehearsal.missing.fault(stage, 'folder', path, error);
      return this.#absent(stage, path);
    }
  }

  async #generate(stage: string, recipe: NonNullable<SourceRecipe['generate']>): Promise<Finding> {
    const { rehearsal } = this;
    const { pairs, test, painter, writer, plan, bank, curation, checks } = recipe;
    const count = pairs + test;
    const splits = { ...(pairs > 0 && { train: pairs }), ...(test > 0 && { test }) };
    rehearsal.missing.path(stage, 'folder', bank, 'make it with `synray entities extract`');
    const wrongChecks = missingChecks(stage, checks, rehearsal);
    const elsewhere = addCosts(
      await writerCost(stage, { writer, count, plan, bank }, rehearsal),
      await painterCost(stage, painter, count, rehearsal),
      await curationCost(stage, curation, count, rehearsal),
    );
    const amount = `${count} pairs of ${recipe.size} px`;
    if (painter !== 'simulator') {
      const most = recipe.size ** 2 * (recipe.image.bits / 8);
      const basis = [
        'reading back and pixel checks are left out; disk at most, as if pictures were not compressed',
      ];
      const cost = addCosts({ ...NO_COST, basis }, elsewhere);
      return { splits, tried: undefined, cost, amount, bytes: count * most };
    }
    // What cannot be done here is left out of the trial; the figures of the recipe stand for it.
    const triable = {
      ...recipe,
      bank: undefined,
      writer: 'grammar',
      plan: { ...plan, cap: 'least' as const },
      checks: wrongChecks ? [] : checks,
      curation: triableCuration(curation),
    };
    const tried = await this.#try(stage, this.#keyOf({ generate: recipe }), () =>
      tryGenerate(triable, rehearsal),
    );
    const local = this.#local(splits, tried, amount);
    return { ...local, cost: addCosts(local.cost, elsewhere) };
  }

  async #hospital(stage: string, recipe: NonNullable<SourceRecipe['hospital']>): Promise<Finding> {
    const tried = await this.#try(stage, this.#keyOf({ hospital: recipe }), () =>
      tryHospital(recipe, this.rehearsal),
    );
    if (tried === undefined) return this.#absent(stage, 'the hospital');
    const patients = mostPatients(recipe);
    const { split, patients: habits } = await readHospital(recipe.hospital);
    const splits = { [split]: Math.round(patients * meanOf(habits.studies)) };
    const most = recipe.enrich > 0 ? 'at most ' : '';
    return this.#local(splits, tried, `${most}${samplesOf(splits)} studies of ${patients} patients`);
  }

  async #madeOf(stage: string, source: SourceRecipe, of: ExpectedData | undefined): Promise<Finding> {
    const { rehearsal } = this;
    const before = samplesOf(of?.splits);
    const splits = of?.splits === undefined ? undefined : splitsAfter(source, of.splits);
    const { curate, rewrite, repaint } = source;
    let elsewhere: Cost = NO_COST;
    let triable: SourceRecipe = source;
    if (curate !== undefined) {
      const wrong = missingChecks(stage, curate.checks ?? [], rehearsal);
      elsewhere = await curationCost(stage, curate.settings, before, rehearsal);
      const { checks: _, ...rest } = curate;
      triable = {
        curate: { ...(wrong ? rest : curate), settings: triableCuration(curate.settings) },
      };
    }
    if (rewrite !== undefined) {
      elsewhere = await writerCost(stage, { writer: rewrite.writer, count: before }, rehearsal);
      triable = { rewrite: { ...rewrite, writer: 'grammar' } };
    }
    if (repaint !== undefined) {
      elsewhere = await painterCost(stage, repaint.painter, before, rehearsal);
      triable = { repaint: { ...repaint, painter: 'simulator' } };
    }
    const ownPainter = repaint === undefined || repaint.painter === 'simulator';
    if (of?.tried === undefined) {
      const why = 'the data that it is made of are not here to try it on';
      const bytes = null;
      return {
        splits,
        tried: undefined,
        cost: addCosts({ ...unknownCost(why), gpuHours: 0 }, elsewhere),
        amount: wordsOf(splits),
        bytes,
      };
    }
    const small = of.tried;
    const tried = await this.#try(stage, this.#keyOf(source), () =>
      triable.curate === undefined
        ? tryOther(triable, small, rehearsal)
        : tryCurate(triable.curate, small, rehearsal),
    );
    // What a trial leaves out, the whole leaves out as well.
    const isPart = source.select !== undefined || splits === undefined || tried === undefined;
    const kept = isPart ? splits : scaled(splits, tried.samples / Math.max(1, small.samples));
    const local = this.#local(kept, tried, wordsOf(kept), before);
    return { ...local, cost: addCosts(ownPainter ? local.cost : NO_COST, elsewhere) };
  }

  /** What this machine takes for it. @param worked - Samples that are gone through, where they are not those that come out. */
  #local(splits: Splits | undefined, tried: TriedData | undefined, amount: string, worked?: number): Finding {
    const samples = samplesOf(splits);
    const count = worked ?? samples;
    const bytes = tried === undefined || samples === undefined ? null : tried.bytesEach * samples;
    const cost: Cost =
      tried === undefined
        ? { ...unknownCost('it could not be tried'), gpuHours: 0 }
        : count === undefined
          ? { ...unknownCost('how many samples it has is not known'), gpuHours: 0 }
          : {
              ...NO_COST,
              seconds: tried.secondsEach * count,
              basis: [basisOf(tried)],
            };
    return { splits, tried, cost, amount, bytes };
  }

  #absent(stage: string, what: string): Finding {
    const { pictures } = this.rehearsal.figures;
    const stated = pictures?.[stage.replace('data/', '')];
    const splits = stated === undefined ? undefined : { train: stated.count };
    const why = `${what} is not there`;
    return {
      splits,
      tried: undefined,
      cost: { ...unknownCost(why), gpuHours: 0 },
      amount: stated === undefined ? 'unknown' : `${stated.count} pictures (${stated.source})`,
      bytes: null,
    };
  }

  /** Makes a small version, unless one of the same cost was made; nothing more is tried when time is over. */
  async #try(stage: string, key: string, work: () => Promise<TriedData>): Promise<TriedData | undefined> {
    const { rehearsal } = this;
    const known = this.#trials.get(key);
    if (known !== undefined) return known;
    if (rehearsal.isLate) {
      const like = [...this.#trials].find(([other]) => familyOf(other) === familyOf(key))?.[1];
      return like === undefined ? undefined : { ...like, borrowed: true };
    }
    try {
      const tried = await work();
      this.#trials.set(key, tried);
      if (tried.secondsEach > 0) {
        const source = `${tried.samples} made in a temporary folder`;
        rehearsal.measured(stage, 1 / tried.secondsEach, 'samples', source);
      }
      return tried;
    } catch (error) {
      rehearsal.signal?.throwIfAborted();
      rehearsal.missing.fault(stage, 'setting', stage, error);
      return undefined;
    }
  }

  /** The same for data sets of which a sample costs the same. */
  #keyOf(source: SourceRecipe): string {
    const { generate, hospital } = source;
    if (generate !== undefined) {
      const { pairs: _, test, seed: __, shardSize: ___, attempts: ____, plan, ...rest } = generate;
      const { k, m, findingsPerReport } = plan;
      return JSON.stringify(['generate', rest.size, rest, test > 0, k, m, findingsPerReport]);
    }
    if (hospital !== undefined) return JSON.stringify(['hospital', hospital.hospital, hospital.size]);
    const { repaint } = source;
    // Painted as pairs are, so that one may stand for the other.
    if (repaint !== undefined) return JSON.stringify(['generate', repaint.size, repaint.painter, 'repaint']);
    const of = sourceOf(source);
    if (of === undefined) return JSON.stringify(source);
    const settings = Object.values(source).map(way => ({ ...(way as object), of: '', seed: 0, patients: 0 }));
    return JSON.stringify([Object.keys(source)[0], this.#keys.get(of) ?? of, settings]);
  }

  #paths(options: Readonly<Record<string, unknown>>): Record<string, unknown> {
    const of = (value: unknown) =>
      typeof value === 'string' && /^\.{1,2}\//.test(value)
        ? fromRecipe(this.rehearsal.recipe, value)
        : value;
    return Object.fromEntries(Object.entries(options).map(([name, value]) => [name, of(value)]));
  }
}

/** Data sets of a way and a size (or of what they are made of), whose samples cost about the same. */
function familyOf(key: string): string {
  const parts: unknown = JSON.parse(key);
  return JSON.stringify(Array.isArray(parts) ? parts.slice(0, 2) : parts);
}

/** How the samples of a source are split, from its first rows. */
async function splitsOf(found: { count: number; rows(): AsyncIterable<{ split: string }> }): Promise<Splits> {
  const seen = new Map<string, number>();
  let rows = 0;
  for await (const { split } of found.rows()) {
    seen.set(split, (seen.get(split) ?? 0) + 1);
    if (++rows === ROWS) break;
  }
  return scaled(Object.fromEntries(seen), found.count / Math.max(1, rows));
}

function scaled(splits: Splits, factor: number): Splits {
  return Object.fromEntries(
    Object.entries(splits).map(([name, count]) => [name, Math.round(count * factor)]),
  );
}

/** What a choice of patients leaves of the samples. */
function splitsAfter({ select }: SourceRecipe, splits: Splits): Splits {
  if (select === undefined) return splits;
  const { patients, split, most } = select;
  const chosen = split === undefined ? splits : { [split]: splits[split] ?? 0 };
  const part = scaled(chosen, patients[1] - patients[0]);
  const samples = samplesOf(part) ?? 0;
  return most === undefined || samples <= most ? part : scaled(part, most / samples);
}

function basisOf({ samples, borrowed }: TriedData): string {
  return `${samples} were made, now and here${borrowed === true ? ', with other settings' : ''}`;
}

/** The mean of numbers by their weights. */
function meanOf(weights: Readonly<Record<string, number>>): number {
  const entries = Object.entries(weights);
  const all = entries.reduce((sum, [, weight]) => sum + weight, 0);
  return entries.reduce((sum, [number, weight]) => sum + Number(number) * weight, 0) / all;
}

function wordsOf(splits: Splits | undefined): string {
  const samples = samplesOf(splits);
  return samples === undefined ? 'unknown' : `${samples} samples`;
}
