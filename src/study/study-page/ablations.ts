import { html } from 'hono/html';
import type { Html } from '../report/index.js';
import { hundredths, intervalText } from '../results/paper-tables.js';
import type { StudyResults } from '../results/results.js';
import { inPoints } from '../results/sentences.js';
import { domainOf, forestPlot } from './forest.js';

/** What each ablation asks, and what came of it. */
export async function ablationSection({ ablations, families }: StudyResults): Promise<Html> {
  const all = Object.entries(ablations);
  const [headline] = families;
  if (all.length === 0 || headline === undefined) return html`<p class="quiet">The recipe has none.</p>`;
  const { name, metric } = headline.family;
  const groups = [...new Set(all.map(([, { of }]) => of))].map(of => ({
    title: `changed − ${of}`,
    rows: all
      .filter(([, ablation]) => ablation.of === of)
      .map(([label, { difference }]) => ({ ...difference, label, kind: 'method' as const })),
  }));
  const domain = domainOf(groups);
  const plots: Html[] = [];
  for (const group of groups) plots.push(html`<div>${await forestPlot({ ...group, domain })}</div>`);
  return html`<p>One arm trained again with one thing changed, and held against the arm as it was: ${metric} of ${name}, over the methods and tasks
that both have.</p>
<dl class="questions">${all.map(
    ([label, { question, sentence }]) => html`<dt>${question} <small>${label}</small></dt><dd>${sentence}</dd>
`,
  )}</dl>
<div class="charts small">${plots}</div>
<details><summary>Ablations in numbers</summary><div class="scroll" tabindex="0" role="region" aria-label="Ablations in numbers"><table>
<caption>${metric} × 100 with 95 % intervals, and differences in points</caption>
<thead><tr><th scope="col">ablation</th><th scope="col" class="text">of</th><th scope="col">changed</th><th scope="col">unchanged</th><th scope="col">difference</th></tr></thead>
<tbody>${all.map(
    ([
      label,
      { of, changed, unchanged, difference },
    ]) => html`<tr><th scope="row">${label}</th><td class="text">${of}</td>
<td>${hundredths(changed.value)} <small>${intervalText(changed)}</small></td><td>${hundredths(unchanged.value)} <small>${intervalText(unchanged)}</small></td>
<td>${inPoints(difference.value)} <small>[${inPoints(difference.low)}, ${inPoints(difference.high)}]</small></td></tr>
`,
  )}</tbody></table></div></details>`;
}
