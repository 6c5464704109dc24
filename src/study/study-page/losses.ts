import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { html } from 'hono/html';
import { readRejections } from '../../curation/index.js';
import type { Html } from '../report/index.js';
import type { StudyOutcome } from '../run/study.js';
import { count, percent } from './words.js';

/** What did not get into a data set, and why. */
export interface CurationLoss {
  readonly name: string;
  /** What was done: a set of others curated, or pairs made and checked. */
  readonly way: 'curate' | 'generate';
  readonly kept: number;
  readonly refused: number;
  /** Check, or stage of generation → samples that it refused. One sample may be refused by several checks. */
  readonly reasons: Readonly<Record<string, number>>;
}

/** Counts what checks refused, of curated and generated data sets. */
export async function gatherLosses({ study, datasets }: StudyOutcome): Promise<CurationLoss[]> {
  const losses: CurationLoss[] = [];
  for (const [name, source] of study.sources) {
    const { folder, samples: kept } = datasets.get(name)!;
    if (source.curate !== undefined) {
      const rejections = await readRejections(folder);
      const refusing = rejections.map(({ verdicts }) =>
        verdicts.filter(({ passed }) => !passed).map(({ check }) => check),
      );
      losses.push({ name, way: 'curate', kept, refused: rejections.length, reasons: tally(refusing) });
    }
    if (source.generate !== undefined) {
      const stages = await setAside(folder);
      losses.push({
        name,
        way: 'generate',
        kept,
        refused: stages.length,
        reasons: tally(stages.map(stage => [stage])),
      });
    }
  }
  return losses;
}

/** The stage that gave each sample up. A file that is not there, or of another form, says nothing. */
async function setAside(folder: string): Promise<string[]> {
  const text = await readFile(join(folder, 'set-aside.jsonl'), 'utf8').catch(() => '');
  return text.split('\n').flatMap(line => {
    const found = /"stage":"(report|image)"/.exec(line);
    return found === null ? [] : [found[1]!];
  });
}

function tally(lists: readonly (readonly string[])[]): Record<string, number> {
  const counts = new Map<string, number>();
  for (const list of lists) for (const name of new Set(list)) counts.set(name, (counts.get(name) ?? 0) + 1);
  return Object.fromEntries([...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)));
}

export function lossSection(losses: readonly CurationLoss[]): Html {
  if (losses.length === 0) return html`<p class="quiet">No data set of this study was checked.</p>`;
  return html`<p>A sample may be refused by several checks, so that the rows of a data set may add up to more than its sum. Pairs that are made
anew until they pass are counted once, when they were given up.</p>
<div class="scroll" tabindex="0" role="region" aria-label="What checks refused"><table>
<caption>What checks refused. Shares are of the samples looked at.</caption>
<thead><tr><th scope="col">data</th><th scope="col" class="text">refused by</th><th scope="col">samples</th><th scope="col">share</th></tr></thead>
${losses.map(({ name, way, kept, refused, reasons }) => {
  const whole = kept + refused;
  const rows = Object.entries(reasons);
  const by = way === 'curate' ? 'any check' : 'given up while made';
  return html`<tbody><tr class="sum"><th scope="rowgroup" rowspan="${rows.length + 1}">${name}<br><small>${count(kept)} kept</small></th><th scope="row">${by}</th>
<td>${count(refused)}</td><td>${percent(refused, whole)}</td></tr>
${rows.map(
  ([check, times]) =>
    html`<tr><th scope="row">${check}</th><td>${count(times)}</td><td>${percent(times, whole)}</td></tr>
`,
)}</tbody>`;
})}</table></div>`;
}
