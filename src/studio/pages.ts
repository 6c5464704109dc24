import { html } from 'hono/html';
import type { Dataset, Sample } from '../data/index.js';
import { type Html, highlightReport, page, regionLegend } from '../study/index.js';
import { ITSELF, type Shelf } from './discover.js';
import { type Layer, layersOf } from './layers.js';
import type { ListedSample, Selection } from './listing.js';

/** Samples a page of a list. */
export const PAGE_SIZE = 24;

/** The first page: what there is to look at. */
export function shelfPage(shelf: Shelf): Promise<string> {
  return page(
    'synray studio',
    html`<header><h1>synray studio</h1><p class="quiet">${shelf.folder}</p></header>
${shelf.datasets.size > 0 ? html`<h2>Data sets</h2>` : ''}
${[...shelf.datasets].map(
  ([
    name,
    dataset,
  ]) => html`<h3><a href="${setPath(name)}">${name === ITSELF ? dataset.manifest.name : name}</a></h3>
<p>${dataset.manifest.provenance.description}</p>
<p class="quiet">${dataset.splits.map(split => `${split} ${dataset.count(split)}`).join(' · ')}</p>`,
)}
${shelf.reports.size > 0 ? html`<h2>Reports</h2>` : ''}
${[...shelf.reports.keys()].map(name => html`<p><a href="/reports/${encodeURIComponent(name)}">${name}</a></p>`)}
${shelf.faults.map(fault => html`<p class="quiet">not shown: ${fault}</p>`)}`,
  );
}

/** One page of a data set's list. */
export function listPage(
  name: string,
  dataset: Dataset,
  selection: Selection,
  found: { samples: readonly ListedSample[]; total: number },
): Promise<string> {
  const { split, label, offset } = selection;
  const link = (
    change: Partial<Record<'split' | 'label' | 'page', string | undefined>>,
    text: string,
    on = false,
  ) => {
    const query = new URLSearchParams();
    for (const [key, value] of Object.entries({ split, label, ...change }))
      if (value !== undefined) query.set(key, value);
    return html`<a href="${setPath(name)}?${query.toString()}">${on ? html`<b>${text}</b>` : text}</a> `;
  };
  const counts = new Map<string, number>();
  for (const entry of Object.values(dataset.manifest.splits)) {
    for (const [key, count] of Object.entries(entry.labels)) counts.set(key, (counts.get(key) ?? 0) + count);
  }
  const labels = [...counts].sort((a, b) => b[1] - a[1]);
  const pageNumber = Math.floor(offset / PAGE_SIZE);
  const last = Math.max(0, Math.ceil(found.total / PAGE_SIZE) - 1);
  const pager = html`<p>${pageNumber > 0 ? link({ page: String(pageNumber - 1) }, '← before') : ''}
page ${pageNumber + 1} of ${last + 1}, ${found.total} samples
${pageNumber < last ? link({ page: String(pageNumber + 1) }, 'next →') : ''}</p>`;
  return page(
    `${name} – synray studio`,
    html`<p><a href="/">studio</a></p><h1>${name === ITSELF ? dataset.manifest.name : name}</h1>
<p>split: ${link({ split: undefined }, 'all', split === undefined)}${dataset.splits.map(one => link({ split: one }, one, split === one))}</p>
<p>label: ${link({ label: undefined }, 'all', label === undefined)}${labels.map(([one, count]) =>
      link({ label: one }, `${one} (${count})`, label === one),
    )}</p>
${pager}
<div class="gallery">${found.samples.map(
      sample => html`<div class="card"><div class="picture"><a href="${samplePath(name, sample.id)}"><img loading="lazy" src="${samplePath(name, sample.id)}/picture" alt="chest X-ray ${sample.id}"></a></div>
<div><h3><a href="${samplePath(name, sample.id)}">${sample.id}</a></h3><span class="quiet">${[sample.split, sample.view].filter(Boolean).join(', ')}</span>
<p>${sample.labels.join(', ')}</p>${sample.refused.length > 0 ? html`<p>refused: ${sample.refused.join(', ')}</p>` : ''}</div></div>`,
    )}</div>
${pager}`,
  );
}

/** Everything known of one sample. */
export function samplePage(name: string, sample: Sample): Promise<string> {
  const path = samplePath(name, sample.id);
  const masks = sample.regions.flatMap((region, index) => (region.mask === null ? [] : [index]));
  const facts: [string, string][] = [
    ['labels', sample.labels.join(', ')],
    ['view', sample.view ?? ''],
    ['sex', sample.sex ?? ''],
    ['age', sample.age === null ? '' : String(sample.age)],
    ['patient', sample.patient],
    ['source', sample.source],
    ['not shown', sample.unknown?.join(', ') ?? ''],
  ];
  return page(
    `${sample.id} – synray studio`,
    html`<p><a href="/">studio</a> / <a href="${setPath(name)}">${name === ITSELF ? 'data set' : name}</a></p><h1>${sample.id}</h1>
<input type="checkbox" id="masks" checked> <label class="switch" for="masks">show what the findings changed</label>
<div class="charts"><div><div class="picture"><img src="${path}/picture" alt="chest X-ray ${sample.id}">${masks.map(
      index => html`<img class="mask" src="${path}/mask/${index}" alt="">`,
    )}</div>${regionLegend(sample.regions)}</div>
<div><h3>Report</h3>${highlightReport(sample)}
<h3>Facts</h3><table>${facts.filter(([, value]) => value !== '').map(([key, value]) => html`<tr><td>${key}</td><td>${value}</td></tr>`)}</table>
${verdicts(sample)}</div></div>${layers(sample, path)}`,
  );
}

const LAYER_NAMES: Readonly<Record<Layer, string>> = {
  change: 'what it changed',
  twin: 'the same patient without it',
  difference: 'difference: red lighter with it, blue darker',
};

/** What is stored beside the picture: of each finding change map, twin and difference, and the attenuation. */
function layers(sample: Sample, path: string): Html {
  const card = (source: string, title: string, words: string) =>
    html`<div class="card"><div class="picture"><img loading="lazy" src="${source}" alt="${words}: ${title}"></div><div><h3>${title}</h3><span class="quiet">${words}</span></div></div>`;
  const cards = sample.regions.flatMap((region, index) => {
    const faint = region.faint === true ? '(faint)' : undefined;
    const title = [region.side, region.concept, faint].filter(Boolean).join(' ');
    return layersOf(region).map(layer => card(`${path}/${layer}/${index}`, title, LAYER_NAMES[layer]));
  });
  if (sample.attenuation !== undefined)
    cards.push(card(`${path}/attenuation`, 'attenuation', 'what the detector read, before its display'));
  return cards.length === 0 ? html`` : html`<h2>Beside the picture</h2><div class="gallery">${cards}</div>`;
}

export function messagePage(title: string, message: string): Promise<string> {
  return page(title, html`<p><a href="/">studio</a></p><h1>${title}</h1><p>${message}</p>`);
}

function verdicts(sample: Sample): Html {
  if (sample.verdicts.length === 0) return html``;
  return html`<h3>Verdicts</h3><div class="scroll"><table><thead><tr><th>check</th><th>verdict</th><th>score</th><th>threshold</th><th>reason</th></tr></thead>
${sample.verdicts.map(
  verdict =>
    html`<tr><td>${verdict.check}</td><td>${verdict.passed ? 'passed' : 'refused'}</td><td>${verdict.score?.toPrecision(3) ?? ''}</td><td>${verdict.threshold?.toPrecision(3) ?? ''}</td><td>${verdict.reason}</td></tr>`,
)}</table></div>`;
}

function setPath(name: string): string {
  return `/sets/${encodeURIComponent(name)}`;
}

function samplePath(name: string, id: string): string {
  return `${setPath(name)}/samples/${encodeURIComponent(id)}`;
}
