import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { checkGroups, checkNames } from '../../curation/index.js';
import { defaultBank, loadBank } from '../../entities/index.js';
import { painters } from '../../images/index.js';
import type { GenerateRecipe } from '../../jobs/index.js';
import {
  estimateRun,
  type LlmSettingsInput,
  openWriter,
  Planner,
  PlanSettings,
  WRITERS,
  type WriterChoice,
} from '../../reports/index.js';
import type { SourceRecipe } from '../recipe/index.js';
import type { Rehearsal } from './rehearsal.js';

type Curation = GenerateRecipe['curation'];

/** What a part of the work takes besides what this machine was seen to do. */
export interface Cost {
  /** Null where it is not known; `unknown` says why. */
  readonly seconds: number | null;
  readonly tokens: number | null;
  readonly gpuHours: number | null;
  readonly basis: readonly string[];
  readonly unknown: readonly string[];
}

export const NO_COST: Cost = { seconds: 0, tokens: 0, gpuHours: 0, basis: [], unknown: [] };

/** Both, one after the other. */
export function addCosts(...costs: readonly Cost[]): Cost {
  const sum = (values: readonly (number | null)[]) =>
    values.reduce((total, value) => (total === null || value === null ? null : total + value), 0);
  return {
    seconds: sum(costs.map(({ seconds }) => seconds)),
    tokens: sum(costs.map(({ tokens }) => tokens)),
    gpuHours: sum(costs.map(({ gpuHours }) => gpuHours)),
    basis: costs.flatMap(({ basis }) => basis),
    unknown: costs.flatMap(({ unknown }) => unknown),
  };
}

/** A cost that nobody knows. */
export function unknownCost(why: string): Cost {
  return { seconds: null, tokens: 0, gpuHours: null, basis: [], unknown: [why] };
}

/** Reports of a plan to draw for an estimate of tokens. */
const DRAWN = 64;

/** What a language model costs that writes `count` reports. Says what is missing of it. */
export async function writerCost(
  unit: string,
  {
    writer,
    count,
    plan,
    bank,
  }: {
    readonly writer: WriterChoice;
    readonly count: number | undefined;
    readonly plan?: GenerateRecipe['plan'] | undefined;
    readonly bank?: string | undefined;
  },
  rehearsal: Rehearsal,
): Promise<Cost> {
  const { missing, figures } = rehearsal;
  const { name, ...settings } = typeof writer === 'string' ? { name: writer } : writer;
  if (!WRITERS.names().includes(name)) {
    missing.fault(unit, 'name', `report writer ${name}`, await faultOf(() => WRITERS.get(name)));
    return { ...unknownCost(`the report writer "${name}" is not there`), tokens: null };
  }
  const known = bank !== undefined && existsSync(bank) ? await loadBank(bank) : defaultBank();
  const opened = await openWriter(writer, { bank: known, store: rehearsal.place('replies') }).then(
    writer => ({ writer }),
    (error: unknown) => ({ error }),
  );
  if ('error' in opened) {
    missing.fault(unit, 'setting', `report writer ${name}`, opened.error);
    return { ...unknownCost(`the settings of the report writer "${name}" do not fit`), tokens: null };
  }
  await opened.writer.close();
  if (name !== 'llm') return NO_COST;
  const { baseUrl, model } = settings as { baseUrl: string; model: string };
  await missing.endpoint(unit, baseUrl, model);
  if (count === undefined) return { ...unknownCost('how many reports it writes is not known'), tokens: null };
  const file = rehearsal.place('plan.jsonl');
  // The least cap: the bank that is meant may not be here, and prompts are as long with any.
  const pairs = Math.min(DRAWN, Math.max(1, count));
  const planner = new Planner(known, PlanSettings.parse({ ...plan, cap: 'least', pairs }));
  const lines = [...planner.reports(0, pairs)].map(report => `${JSON.stringify(report)}\n`);
  await writeFile(file, lines.join(''));
  const run = await estimateRun({ plan: file, settings: settings as LlmSettingsInput, bank: known });
  const tokens = Math.round((run.tokens / run.samples) * count);
  const basis = [
    `${Math.round(run.tokens / run.samples)} tokens a report, from prompts for ${run.samples} reports of this plan, if ` +
      `${Math.round(100 * run.acceptedShare)} % of the tries are accepted`,
  ];
  const { llm } = figures;
  if (llm === undefined) {
    const why = `no figure says how fast ${model} is: give compute.llm`;
    return { seconds: null, tokens, gpuHours: null, basis, unknown: [why] };
  }
  rehearsal.stated(`${model} writes`, llm.tokensPerSecond, 'tokens', llm.source);
  const seconds = tokens / llm.tokensPerSecond;
  return {
    seconds,
    tokens,
    gpuHours: (seconds * llm.gpus) / 3600,
    basis: [...basis, llm.source],
    unknown: [],
  };
}

/** What a painter costs that is no part of synray. Says what is missing of it. */
export async function painterCost(
  unit: string,
  painter: string,
  count: number | undefined,
  rehearsal: Rehearsal,
): Promise<Cost> {
  const { missing, figures } = rehearsal;
  if (!painters.names().includes(painter)) {
    missing.fault(unit, 'name', `painter ${painter}`, await faultOf(() => painters.get(painter)));
  } else if (painter === 'simulator') return NO_COST;
  if (figures.painter === undefined) {
    return unknownCost(`no figure says how fast the painter "${painter}" is: give compute.painter`);
  }
  if (count === undefined) return unknownCost('how many pictures it paints is not known');
  const { secondsPerImage, gpus, source } = figures.painter;
  rehearsal.stated(`${painter} paints`, gpus / secondsPerImage, 'pictures', source);
  const seconds = (count * secondsPerImage) / gpus;
  return { seconds, tokens: 0, gpuHours: (count * secondsPerImage) / 3600, basis: [source], unknown: [] };
}

/** What curation by models costs. Says what is missing of it. */
export async function curationCost(
  unit: string,
  { model, judge, bad, like, centre, reports }: Curation,
  count: number | undefined,
  rehearsal: Rehearsal,
): Promise<Cost> {
  const { missing, figures } = rehearsal;
  const costs: Cost[] = [];
  const there = [
    missing.path(unit, 'weights', model, 'put the model there, or correct curation.model'),
    ...[...bad, ...like, ...centre, ...(reports === undefined ? [] : [reports])].map(path =>
      missing.path(unit, 'folder', path, 'put the pictures there, or correct the path under curation'),
    ),
  ];
  if (!there.every(each => each)) {
    costs.push(pacedCost('embedder', `the model ${model ?? ''} reads`, figures.embedder, count, rehearsal));
  }
  if (judge !== undefined) {
    await missing.endpoint(unit, judge.baseUrl, judge.model);
    const cost = pacedCost('judge', `${judge.model} judges`, figures.judge, count, rehearsal);
    const note = 'the tokens of the pictures that the judge looks at are not counted';
    costs.push({ ...cost, unknown: [...cost.unknown, note] });
  }
  return addCosts(...costs, NO_COST);
}

function pacedCost(
  key: 'judge' | 'embedder',
  what: string,
  figure: { picturesPerSecond: number; gpus: number; source: string } | undefined,
  count: number | undefined,
  rehearsal: Rehearsal,
): Cost {
  if (figure === undefined) return unknownCost(`no figure says how fast ${what}: give compute.${key}`);
  if (count === undefined) return unknownCost('how many pictures there are is not known');
  const { picturesPerSecond, gpus, source } = figure;
  rehearsal.stated(what, picturesPerSecond, 'pictures', source);
  const seconds = count / picturesPerSecond;
  return { seconds, tokens: 0, gpuHours: (seconds * gpus) / 3600, basis: [source], unknown: [] };
}

/** Names of checks that there are none of. */
export function missingChecks(unit: string, checks: readonly string[], rehearsal: Rehearsal): boolean {
  const known = [...checkNames(), ...Object.keys(checkGroups)];
  const unknown = checks.filter(name => !known.includes(name));
  for (const name of unknown) {
    const mend = `use some of: ${known.join(', ')}`;
    rehearsal.missing.add(unit, {
      kind: 'name',
      what: `check ${name}`,
      fault: 'there is no such check',
      mend,
    });
  }
  return unknown.length > 0;
}

/** The curation settings of a recipe that can be tried here: what is missing is left out. */
export function triableCuration(curation: Curation): Curation {
  const { judge: _, ...rest } = curation;
  const wanted = [rest.model, ...rest.bad, ...rest.like, ...rest.centre, rest.reports];
  const all = wanted.every(path => path === undefined || existsSync(path));
  if (all) return { ...rest };
  const { badThreshold, likeThreshold, agreementThreshold } = rest;
  return { bad: [], like: [], centre: [], badThreshold, likeThreshold, agreementThreshold };
}

async function faultOf(work: () => unknown): Promise<unknown> {
  try {
    await work();
    return new Error('it does not work');
  } catch (error) {
    return error;
  }
}

/** The settings of curation, wherever a data set's recipe has them. */
export function curationOf(source: SourceRecipe): Curation | undefined {
  return source.generate?.curation ?? source.curate?.settings;
}
