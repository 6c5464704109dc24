import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { html } from 'hono/html';
import { InputError } from '../../base/index.js';
import { drawChart, type Html } from '../report/index.js';
import type { StudyOutcome } from '../run/study.js';
import { seriesEncoding } from './series.js';
import { listed } from './words.js';

/** The loss of one training, thinned. */
export interface Curve {
  readonly arm: string;
  readonly method: string;
  readonly seed: number;
  readonly points: readonly { readonly step: number; readonly loss: number }[];
}

/** Points of a curve; each is the mean of the steps around it. */
const POINTS = 60;

/** Reads the logs of the trainings; those of ablations are left out. */
export async function gatherCurves({ trained }: StudyOutcome, out: string): Promise<Curve[]> {
  const curves: Curve[] = [];
  for (const { training } of trained) {
    if (training.arm.ablation !== undefined) continue;
    const { method, seed, name } = training;
    const steps = await readLog(join(out, 'models', name, 'log.jsonl'));
    curves.push({ arm: training.arm.name, method, seed, points: thin(steps) });
  }
  return curves;
}

async function readLog(file: string): Promise<{ step: number; loss: number }[]> {
  try {
    const lines = (await readFile(file, 'utf8')).split('\n').filter(line => line !== '');
    return lines.map(line => {
      const { step, loss } = JSON.parse(line) as { step: number; loss: number };
      return { step: Number(step), loss: Number(loss) };
    });
  } catch (error) {
    const mend = 'delete the stage of that training in stages/train/ and run the study again';
    throw new InputError({ file, fault: 'the log of a training cannot be read', mend, cause: error });
  }
}

/** Means of stretches of steps, each at the middle of its stretch. */
export function thin(steps: Curve['points']): { step: number; loss: number }[] {
  const size = Math.max(1, Math.ceil(steps.length / POINTS));
  const points: { step: number; loss: number }[] = [];
  for (let from = 0; from < steps.length; from += size) {
    const stretch = steps.slice(from, from + size);
    const mean = (of: 'step' | 'loss') => stretch.reduce((sum, each) => sum + each[of], 0) / stretch.length;
    points.push({ step: Math.round(mean('step')), loss: Number(mean('loss').toPrecision(4)) });
  }
  return points;
}

export async function curveSection(
  curves: readonly Curve[],
  titles: ReadonlyMap<string, string>,
): Promise<Html> {
  const methods = [...new Set(curves.map(({ method }) => method))];
  const charts: Html[] = [];
  for (const method of methods) {
    const ofMethod = curves.filter(curve => curve.method === method);
    charts.push(html`<div><h3>${method}</h3>${await lossChart(ofMethod, titles)}</div>`);
  }
  if (charts.length === 0) return html`<p class="quiet">no trainings</p>`;
  return html`<p>A line a training; seeds of an arm look alike. Each point is the mean over the steps around it. The loss of different data and
methods is not comparable: a low one is no merit.</p>
<div class="charts small">${charts}</div>`;
}

async function lossChart(curves: readonly Curve[], titles: ReadonlyMap<string, string>): Promise<Html> {
  const titleOf = (arm: string) => titles.get(arm) ?? arm;
  const values = curves.flatMap(({ arm, seed, points }) =>
    points.map(point => ({ ...point, series: titleOf(arm), training: `${arm} ${seed}` })),
  );
  const arms = [...new Set(curves.map(({ arm }) => arm))];
  const names = arms.map(titleOf);
  const ends = arms.map(arm => {
    const last = curves.filter(curve => curve.arm === arm).flatMap(({ points }) => points.at(-1)?.loss ?? []);
    return `${titleOf(arm)} ends at ${listed(last.map(loss => loss.toFixed(2)))}`;
  });
  return drawChart(
    {
      width: 270,
      height: 180,
      data: { values },
      mark: { type: 'line', strokeWidth: 1.5 },
      encoding: {
        x: { field: 'step', type: 'quantitative', title: 'step', axis: { tickCount: 5 } },
        y: { field: 'loss', type: 'quantitative', title: 'training loss', scale: { zero: false } },
        detail: { field: 'training', type: 'nominal' },
        ...seriesEncoding(names),
      },
    },
    `Training loss by step: ${ends.join(', ')}`,
  );
}
