import { html } from 'hono/html';
import { COLOURS, drawChart, type Html } from '../report/index.js';
import type { Estimate } from '../results/estimates.js';
import { inPoints } from '../results/sentences.js';

/** One line of a forest plot. */
export interface ForestRow extends Estimate {
  readonly label: string;
  /** What it is the mean of: everything, a method, or a task. They have marks of their own. */
  readonly kind: 'all' | 'method' | 'task';
}

export interface ForestPlot {
  /** `synthetic − real`. */
  readonly title: string;
  readonly rows: readonly ForestRow[];
  /** What a publication says of the first row. */
  readonly claim?: { readonly value: number; readonly source: string } | undefined;
  /** Range of the axis; that of the rows by default. */
  readonly domain?: readonly [number, number] | undefined;
}

/** Width of the plot and height of a row, in pixels: narrow enough for a phone, so that the text need not shrink. */
const [WIDTH, ROW] = [300, 38];
/** In a row, from its middle: the words, the claim, and the bar. */
const [WORDS, ABOVE, BAR] = [-10, -1, 8];

/** Most characters of a label; the table beneath has the whole. */
const LABEL = 28;

const [COLOUR, CLAIM] = COLOURS;

const SHAPES = { all: 'diamond', method: 'square', task: 'circle' } as const;

/** The mean of everything stands out. */
const WEIGHT = { expr: "datum.kind === 'all' ? 'bold' : 'normal'" };

/** The range that all plots with these rows can share; zero and claims are in it. */
export function domainOf(plots: readonly Pick<ForestPlot, 'rows' | 'claim'>[]): readonly [number, number] {
  const ends = plots.flatMap(({ rows, claim }) => [
    ...rows.flatMap(({ low, high, value }) => [low, high, value]),
    ...(claim === undefined ? [] : [claim.value]),
  ]);
  const known = [0, ...ends.filter(Number.isFinite)];
  const [least, most] = [Math.min(...known), Math.max(...known)];
  const margin = Math.max(0.002, (most - least) * 0.05);
  return [least - margin, most + margin];
}

/** Differences with their intervals, a line each. A mark is filled where the interval leaves zero out. */
export async function forestPlot({ title, rows, claim, domain }: ForestPlot): Promise<Html> {
  const range = (domain ?? domainOf([{ rows, claim }])).map(value => 100 * value);
  const values = rows.map(({ label, kind, value, low, high }, place) => ({
    place: String(place),
    label: label.length > LABEL ? `${label.slice(0, LABEL - 1)}…` : label,
    kind,
    value: 100 * value,
    low: 100 * low,
    high: 100 * high,
    shown: numbers({ value, low, high }),
    clear: low > 0 || high < 0,
  }));
  const x = (field: string) =>
    ({
      field,
      type: 'quantitative',
      scale: { domain: range, nice: false },
      axis: {
        title: 'points',
        labelExpr: "datum.value === 0 ? '0' : format(datum.value, '+.6~g')",
        tickCount: 6,
        grid: false,
      },
    }) as const;
  const text = {
    type: 'text',
    baseline: 'middle',
    color: 'currentColor',
    yOffset: WORDS,
    fontWeight: WEIGHT,
  } as const;
  const chart = await drawChart(
    {
      width: WIDTH,
      height: ROW * rows.length,
      padding: { left: 6, right: 14, top: 2, bottom: 36 },
      autosize: { type: 'none' },
      data: { values },
      encoding: { y: { field: 'place', type: 'nominal', sort: null, axis: null } },
      layer: [
        {
          data: { values: [{ zero: 0 }] },
          mark: { type: 'rule', color: 'currentColor', opacity: 0.4 },
          encoding: { x: x('zero'), y: { value: 0 }, y2: { value: ROW * rows.length } },
        },
        {
          mark: {
            type: 'rule',
            color: COLOUR,
            yOffset: BAR,
            y2Offset: BAR,
            strokeWidth: { expr: "datum.kind === 'all' ? 3 : 1.5" },
          },
          encoding: { x: x('low'), x2: { field: 'high' } },
        },
        ...(['all', 'method', 'task'] as const).map(kind => ({
          transform: [{ filter: `datum.kind === '${kind}'` }],
          mark: {
            type: 'point' as const,
            shape: SHAPES[kind],
            size: kind === 'all' ? 110 : 55,
            yOffset: BAR,
            opacity: 1,
            stroke: COLOUR,
            strokeWidth: 1.5,
            fillOpacity: 1,
          },
          encoding: {
            x: x('value'),
            fill: { condition: { test: 'datum.clear', value: COLOUR }, value: 'var(--paper, white)' },
          },
        })),
        ...(claim === undefined
          ? []
          : [
              {
                data: { values: [{ place: '0', claim: 100 * claim.value }] },
                mark: {
                  type: 'point' as const,
                  shape: 'triangle-down',
                  size: 60,
                  yOffset: ABOVE,
                  opacity: 1,
                  filled: true,
                  color: CLAIM,
                },
                encoding: { x: x('claim') },
              },
            ]),
        { mark: { ...text, align: 'left', fontSize: 11.5, x: 0 }, encoding: { text: { field: 'label' } } },
        {
          mark: { ...text, align: 'right', fontSize: 11, x: WIDTH },
          encoding: { text: { field: 'shown' } },
        },
      ],
    },
    `${title}, in points with 95 % intervals. ${rows.map(row => `${row.label}: ${numbers(row)}`).join('; ')}.${
      claim === undefined ? '' : ` Claim: ${inPoints(claim.value)}, ${claim.source}.`
    }`,
  );
  return html`<figure><p class="title">${title}</p>${chart}${
    claim === undefined
      ? ''
      : html`<figcaption class="quiet"><span class="claim" aria-hidden="true">▼</span> claimed: ${inPoints(claim.value)} points (${claim.source})</figcaption>`
  }</figure>`;
}

function numbers({ value, low, high }: Estimate): string {
  return `${inPoints(value)} [${inPoints(low)}, ${inPoints(high)}]`;
}
