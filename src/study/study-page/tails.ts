import { join } from 'node:path';
import { html } from 'hono/html';
import { type Dataset, openDataset, sqlPaths, withDatabase } from '../../data/index.js';
import { longTail } from '../../entities/index.js';
import { drawChart, type Html } from '../report/index.js';
import type { StudyOutcome } from '../run/study.js';
import { seriesEncoding } from './series.js';
import { count, percent } from './words.js';

/** How often the training part of a data set says each entity and carries each label. */
export interface DataTail {
  readonly name: string;
  readonly samples: number;
  /** Reports that say it, in descending order: one number an entity of a type. */
  readonly entities: readonly number[];
  /** Label → pictures with it. */
  readonly labels: Readonly<Record<string, number>>;
}

/** Points of a line on a logarithmic axis: more would not be seen. */
const POINTS = 80;
const DECADES = Array.from({ length: 13 }, (_, step) => 10 ** (step - 6));
/** Labels in the table of the most frequent and the rarest. */
const LISTED = 16;

/** Counts the data sets that arms train on; those of ablations are left out. */
export async function gatherTails({ study, datasets }: StudyOutcome): Promise<DataTail[]> {
  const arms = study.arms.filter(({ ablation }) => ablation === undefined);
  const names = [...new Set(arms.flatMap(({ data }) => Object.keys(data)))];
  const tails: DataTail[] = [];
  for (const name of names) {
    const dataset = await openDataset(datasets.get(name)!.folder);
    const split = dataset.splits.includes('train') ? 'train' : undefined;
    const splits = split === undefined ? dataset.splits : [split];
    const labels: Record<string, number> = {};
    for (const each of splits) {
      for (const [label, times] of Object.entries(dataset.manifest.splits[each]!.labels)) {
        labels[label] = (labels[label] ?? 0) + times;
      }
    }
    const entities = await countEntities(dataset, splits);
    tails.push({ name, samples: dataset.count(split), entities, labels });
  }
  return tails;
}

async function countEntities(dataset: Dataset, splits: readonly string[]): Promise<number[]> {
  const files = splits.flatMap(split => dataset.manifest.splits[split]!.shards.map(({ file }) => file));
  if (files.length === 0) return [];
  const paths = sqlPaths(files.map(file => join(dataset.folder, file)));
  return withDatabase(async connection => {
    const reader = await connection.runAndReadAll(
      `SELECT count(DISTINCT id) AS count
       FROM (SELECT id, unnest(mentions) AS mention FROM read_parquet(${paths}))
       GROUP BY mention.concept, mention.type ORDER BY count DESC`,
    );
    return reader.getRows().map(([times]) => Number(times));
  });
}

export async function tailSection(tails: readonly DataTail[]): Promise<Html> {
  const labels = tails.map(({ name, samples, labels }) => {
    return { name, samples, counts: Object.values(labels).sort((a, b) => b - a) };
  });
  const entities = tails.map(({ name, samples, entities }) => ({ name, samples, counts: entities }));
  return html`<p>Entities that the reports say, and labels of the pictures, from the most frequent on, in the part that models are trained
on. Both axes are logarithmic. A line that falls is a long tail; a level one is balance.</p>
<div class="charts small">
<div><h3>Entities</h3>${await rankChart('entities', 'reports that say it', entities)}</div>
<div><h3>Labels</h3>${await rankChart('labels', 'pictures with it', labels)}</div>
</div>
<div class="scroll" tabindex="0" role="region" aria-label="How uneven the data are"><table>
<caption>How uneven. Gini: 0 when all are alike, towards 1 when one takes all.</caption>
<thead><tr><th scope="col">data</th><th scope="col">pairs</th><th scope="col">entities</th><th scope="col">top 50 take</th>
<th scope="col">Gini</th><th scope="col">labels</th><th scope="col">Gini of labels</th></tr></thead><tbody>
${tails.map(({ name, samples, entities, labels }) => {
  const tail = longTail(entities);
  const ofLabels = longTail(Object.values(labels));
  const gini = ({ entities, gini }: typeof tail) => (entities === 0 ? '–' : gini.toFixed(2));
  return html`<tr><th scope="row">${name}</th><td>${count(samples)}</td><td>${count(tail.entities)}</td>
<td>${percent(tail.top50, Math.min(1, tail.uses))}</td><td>${gini(tail)}</td><td>${count(ofLabels.entities)}</td><td>${gini(ofLabels)}</td></tr>
`;
})}</tbody></table></div>
${labelTable(tails)}`;
}

/** Each label's share in every data set, in the order of the first one. */
function labelTable(tails: readonly DataTail[]): Html {
  const names = [...new Set(tails.flatMap(({ labels }) => Object.keys(labels)))];
  if (names.length === 0) return html``;
  const shareIn = (label: string) =>
    tails.map(({ labels, samples }) => (labels[label] ?? 0) / Math.max(1, samples));
  const sorted = names
    .map(label => ({ label, shares: shareIn(label) }))
    .sort((a, b) => b.shares[0]! - a.shares[0]! || (a.label < b.label ? -1 : 1));
  const row = ({
    label,
    shares,
  }: (typeof sorted)[number]) => html`<tr><th scope="row">${label}</th>${shares.map(
    share => html`<td>${percent(share, 1)}</td>`,
  )}</tr>
`;
  const half = LISTED / 2;
  const isShort = sorted.length <= LISTED;
  return html`<details><summary>Labels in numbers</summary><div class="scroll" tabindex="0" role="region" aria-label="Shares of labels"><table>
<caption>Share of pictures with a label${isShort ? '' : html`: the ${half} most frequent and the ${half} rarest in ${tails[0]!.name}, of ${count(sorted.length)}`}.</caption>
<thead><tr><th scope="col">label</th>${tails.map(({ name }) => html`<th scope="col">${name}</th>`)}</tr></thead>
<tbody>${isShort ? sorted.map(row) : [...sorted.slice(0, half).map(row), ...sorted.slice(-half).map(row)]}</tbody></table></div></details>`;
}

interface Ranked {
  readonly name: string;
  readonly samples: number;
  /** In descending order. */
  readonly counts: readonly number[];
}

async function rankChart(what: string, title: string, ranked: readonly Ranked[]): Promise<Html> {
  const values = ranked.flatMap(({ name, samples, counts }) =>
    thin(counts.filter(times => times > 0)).map(({ rank, times }) => ({
      rank,
      share: times / Math.max(1, samples),
      series: name,
    })),
  );
  if (values.length === 0) return html`<p class="quiet">none</p>`;
  const names = ranked.filter(({ counts }) => counts.length > 0).map(({ name }) => name);
  const words = ranked.map(
    ({ name, counts }) => `${name} ${counts.length} with Gini ${longTail(counts).gini.toFixed(2)}`,
  );
  return drawChart(
    {
      width: 270,
      height: 180,
      data: { values },
      mark: { type: 'line', strokeWidth: 2 },
      encoding: {
        x: {
          field: 'rank',
          type: 'quantitative',
          title: 'rank',
          scale: { type: 'log' },
          axis: { values: DECADES, format: '~s' },
        },
        y: {
          field: 'share',
          type: 'quantitative',
          title,
          scale: { type: 'log' },
          axis: { values: DECADES, format: '~%' },
        },
        ...seriesEncoding(names),
      },
    },
    `Share of ${title} by rank: ${what} of ${words.join(', ')}`,
  );
}

/** Ranks that lie apart on a logarithmic axis, the first and the last among them. */
function thin(counts: readonly number[]): { rank: number; times: number }[] {
  const all = counts.map((times, index) => ({ rank: index + 1, times }));
  if (all.length <= POINTS) return all;
  const places = new Set(
    Array.from({ length: POINTS }, (_, step) => Math.round(all.length ** (step / (POINTS - 1))) - 1),
  );
  return all.filter((_, index) => places.has(index));
}
