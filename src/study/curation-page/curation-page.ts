import { html } from 'hono/html';
import sharp from 'sharp';
import { SynrayError, writeFileAtomic } from '../../base/index.js';
import { decodeForChecks } from '../../curation/index.js';
import type { Verdict } from '../../data/index.js';
import { COLOURS, drawChart, type Html, page } from '../report/index.js';
import { type CheckScores, type CurationPageData, gatherCuration, type RejectedPicture } from './gather.js';

export interface CurationPageOptions {
  /** The data set as it was. */
  readonly source: string;
  /** What `synray curate` made of it. */
  readonly curated: string;
  /** The page to write. */
  readonly out: string;
  /** Pictures shown of each check, at most. */
  readonly most?: number;
}

export interface CurationPageResult {
  readonly kept: number;
  readonly rejected: number;
  readonly shown: number;
  readonly out: string;
}

/** Side of a thumbnail in pixels. */
const THUMBNAIL = 160;
const MOST = 40;
const BINS = 36;

/**
 * Writes the page of what curation left out: counts and scores of every check beside its threshold, and the pictures
 * with their reasons. One HTML file that needs nothing else.
 * @throws InputError when a data set or its list of rejections cannot be read.
 */
export async function writeCurationPage(options: CurationPageOptions): Promise<CurationPageResult> {
  const { source, curated, out, most = MOST } = options;
  const data = await gatherCuration(source, curated, most);
  await writeFileAtomic(out, await render(data));
  const shown = [...data.pictures.values()].reduce((sum, list) => sum + list.length, 0);
  return { kept: data.kept, rejected: data.rejections.length, shown, out };
}

async function render(data: CurationPageData): Promise<string> {
  const { name, kept, rejections, checks, mended, pictures } = data;
  const total = kept + rejections.length;
  const charts: Html[] = [];
  for (const check of checks) {
    const chart = await scoreChart(check);
    if (chart !== undefined) charts.push(html`<div><h3>${check.check}</h3>${chart}</div>`);
  }
  const galleries: Html[] = [];
  for (const [check, list] of pictures) galleries.push(await gallery(check, list, checks));
  const title = `${name}: what curation left out`;
  return page(
    title,
    html`<header><h1>${title}</h1>
<p>${count(rejections.length)} of ${count(total)} samples were refused by at least one check (${percent(rejections.length, total)}).${
      mended === 0 ? '' : ` ${count(mended)} inverted pictures were made upright and kept.`
    } Every verdict, with its score, is in rejected.jsonl and in the samples that were kept.</p></header>
<ul class="figures"><li><b>${count(kept)}</b><span>kept</span></li><li><b>${count(rejections.length)}</b><span>refused</span></li><li><b>${count(mended)}</b><span>mended</span></li></ul>

<h2>Checks</h2>
<div class="scroll"><table><thead><tr><th>check</th><th>refused</th><th>share</th><th>threshold</th></tr></thead><tbody>
${checks.map(
  ({ check, refused, threshold }) =>
    html`<tr><td>${check}</td><td>${count(refused)}</td><td>${percent(refused, total)}</td><td>${threshold ?? ''}</td></tr>
`,
)}</tbody></table></div>
<p class="quiet">A sample may be refused by several checks; a costly one is not made where another refused before.</p>

<h2>Scores</h2>
<p class="quiet">Shares of the kept and of the refused samples (refused by any check) by score, each drawn to its own sum. The dashed line is the threshold.</p>
<div class="charts small">${charts}</div>

<h2>Refused</h2>
<p class="quiet">Each picture is shown once, under the first check that refused it.</p>
${galleries}`,
  );
}

async function scoreChart({ check, kept, rejected, threshold }: CheckScores): Promise<Html | undefined> {
  const all = [...kept, ...rejected].sort((a, b) => a - b);
  if (all.length < 2 || all[0] === all.at(-1)) return undefined;
  // A few wild scores must not press all others into one bar: they are counted in the last one.
  const low = Math.min(all[Math.floor(all.length * 0.01)]!, threshold ?? Number.POSITIVE_INFINITY);
  const high = Math.max(all[Math.ceil(all.length * 0.99) - 1]!, threshold ?? Number.NEGATIVE_INFINITY);
  if (!(high > low)) return undefined;
  const bins = (scores: readonly number[], series: string) => {
    const counts = new Float64Array(BINS);
    for (const score of scores) {
      const bin = Math.floor(((score - low) / (high - low)) * BINS);
      counts[Math.min(BINS - 1, Math.max(0, bin))]! += 1 / scores.length;
    }
    return Array.from(counts, (share, bin) => ({
      score: low + ((bin + 0.5) * (high - low)) / BINS,
      share,
      series,
    }));
  };
  const values = [
    ...(kept.length > 0 ? bins(kept, 'kept') : []),
    ...(rejected.length > 0 ? bins(rejected, 'refused') : []),
  ];
  const chart = await drawChart({
    width: 300,
    height: 130,
    layer: [
      {
        data: { values },
        mark: { type: 'area', interpolate: 'step', opacity: 0.5 },
        encoding: {
          x: { field: 'score', type: 'quantitative', title: 'score', scale: { zero: false } },
          y: { field: 'share', type: 'quantitative', title: 'share', stack: null, axis: { format: '~%' } },
          color: {
            field: 'series',
            type: 'nominal',
            title: null,
            scale: { domain: ['kept', 'refused'], range: [COLOURS[0], COLOURS[1]] },
          },
        },
      },
      ...(threshold === null
        ? []
        : [
            {
              data: { values: [{ threshold }] },
              mark: { type: 'rule' as const, strokeDash: [4, 3] },
              encoding: { x: { field: 'threshold', type: 'quantitative' as const } },
            },
          ]),
    ],
  });
  return html`<div role="img" aria-label="${`Scores of ${check}: kept and refused samples${threshold === null ? '' : `, threshold ${threshold}`}`}">${chart}</div>`;
}

async function gallery(
  check: string,
  list: readonly RejectedPicture[],
  checks: readonly CheckScores[],
): Promise<Html> {
  const refused = checks.find(other => other.check === check)?.refused ?? list.length;
  const cards: Html[] = [];
  for (const picture of list) cards.push(await card(picture));
  return html`<h3>${check}</h3><p class="quiet">${count(refused)} refused by it, ${count(list.length)} shown here.</p>
<div style="display:grid;grid-template-columns:repeat(auto-fill,minmax(11rem,1fr));gap:0.75rem">${cards}</div>`;
}

async function card({ rejection, bytes }: RejectedPicture): Promise<Html> {
  const reasons = rejection.verdicts.filter(({ passed }) => !passed);
  return html`<figure style="margin:0;font-size:0.8rem;overflow-wrap:anywhere">${await thumbnail(rejection.id, bytes)}<figcaption><b>${rejection.id}</b>${reasons.map(
    (verdict: Verdict) => html`<br>${verdict.check}: ${verdict.reason}`,
  )}</figcaption></figure>`;
}

/** The picture, or a frame of its size that says that there is none to see. */
async function thumbnail(id: string, bytes: Uint8Array | undefined): Promise<Html> {
  const empty = html`<div style="height:${THUMBNAIL}px;border:1px dashed var(--line);display:grid;place-items:center" class="quiet">no picture</div>`;
  if (bytes === undefined) return empty;
  try {
    const { pixels, width, height } = await decodeForChecks(bytes, { source: id });
    const jpeg = await sharp(pixels, { raw: { width, height, channels: 1 } })
      .toColourspace('b-w')
      .resize(THUMBNAIL, THUMBNAIL, { fit: 'inside' })
      .jpeg({ quality: 80 })
      .toBuffer();
    return html`<img style="max-width:100%;height:${THUMBNAIL}px;object-fit:contain" src="data:image/jpeg;base64,${jpeg.toString('base64')}" alt="refused picture ${id}">`;
  } catch (error) {
    if (error instanceof SynrayError) return empty;
    throw error;
  }
}

function count(value: number): string {
  return value.toLocaleString('en');
}

function percent(part: number, whole: number): string {
  return `${((100 * part) / Math.max(1, whole)).toFixed(1)}\u00a0%`;
}
