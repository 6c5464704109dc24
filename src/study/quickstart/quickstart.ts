import { basename, join } from 'node:path';
import { duration, sha256, UsageError, watchProgress, writeFileAtomic } from '../../base/index.js';
import { openDataset } from '../../data/index.js';
import { alignColumns, evaluateZeroShot, points, type ZeroShotResult } from '../../evaluate/index.js';
import { type GenerateResult, generate } from '../../jobs/index.js';
import { type PretrainResult, pretrain } from '../../pretrain/index.js';
import { renderReport } from '../report/index.js';
import { Stages } from '../run/stages.js';
import { type QuickstartChanges, type QuickstartRecipe, readQuickstartRecipe } from './recipe.js';
import { reportData } from './report-data.js';

export interface QuickstartOptions extends QuickstartChanges {
  /** Folder of the run. */
  readonly out: string;
  /** A recipe file; the shipped one by default. */
  readonly recipe?: string | undefined;
  /** Data sets of real pictures to score on as well. */
  readonly real?: readonly string[] | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What `synray quickstart --json` prints. */
export interface QuickstartResult {
  /** Pairs made, those held out included. */
  readonly pairs: number;
  /** Seconds of all stages, those done in earlier runs included. */
  readonly seconds: number;
  /** Folder of the model, for `--model`. */
  readonly model: string;
  /** The page. */
  readonly report: string;
  /** Folder of the pairs. */
  readonly data: string;
  /** `synthetic`: held-out pairs. Real sets by the name of their folder. */
  readonly zeroShot: Readonly<Record<string, ScoreSummary>>;
}

/** The head of a zero-shot result; the whole is in `file`. */
export interface ScoreSummary
  extends Pick<ZeroShotResult, 'data' | 'split' | 'n' | 'seed' | 'meanAuc' | 'low' | 'high'> {
  readonly classes: Readonly<Record<string, { auc: number; low: number; high: number; positives: number }>>;
  readonly views: Readonly<Record<string, { n: number; meanAuc: number; low: number; high: number }>>;
  readonly file: string;
}

/** Everything a run knows when its page is made. */
export interface QuickstartOutcome {
  readonly recipe: QuickstartRecipe;
  readonly options: QuickstartOptions;
  readonly generated: GenerateResult;
  readonly trained: PretrainResult;
  readonly zeroShot: Readonly<Record<string, ZeroShotResult>>;
  readonly seconds: number;
}

/**
 * The whole way, small: plan, reports, pictures and curation; pre-training on them alone; zero-shot scores on
 * held-out pairs and on real data sets; a page of it all. Run again, it goes on where it stopped.
 * @throws UsageError when two real data sets have the same name, or the folder holds a run of other settings
 */
export async function quickstart(options: QuickstartOptions): Promise<QuickstartResult> {
  const { out, signal } = options;
  const recipe = await readQuickstartRecipe(options.recipe, options);
  const real = await openReal(options.real ?? []);
  const stages = new Stages(out, 4 + real.size, signal);
  const data = join(out, 'dataset');

  const generated = await stages.run(
    'generate',
    'making pairs of reports and X-rays',
    recipe.generate,
    () => {
      const progress = watchProgress('pairs', 'pairs');
      return generate({ recipe: recipe.generate, out: data, signal, onProgress: progress.update }).finally(
        progress.stop,
      );
    },
  );
  const made = (await openDataset(data)).manifest.fingerprint;
  const trained = await stages.run('pretrain', 'training on them', [recipe.pretrain, made], () => {
    const progress = watchProgress('training', 'steps');
    return pretrain({
      recipe: recipe.pretrain,
      data: [data],
      out: join(out, 'pretrain'),
      resume: true,
      signal,
      onProgress: ({ step, steps, loss }) => progress.update(step, steps, `loss ${loss.toFixed(3)}`),
    }).finally(progress.stop);
  });

  const zeroShot: Record<string, ZeroShotResult> = {};
  const sets = new Map([['synthetic', { folder: data, fingerprint: made }], ...real]);
  for (const [name, { folder, fingerprint }] of sets) {
    const ingredients = [recipe, made, fingerprint];
    zeroShot[name] = await stages.run(`zero-shot-${name}`, `reading ${folder}`, ingredients, () => {
      const progress = watchProgress('reading', 'pictures');
      return evaluateZeroShot({
        ...recipe.evaluate,
        model: trained.model,
        data: folder,
        out: resultFile(out, name),
        signal,
        onProgress: progress.update,
      }).finally(progress.stop);
    });
  }

  const report = join(out, 'report.html');
  const outcome: QuickstartOutcome = {
    recipe,
    options,
    generated,
    trained,
    zeroShot,
    seconds: stages.seconds,
  };
  await stages.run('report', 'drawing the page', [recipe, zeroShot], async () => {
    await writeFileAtomic(report, await renderReport(await reportData(outcome, data)));
    return { report };
  });
  return {
    pairs: generated.pairs,
    seconds: Math.round(stages.seconds * 10) / 10,
    model: trained.model,
    report,
    data,
    zeroShot: Object.fromEntries(
      Object.entries(zeroShot).map(([name, result]) => [name, summarise(result, resultFile(out, name))]),
    ),
  };
}

/** The result for a terminal. */
export function formatQuickstart({
  pairs,
  seconds,
  model,
  report,
  data,
  zeroShot,
}: QuickstartResult): string {
  const scores = Object.entries(zeroShot).flatMap(([name, { n, meanAuc, low, high, classes }]) => [
    '',
    `${name}: ${n} pictures, mean AUC ${points(meanAuc)} [${points(low)}, ${points(high)}]`,
    ...alignColumns(
      Object.entries(classes).map(([finding, { auc, low, high, positives }]) => [
        `  ${finding}`,
        points(auc),
        `[${points(low)}, ${points(high)}]`,
        `${positives} with it`,
      ]),
    ),
  ]);
  return [
    `${pairs} pairs, ${duration(seconds)}`,
    ...scores,
    '',
    `pairs   ${data}`,
    `model   ${model}`,
    `report  ${report}`,
  ].join('\n');
}

function resultFile(out: string, name: string): string {
  return join(out, `zero-shot-${name}.json`);
}

function summarise(result: ZeroShotResult, file: string): ScoreSummary {
  const { data, split, n, seed, meanAuc, low, high, classes, views } = result;
  return {
    data,
    split,
    n,
    seed,
    meanAuc,
    low,
    high,
    classes: Object.fromEntries(
      Object.entries(classes).map(([name, { auc, low, high, positives }]) => [
        name,
        { auc, low, high, positives },
      ]),
    ),
    views: Object.fromEntries(
      Object.entries(views).map(([view, { n, meanAuc, low, high }]) => [view, { n, meanAuc, low, high }]),
    ),
    file,
  };
}

/** Opens the real data sets before anything is done, so that a wrong path is told at once. */
async function openReal(
  folders: readonly string[],
): Promise<Map<string, { folder: string; fingerprint: string }>> {
  const sets = new Map<string, { folder: string; fingerprint: string }>();
  for (const folder of folders) {
    const name = basename(folder);
    if (sets.has(name) || name === 'synthetic') {
      throw new UsageError({ fault: `two data sets are named "${name}"`, mend: 'rename the folder of one' });
    }
    const { manifest } = await openDataset(folder);
    sets.set(name, { folder, fingerprint: sha256(JSON.stringify(manifest)) });
  }
  return sets;
}
