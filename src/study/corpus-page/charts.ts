import { html } from 'hono/html';
import type { EntityType } from '../../data/index.js';
import type { Lengths } from '../../reports/index.js';
import { COLOURS, drawChart, type Html } from '../report/index.js';
import type { NamedStyle, Tail } from './gather.js';

/** Names of the two lines in all charts. */
const SERIES = ['corpus', 'plan', 'written'] as const;
type Series = (typeof SERIES)[number];

const COLOUR_OF: Record<Series, string> = { corpus: COLOURS[1], plan: COLOURS[0], written: COLOURS[2] };

/** Points of a line on a logarithmic axis: more would not be seen. */
const POINTS = 160;
/** Lines of the grid on a logarithmic axis. */
const DECADES = Array.from({ length: 17 }, (_, step) => 10 ** (step - 8));
/** Reports longer than this are counted at the end of the chart. */
const LONGEST_REPORT = 200;
const LONGEST_SENTENCE = 40;

/** The entities of one type by rank, on logarithmic axes. */
export async function rankChart(type: EntityType, corpus: Tail, plan: Tail | undefined): Promise<Html> {
  const values = [...ranks(type, corpus, 'corpus'), ...(plan === undefined ? [] : ranks(type, plan, 'plan'))];
  if (values.length === 0) return html`<p class="quiet">none</p>`;
  const chart = await drawChart({
    width: 320,
    height: 200,
    data: { values },
    mark: { type: 'line', strokeWidth: 2, point: { size: 14, filled: true } },
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
        title: 'reports that say it',
        scale: { type: 'log' },
        axis: { values: DECADES, format: '~%' },
      },
      color: colour(values.map(({ series }) => series)),
    },
  });
  const { gini } = corpus.longTail[type];
  const beside = plan === undefined ? '' : `, in the plan ${plan.longTail[type].gini.toFixed(2)}`;
  return figure(
    chart,
    `${type}: share of reports by rank of the entity; Gini in the corpus ${gini.toFixed(2)}${beside}`,
  );
}

function ranks(type: EntityType, tail: Tail, series: Series) {
  const counts = tail.entities
    .filter(entity => entity.type === type && entity.count > 0)
    .map(({ count }) => count)
    .sort((one, other) => other - one);
  return thin(
    counts.map((count, index) => ({ rank: index + 1, share: count / Math.max(1, tail.reports), series })),
  );
}

/** Keeps points that lie apart on a logarithmic axis, the first and the last among them. */
function thin<T>(points: readonly T[]): T[] {
  if (points.length <= POINTS) return [...points];
  const places = new Set(
    Array.from({ length: POINTS }, (_, step) => Math.round(points.length ** (step / (POINTS - 1))) - 1),
  );
  return points.filter((_, index) => places.has(index));
}

/** How many different words the first so many words hold. */
export async function vocabularyChart(styles: Readonly<Partial<Record<Series, NamedStyle>>>): Promise<Html> {
  const values = SERIES.flatMap(series =>
    (styles[series]?.style.vocabularyCurve ?? []).map(point => ({ ...point, series })),
  );
  const chart = await drawChart({
    width: 320,
    height: 200,
    data: { values },
    mark: { type: 'line', strokeWidth: 2 },
    encoding: {
      x: {
        field: 'tokens',
        type: 'quantitative',
        title: 'words read',
        scale: { type: 'log' },
        axis: { values: DECADES, format: '~s' },
      },
      y: {
        field: 'words',
        type: 'quantitative',
        title: 'different words',
        scale: { type: 'log' },
        axis: { values: DECADES, format: '~s' },
      },
      color: colour(values.map(({ series }) => series)),
    },
  });
  return figure(chart, 'Different words among the first so many words');
}

/** Shares of sentences by their length. */
export function sentenceChart(styles: Readonly<Partial<Record<Series, NamedStyle>>>): Promise<Html> {
  return lengthChart(
    styles,
    ({ style }) => style.sentenceLengths,
    LONGEST_SENTENCE,
    1,
    'words in a sentence',
    'sentences',
  );
}

/** Shares of reports by their length. */
export function reportChart(styles: Readonly<Partial<Record<Series, NamedStyle>>>): Promise<Html> {
  return lengthChart(
    styles,
    ({ style }) => style.reportLengths,
    LONGEST_REPORT,
    5,
    'words in a report',
    'reports',
  );
}

async function lengthChart(
  styles: Readonly<Partial<Record<Series, NamedStyle>>>,
  lengthsOf: (style: NamedStyle) => Lengths,
  longest: number,
  width: number,
  title: string,
  unit: string,
): Promise<Html> {
  const values = SERIES.flatMap(series => {
    const style = styles[series];
    if (style === undefined) return [];
    const bins = new Float64Array(Math.floor(longest / width) + 1);
    let total = 0;
    for (const [length, count] of lengthsOf(style)) {
      bins[Math.floor(Math.min(length, longest) / width)]! += count;
      total += count;
    }
    return Array.from(bins, (count, bin) => ({
      length: bin * width,
      share: count / Math.max(1, total),
      series,
    }));
  });
  const chart = await drawChart({
    width: 320,
    height: 200,
    data: { values },
    mark: { type: 'line', interpolate: 'step-after', strokeWidth: 2 },
    encoding: {
      x: { field: 'length', type: 'quantitative', title },
      y: {
        field: 'share',
        type: 'quantitative',
        title: `share of the ${unit}`,
        axis: { format: '~%', tickCount: 5 },
      },
      color: colour(values.map(({ series }) => series)),
    },
  });
  return figure(chart, `Share of the ${unit} by ${title}; the last step holds all that are longer`);
}

function colour(present: readonly Series[]) {
  const domain = SERIES.filter(series => present.includes(series));
  return {
    field: 'series',
    type: 'nominal',
    title: null,
    scale: { domain, range: domain.map(series => COLOUR_OF[series]) },
  } as const;
}

/** A drawing with words for those who do not see it. */
function figure(chart: Html, words: string): Html {
  return html`<div role="img" aria-label="${words}">${chart}</div>`;
}
