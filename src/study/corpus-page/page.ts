import { html } from 'hono/html';
import type { WordDifference } from '../../reports/index.js';
import { type Html, page } from '../report/index.js';
import { rankChart, reportChart, sentenceChart, vocabularyChart } from './charts.js';
import { type CorpusPageData, type NamedStyle, summariseStyle, type Tail, TYPES } from './gather.js';

/** Entities listed at either end of a type. */
const LISTED = 8;

/** Renders the page: one HTML file that needs nothing else, no script, no network. */
export async function renderCorpusPage(data: CorpusPageData): Promise<string> {
  const { corpus, plan, fromBank, real, written } = data;
  const title =
    plan === undefined ? 'The long tail of a corpus' : 'The long tail of a corpus, and a balanced plan';
  const charts: Html[] = [];
  for (const type of TYPES) {
    charts.push(html`<div><h3>${type}</h3>${await rankChart(type, corpus, plan)}</div>`);
  }
  const body = html`<header><h1>${title}</h1><p>${summary(data)}</p></header>
<ul class="figures">${figures(data).map(({ value, label }) => html`<li><b>${value}</b><span>${label}</span></li>`)}</ul>

<h2>Entities by rank</h2>
<p>Each entity stands at its rank within its type, from the most frequent on; its height is the share of reports that say it.
Both axes are logarithmic. ${fromBank ? 'The corpus is what the bank counted when it was made.' : ''} A line that falls is a
long tail; a level one is balance.</p>
<div class="charts small">${charts}</div>

<h2>How uneven</h2>
<p class="quiet">Gini coefficient: 0 when all entities are used alike, towards 1 when one takes all. Entropy is divided by its greatest
value: 1 when all are used alike.</p>
${tailTable(corpus, plan)}

<h2>The most frequent and the rarest</h2>
<div class="charts small">${TYPES.map(type => entityTable(type, corpus, plan))}</div>
${real === undefined && written === undefined ? '' : await styleSection(data)}`;
  return page(title, body);
}

function summary({ corpus, plan, fromBank, written }: CorpusPageData): string {
  const { entities, top50, gini } = corpus.longTail.all;
  const read = fromBank
    ? `The counts are of the bank “${corpus.source}”, over ${count(corpus.reports)} reports`
    : `${count(corpus.reports)} reports of ${corpus.source} were read`;
  const tail = `: ${count(entities)} entities, of which the 50 most frequent take ${percent(top50)} of all uses (Gini ${gini.toFixed(2)}).`;
  const balance =
    plan === undefined
      ? ''
      : ` The plan ${plan.source} says ${count(plan.longTail.all.entities)} entities in ${count(plan.reports)} reports` +
        ` (Gini ${plan.longTail.all.gini.toFixed(2)}; types are drawn as often as the settings ask, and each is even in itself).`;
  const words =
    written === undefined
      ? ''
      : ` ${count(written.style.reports)} written reports of ${written.source} stand beside.`;
  return `${read}${tail}${balance}${words}`;
}

function figures({ corpus, plan, written, comparison }: CorpusPageData) {
  return [
    { value: count(corpus.longTail.all.entities), label: 'entities in the corpus' },
    { value: percent(corpus.longTail.all.top50), label: 'of uses go to the 50 most frequent' },
    { value: corpus.longTail.ABNORMALITY.gini.toFixed(2), label: 'Gini of abnormalities, corpus' },
    ...(plan === undefined
      ? []
      : [{ value: plan.longTail.ABNORMALITY.gini.toFixed(2), label: 'Gini of abnormalities, plan' }]),
    ...(written === undefined
      ? []
      : [{ value: percent(summariseStyle(written).duplicates), label: 'exact duplicates, written' }]),
    ...(comparison === undefined
      ? []
      : [{ value: percent(comparison.realCovered), label: 'of real text is in words the writer has' }]),
  ];
}

function tailTable(corpus: Tail, plan: Tail | undefined): Html {
  const sides = plan === undefined ? [corpus] : [corpus, plan];
  const heads = sides.map(() =>
    ['entities', 'uses', 'top 50', 'Gini', 'entropy'].map(name => html`<th>${name}</th>`),
  );
  return html`<div class="scroll"><table><thead>
<tr><th></th>${['corpus', 'plan'].slice(0, sides.length).map(name => html`<th colspan="5">${name}</th>`)}</tr>
<tr><th>type</th>${heads}</tr></thead><tbody>
${(['all', ...TYPES] as const).map(
  type => html`<tr class="${type === 'all' ? 'mean' : ''}"><td>${type}</td>${sides.map(({ longTail }) => {
    const { entities, uses, top50, gini, entropy } = longTail[type];
    return [count(entities), count(uses), percent(top50), gini.toFixed(3), entropy.toFixed(3)].map(
      value => html`<td>${value}</td>`,
    );
  })}</tr>
`,
)}</tbody></table></div>`;
}

/** Both ends of a type in the corpus, with what the plan makes of them. */
function entityTable(type: (typeof TYPES)[number], corpus: Tail, plan: Tail | undefined): Html {
  const ofType = corpus.entities
    .filter(entity => entity.type === type)
    .sort((one, other) => other.count - one.count || (one.concept < other.concept ? -1 : 1));
  const planned = new Map(
    plan?.entities.filter(entity => entity.type === type).map(({ concept, count }) => [concept, count]),
  );
  const isShort = ofType.length <= 2 * LISTED;
  const row = ({
    concept,
    count: times,
  }: (typeof ofType)[number]) => html`<tr><td>${concept}</td><td>${count(times)}</td><td>${share(
    times,
    corpus.reports,
  )}</td>${plan === undefined ? '' : html`<td>${planned.has(concept) ? count(planned.get(concept)!) : '–'}</td>`}</tr>
`;
  const gap = html`<tr><td class="quiet" colspan="${plan === undefined ? 3 : 4}">… ${count(ofType.length - 2 * LISTED)} more …</td></tr>`;
  return html`<div><h3>${type}</h3><div class="scroll"><table>
<thead><tr><th>entity</th><th>reports</th><th>share</th>${plan === undefined ? '' : html`<th>plan</th>`}</tr></thead>
<tbody>${isShort ? ofType.map(row) : [...ofType.slice(0, LISTED).map(row), gap, ...ofType.slice(-LISTED).map(row)]}</tbody></table></div></div>`;
}

async function styleSection({ real, written, comparison }: CorpusPageData): Promise<Html> {
  const styles = { corpus: real, written };
  return html`<h2>How it is written</h2>
<p class="quiet">Words are runs of letters in lower case; numbers and what was taken out of the reports (“XXXX”) are none. Findings and
impression together are a report. A duplicate is a report whose text is, letter for letter, that of another before it.</p>
${styleTable([real, written])}
<div class="charts small">
<div><h3>Vocabulary</h3>${await vocabularyChart(styles)}</div>
<div><h3>Sentences</h3>${await sentenceChart(styles)}</div>
<div><h3>Reports</h3>${await reportChart(styles)}</div>
</div>
${
  comparison === undefined
    ? ''
    : html`<p>${count(comparison.sharedWords)} words are in both. The writer has the words of ${percent(comparison.realCovered)} of the
real text, and ${percent(comparison.ownCovered)} of its own text is in words that the real reports use. The lengths of sentences lie
${comparison.sentenceLengthDistance.toFixed(2)}, those of reports ${comparison.reportLengthDistance.toFixed(2)} mean lengths apart (area
between the two distributions).</p>
<div class="charts small">
<div>${wordTable('Written more than in the corpus', comparison.overused)}</div>
<div>${wordTable('Written less than in the corpus', comparison.underused)}</div>
</div>
<p class="quiet">Uses in 1,000 words, in the order of the log-likelihood ratio of the two rates (Dunning, 1993).</p>`
}`;
}

function styleTable(styles: readonly (NamedStyle | undefined)[]): Html {
  return html`<div class="scroll"><table><thead><tr><th></th><th>reports</th><th>words</th><th>different words</th><th>duplicates</th>
<th>words a sentence</th><th>words a report</th></tr></thead><tbody>
${styles.map((named, index) => {
  if (named === undefined) return '';
  const { source, reports, words, vocabulary, duplicates, sentenceLength, reportLength } =
    summariseStyle(named);
  return html`<tr><td>${index === 0 ? 'corpus' : 'written'} <small>${source}</small></td><td>${count(reports)}</td><td>${count(words)}</td>
<td>${count(vocabulary)}</td><td>${percent(duplicates)}</td>
${[sentenceLength, reportLength].map(
  ({ mean, p5, p95 }) => html`<td>${mean.toFixed(1)} <small>[${p5}, ${p95}]</small></td>`,
)}</tr>
`;
})}</tbody></table></div><p class="quiet">Brackets hold nine of ten.</p>`;
}

function wordTable(title: string, words: readonly WordDifference[]): Html {
  return html`<h3>${title}</h3><div class="scroll"><table><thead><tr><th>word</th><th>corpus</th><th>written</th></tr></thead>
<tbody>${words.map(
    ({
      word,
      own,
      real,
    }) => html`<tr><td>${word}</td><td>${real.toFixed(2)}</td><td>${own.toFixed(2)}</td></tr>
`,
  )}</tbody></table></div>`;
}

function count(value: number): string {
  return value.toLocaleString('en');
}

function percent(value: number): string {
  return `${(100 * value).toFixed(1)}\u00a0%`;
}

/** A share of reports; what is rare keeps its digits. */
function share(times: number, reports: number): string {
  if (reports === 0) return '–';
  const value = (100 * times) / reports;
  return `${value >= 1 || value === 0 ? value.toFixed(1) : value.toPrecision(1)}\u00a0%`;
}
