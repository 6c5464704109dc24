import { join } from 'node:path';
import { duration, UsageError, writeFileAtomic } from '../base/index.js';
import { type DryRun, dryRun, formatDryRun } from './dry-run/index.js';
import { type ArmResult, type DifferenceResult, resultsOf, type StudyResults } from './results/results.js';
import { formatStudy, latexTables, markdownTables } from './results/tables.js';
import { carryOut } from './run/study.js';
import { studyPage } from './study-page/index.js';

export interface StudyCommand {
  /** A recipe file. */
  readonly recipe: string;
  /** Folder of the study; `runs/` and the name of the recipe by default. */
  readonly out?: string | undefined;
  /** Only say what would be done. */
  readonly dryRun?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What a study ends in. */
export interface StudyResult {
  /** The arms over all tasks of the first kind. */
  readonly arms: Readonly<Record<string, ArmScore>>;
  readonly differences: Readonly<Record<string, DifferenceResult>>;
  /** The page. */
  readonly report: string;
  /** Everything that was found. */
  readonly results: string;
  /** Seconds of all stages, those of earlier runs included. */
  readonly seconds: number;
  readonly all: StudyResults;
}

/** The head of an arm's result. */
export interface ArmScore extends Pick<ArmResult, 'low' | 'high'> {
  readonly meanAuc: number;
}

/**
 * Carries a study out, or says what it would take.
 * @throws UsageError when the recipe is wrong, or a stage cannot be made of it.
 */
export async function study(command: StudyCommand): Promise<StudyResult | DryRun> {
  const { recipe, signal } = command;
  if (command.dryRun === true) return dryRun(recipe, { out: command.out ?? defaultFolder(recipe), signal });
  const out = command.out ?? defaultFolder(recipe);
  const outcome = await carryOut({ recipe, out, signal });
  const all = await resultsOf(outcome, out);
  const [results, report] = [join(out, 'results.json'), join(out, 'report.html')];
  await writeFileAtomic(results, `${JSON.stringify(all, null, 2)}\n`);
  await writeFileAtomic(report, await studyPage({ results: all, outcome, recipe, out }));
  const seconds = Object.values(outcome.seconds).reduce((sum, each) => sum + each, 0);
  const [headline] = all.families;
  return {
    arms: Object.fromEntries(
      Object.entries(headline?.arms ?? {}).map(([name, { value, low, high }]) => [
        name,
        { meanAuc: value, low, high },
      ]),
    ),
    differences: headline?.differences ?? {},
    report,
    results,
    seconds: Math.round(seconds * 10) / 10,
    all,
  };
}

/** In which words a study is told. */
export type StudyForm = 'terminal' | 'markdown' | 'latex';

/** What the command line prints. */
export function studyAnswer(result: StudyResult | DryRun, form: StudyForm): { json: object; text: string } {
  if ('units' in result) return { json: result, text: formatDryRun(result) };
  const { all, ...json } = result;
  if (form === 'markdown') return { json, text: markdownTables(all) };
  if (form === 'latex') return { json, text: latexTables(all) };
  const { report, results, seconds } = result;
  return {
    json,
    text: [
      formatStudy(all),
      '',
      `results  ${results}`,
      `report   ${report}`,
      `time     ${duration(seconds)}`,
    ].join('\n'),
  };
}

function defaultFolder(recipe: string): string {
  const name = /([^/\\]+)\.ya?ml$/i.exec(recipe)?.[1];
  if (name !== undefined) return join('runs', name);
  throw new UsageError({ file: recipe, fault: 'a study is a .yaml file', mend: 'give a recipe, and --out' });
}
