import { html } from 'hono/html';
import type { ScorePoint } from './charts.js';
import type { Html } from './highlight.js';

/** An area under the ROC curve with its 95 % interval. */
export interface Score {
  readonly auc: number;
  readonly low: number;
  readonly high: number;
}

/** Score of one class with the number of pictures that show it. */
export interface ClassScore extends Score {
  readonly positives: number;
  readonly negatives: number;
}

/** What a zero-shot evaluation found on one data set. */
export interface ScoreTable {
  /** Name for people, for example `synthetic (held out)`. */
  readonly title: string;
  readonly data: string;
  readonly split: string;
  readonly n: number;
  readonly seed: number;
  readonly meanAuc: number;
  readonly low: number;
  readonly high: number;
  readonly classes: Readonly<Record<string, ClassScore>>;
  /** The same by view, when views are known. */
  readonly views: Readonly<Record<string, ViewScore>>;
}

export interface ViewScore {
  readonly n: number;
  readonly meanAuc: number;
  readonly low: number;
  readonly high: number;
  readonly classes: Readonly<Record<string, Score>>;
}

/** The table of one data set: all pictures, then each view apart. */
export function scoreTable(table: ScoreTable): Html {
  const views = Object.entries(table.views);
  return html`<h3>${table.title}: mean AUC ${figure(table)}</h3>
<p class="quiet">data ${table.data}, split ${table.split}, ${table.n} pictures, bootstrap by patient, seed ${table.seed}; brackets hold the 95 % interval.</p>
<div class="scroll"><table>
<thead><tr><th>finding</th><th>pictures with it</th><th>AUC</th>${views.map(
    ([view, { n }]) => html`<th>${view} (${n})</th>`,
  )}</tr></thead>
<tbody><tr class="mean"><td>mean</td><td></td><td>${figure(table)}</td>${views.map(
    ([, view]) => html`<td>${figure(view)}</td>`,
  )}</tr>
${Object.entries(table.classes).map(
  ([name, score]) => html`<tr><td>${name}</td><td>${score.positives}</td><td>${figure(score)}</td>${views.map(
    ([, view]) => html`<td>${figure(view.classes[name])}</td>`,
  )}</tr>
`,
)}</tbody></table></div>`;
}

/** The points of the chart of several tables. */
export function scorePoints(tables: readonly ScoreTable[]): ScorePoint[] {
  return tables.flatMap(table =>
    Object.entries(table.classes).map(([name, { auc, low, high }]) => ({
      data: table.title,
      name,
      auc,
      low,
      high,
    })),
  );
}

function figure(score: Score | Omit<ViewScore, 'n' | 'classes'> | undefined): Html {
  if (score === undefined) return html`–`;
  const value = 'auc' in score ? score.auc : score.meanAuc;
  return html`${value.toFixed(3)} <small>[${score.low.toFixed(3)}, ${score.high.toFixed(3)}]</small>`;
}
