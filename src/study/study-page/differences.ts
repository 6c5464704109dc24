import { html } from 'hono/html';
import type { Html } from '../report/index.js';
import { differenceRows, type FamilyByTask } from '../results/paper-tables.js';
import type { DifferenceResult, StudyResults } from '../results/results.js';
import { inPoints } from '../results/sentences.js';
import { domainOf, type ForestPlot, type ForestRow, forestPlot } from './forest.js';

/** A forest plot for each difference and kind of task, then their numbers. */
export async function differenceSection(
  results: StudyResults,
  taskTitles: Readonly<Record<string, string>>,
): Promise<Html> {
  const parts: Html[] = [];
  for (const [place, family] of results.families.entries()) {
    const plots = plotsOf(family, taskTitles, place === 0);
    if (plots.length === 0) continue;
    const domain = domainOf(plots);
    const drawn: Html[] = [];
    for (const plot of plots) drawn.push(html`<div>${await forestPlot({ ...plot, domain })}</div>`);
    const { name, metric } = family.family;
    parts.push(html`<h3>${name}: ${metric}</h3><div class="charts small">${drawn}</div>`);
  }
  if (parts.length === 0) return html`<p class="quiet">No difference was asked for.</p>`;
  return html`<p>Points are hundredths of the score; bars are 95 % intervals. A filled mark is one whose interval leaves zero out, a hollow one
one whose interval holds it. Diamonds are means over all, squares over a method, circles over a task.</p>
${parts}
${numberTable(results)}`;
}

function plotsOf(
  family: FamilyByTask,
  taskTitles: Readonly<Record<string, string>>,
  isHeadline: boolean,
): ForestPlot[] {
  const methods = Object.entries(family.methods);
  return Object.entries(family.differences).map(([name, all]) => {
    const of = (label: string, kind: ForestRow['kind'], found: DifferenceResult | undefined): ForestRow[] =>
      found === undefined ? [] : [{ label, kind, value: found.value, low: found.low, high: found.high }];
    const byMethod = methods.flatMap(([method, { differences }]) => of(method, 'method', differences[name]));
    const byTask = family.tasks.flatMap(task =>
      of(taskTitles[task] ?? task, 'task', family.byTask?.[task]?.differences[name]),
    );
    return {
      title: `${all.first} − ${all.second}`,
      rows: [
        ...of('all', 'all', all),
        // Of one method or task, its line would be the first one again.
        ...(methods.length > 1 ? byMethod : []),
        ...(family.tasks.length > 1 ? byTask : []),
      ],
      // A claim is of the scores that the headline is of.
      claim: isHeadline ? all.claim : undefined,
    };
  });
}

function numberTable(results: StudyResults): Html {
  const rows = differenceRows(results);
  const methods = rows[0]!.methods.length > 1 ? rows[0]!.methods.map(({ method }) => method) : [];
  const cell = (difference: DifferenceResult | undefined) =>
    difference === undefined
      ? html`<td>–</td>`
      : html`<td>${inPoints(difference.value)} <small>[${inPoints(difference.low)}, ${inPoints(difference.high)}]</small></td>`;
  return html`<details><summary>Differences in numbers</summary><div class="scroll" tabindex="0" role="region" aria-label="Differences in numbers"><table>
<caption>Differences in points with 95 % intervals; p is two-sided, from the same rounds, and not corrected for how many there are.</caption>
<thead><tr><th scope="col">tasks</th><th scope="col" class="text">difference</th><th scope="col">all</th>${methods.map(method => html`<th scope="col">${method}</th>`)}<th scope="col">p</th></tr></thead>
<tbody>${rows.map(
    ({
      family,
      all,
      methods: each,
    }) => html`<tr><th scope="row">${family.name}</th><td class="text">${all.first} − ${all.second}</td>${cell(all)}${
      methods.length > 0 ? each.map(({ difference }) => cell(difference)) : ''
    }<td>${all.p.toPrecision(2)}</td></tr>
`,
  )}</tbody></table></div></details>`;
}
