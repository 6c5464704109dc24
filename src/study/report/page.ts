import { readFile } from 'node:fs/promises';
import { html, raw } from 'hono/html';
import type { HtmlEscapedString } from 'hono/utils/html';
import type { Sample } from '../../data/index.js';
import { type EntityCount, entityBalanceChart, findingChart, lossChart, scoreChart } from './charts.js';
import { type Html, highlightReport } from './highlight.js';
import { embeddedPicture, regionLegend } from './pictures.js';
import { scorePoints, scoreTable, type TitledResult } from './tables.js';

/** A number that the page shows large, with what it counts. */
export interface Figure {
  readonly value: string;
  readonly label: string;
}

/** All that the page shows. */
export interface ReportData {
  readonly title: string;
  /** One paragraph: what was done, and how the scores came about. */
  readonly summary: string;
  readonly figures: readonly Figure[];
  /** How often the reports say each entity. */
  readonly entities: readonly EntityCount[];
  /** Pictures that show each finding. */
  readonly findings: Readonly<Record<string, number>>;
  readonly gallery: readonly Sample[];
  readonly losses: readonly { step: number; loss: number }[];
  readonly scores: readonly TitledResult[];
  /** The settings as YAML. */
  readonly settings: string;
  readonly versions: Readonly<Record<string, string>>;
  /** The command that makes it again. */
  readonly command: string;
}

/** Widest a picture of the gallery is stored, in pixels: the page stays under a few megabytes. */
const PICTURE_WIDTH = 256;

/** Renders the page of a run: one HTML file that needs nothing else, no script, no network. */
export async function renderReport(data: ReportData): Promise<string> {
  const cards: Html[] = [];
  for (const sample of data.gallery) cards.push(await card(sample));
  const body = html`<header><h1>${data.title}</h1><p>${data.summary}</p></header>
<ul class="figures">${data.figures.map(({ value, label }) => html`<li><b>${value}</b><span>${label}</span></li>`)}</ul>

<h2>Zero-shot reading</h2>
<p>By sentences alone: each finding is scored by how much nearer a picture lies to sentences that say it is there
than to sentences that say it is not. No classifier was trained. An AUC of 0.5 is guessing; 1 is always right.</p>
${await scoreChart(scorePoints(data.scores))}
${data.scores.map(scoreTable)}

<h2>Training</h2>
${data.losses.length > 0 ? await lossChart(data.losses) : html`<p class="quiet">no log</p>`}

<h2>What the reports say</h2>
<p>Each line is one type of entity, its members in order of their count. A flat line is a balanced set; real
reports fall steeply. The bars count pictures that show a finding.</p>
<div class="charts"><div>${await entityBalanceChart(data.entities)}</div><div>${await findingChart(data.findings)}</div></div>

<h2>Samples</h2>
<p class="quiet">Held-out pairs, not chosen by hand. Marked words are what the tagger read: <mark class="affirmed">there</mark>,
<mark class="negated">not there or normal</mark>, <mark class="uncertain">uncertain</mark>, <mark class="anatomy">anatomy</mark>.
Coloured areas are what the finding changed in the picture.</p>
<input type="checkbox" id="masks" checked> <label class="switch" for="masks">show what the findings changed</label>
<div class="gallery">${cards}</div>

<h2>Made with</h2>
<pre>${data.command}</pre>
<p class="quiet">${Object.entries(data.versions)
    .map(([name, version]) => `${name} ${version}`)
    .join(' · ')}</p>
<pre>${data.settings}</pre>`;
  return page(data.title, body);
}

/** A whole page around its body, with the house's style inside. */
export async function page(
  title: string,
  body: HtmlEscapedString | Promise<HtmlEscapedString>,
): Promise<string> {
  const style = await readFile(new URL('./style.css', import.meta.url), 'utf8');
  const whole = await html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${raw(style)}</style>
</head>
<body>
<main>
${await body}
</main>
</body>
</html>
`;
  return whole.toString();
}

async function card(sample: Sample): Promise<Html> {
  const about = [sample.view, sample.sex, sample.age === null ? null : `${sample.age} years`]
    .filter(Boolean)
    .join(', ');
  return html`<div class="card">${await embeddedPicture(sample, PICTURE_WIDTH)}
<div><h3>${sample.id}</h3><span class="quiet">${about}</span>${regionLegend(sample.regions)}${highlightReport(sample)}</div></div>`;
}
