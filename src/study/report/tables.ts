import { html } from 'hono/html';
import { type AucCell, points, type ZeroShotResult, zeroShotRows } from '../../evaluate/index.js';
import type { ScorePoint } from './charts.js';
import type { Html } from './highlight.js';

/** A zero-shot result under a name for people, for example `synthetic (held out)`. */
export interface TitledResult {
  readonly title: string;
  readonly result: ZeroShotResult;
}

/** The table of one data set: all pictures, then each view apart. */
export function scoreTable({ title, result }: TitledResult): Html {
  const views = Object.entries(result.views);
  const [mean, ...classes] = zeroShotRows(result);
  const leftOut = Object.entries(result.leftOut).map(([name, why]) => `${name} (${why})`);
  return html`<h3>${title}: mean AUC ${figure(mean)}</h3>
<p class="quiet">data ${result.data}, split ${result.split}, ${result.n} pictures of ${result.patients} patients;
prompts ${result.prompts}, scoring ${result.scoring}; brackets hold the 95 % interval from ${result.rounds} bootstrap
rounds by patient, seed ${result.seed}.</p>
<div class="scroll"><table>
<thead><tr><th>finding</th><th>pictures with it</th><th>AUC</th>${views.map(
    ([view, { n }]) => html`<th>${view} (${n})</th>`,
  )}</tr></thead>
<tbody>${[mean!, ...classes].map(
    row => html`<tr class="${row.details === undefined ? 'mean' : ''}"><td>${row.name}</td><td>${row.details?.positives ?? ''}</td><td>${figure(row)}</td>${views.map(
      ([view]) => html`<td>${figure(row.views[view])}</td>`,
    )}</tr>
`,
  )}</tbody></table></div>
${leftOut.length > 0 ? html`<p class="quiet">Left out: ${leftOut.join(', ')}.</p>` : ''}`;
}

/** The points of the chart of several results. */
export function scorePoints(results: readonly TitledResult[]): ScorePoint[] {
  return results.flatMap(({ title, result }) =>
    Object.entries(result.classes).map(([name, { auc, low, high }]) => ({
      data: title,
      name,
      auc,
      low,
      high,
    })),
  );
}

function figure(score: AucCell | undefined): Html {
  if (score === undefined) return html`–`;
  return html`${points(score.auc)} <small>[${points(score.low)}, ${points(score.high)}]</small>`;
}
