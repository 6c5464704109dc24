import { html, raw } from 'hono/html';
import type { HtmlEscapedString } from 'hono/utils/html';
import { parse, type Spec as VegaSpec, View } from 'vega';
import { compile, type TopLevelSpec } from 'vega-lite';

/** Mid-tones that read on white and on near-black paper, and apart from each other for the colour-blind (after Okabe and Ito, 2008). */
export const COLOURS = ['#2f86c8', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9'] as const;

/** One entity of the reports and how often they say it. */
export interface EntityCount {
  readonly concept: string;
  readonly type: string;
  readonly count: number;
}

/** A score with its 95 % interval. */
export interface ScorePoint {
  readonly data: string;
  readonly name: string;
  readonly auc: number;
  readonly low: number;
  readonly high: number;
}

/** The entities by rank: flat means balanced, a steep fall means a long tail. */
export function entityBalanceChart(entities: readonly EntityCount[]): Promise<HtmlEscapedString> {
  const ranked = ['ABNORMALITY', 'DISEASE', 'NON-ABNORMALITY', 'NON-DISEASE', 'ANATOMY'].flatMap(type =>
    entities
      .filter(entity => entity.type === type)
      .sort((a, b) => b.count - a.count)
      .map((entity, index) => ({ ...entity, rank: index + 1 })),
  );
  return drawChart(
    {
      width: 620,
      height: 240,
      data: { values: ranked },
      mark: { type: 'line', point: { size: 22, filled: true }, strokeWidth: 1.5 },
      encoding: {
        x: { field: 'rank', type: 'quantitative', title: 'rank within the type' },
        y: {
          field: 'count',
          type: 'quantitative',
          title: 'reports that say it',
          scale: { type: 'linear', zero: true },
        },
        color: { field: 'type', type: 'nominal', title: null, scale: { range: [...COLOURS] }, sort: null },
      },
    },
    `How many reports say each of ${entities.length} entities, by rank within their type`,
  );
}

/** How many pictures show each finding. */
export function findingChart(counts: Readonly<Record<string, number>>): Promise<HtmlEscapedString> {
  return drawChart(
    {
      width: 480,
      height: { step: 15 },
      data: { values: Object.entries(counts).map(([finding, count]) => ({ finding, count })) },
      mark: { type: 'bar', color: COLOURS[0] },
      encoding: {
        y: { field: 'finding', type: 'nominal', sort: '-x', title: null, axis: { labelLimit: 220 } },
        x: { field: 'count', type: 'quantitative', title: 'pictures' },
      },
    },
    `Pictures that show each of ${Object.keys(counts).length} findings`,
  );
}

/** The loss at each step, thin, with its running mean. */
export function lossChart(points: readonly { step: number; loss: number }[]): Promise<HtmlEscapedString> {
  const window = Math.max(1, Math.floor(points.length / 40));
  return drawChart(
    {
      width: 620,
      height: 240,
      data: { values: [...points] },
      transform: [{ window: [{ op: 'mean', field: 'loss', as: 'mean' }], frame: [-window, window] }],
      encoding: { x: { field: 'step', type: 'quantitative', title: 'step' } },
      layer: [
        {
          mark: { type: 'line', color: COLOURS[0], opacity: 0.3, strokeWidth: 1 },
          encoding: {
            y: { field: 'loss', type: 'quantitative', title: 'training loss', scale: { zero: false } },
          },
        },
        {
          mark: { type: 'line', color: COLOURS[0], strokeWidth: 2 },
          encoding: { y: { field: 'mean', type: 'quantitative' } },
        },
      ],
    },
    `Training loss over ${points.length} steps`,
  );
}

/** AUC of each class with its interval; the line at 0.5 is what guessing gives. */
export function scoreChart(points: readonly ScorePoint[]): Promise<HtmlEscapedString> {
  const lows = points.map(point => point.low);
  return drawChart(
    {
      width: 480,
      height: { step: 16 },
      data: { values: [...points] },
      layer: [
        {
          encoding: {
            y: { field: 'name', type: 'nominal', sort: null, title: null, axis: { labelLimit: 220 } },
            yOffset: { field: 'data', type: 'nominal', sort: null },
            color: {
              field: 'data',
              type: 'nominal',
              title: null,
              scale: { range: [...COLOURS] },
              sort: null,
            },
          },
          layer: [
            {
              mark: { type: 'rule', strokeWidth: 2, opacity: 0.6 },
              encoding: {
                x: {
                  field: 'low',
                  type: 'quantitative',
                  title: 'AUC, with 95 % interval',
                  scale: { domain: [Math.max(0, Math.min(0.4, ...lows)), 1] },
                },
                x2: { field: 'high' },
              },
            },
            {
              mark: { type: 'point', filled: true, size: 45, opacity: 1 },
              encoding: { x: { field: 'auc', type: 'quantitative' } },
            },
          ],
        },
        {
          data: { values: [{ chance: 0.5 }] },
          mark: { type: 'rule', strokeDash: [4, 4], color: 'currentColor', opacity: 0.6 },
          encoding: { x: { field: 'chance', type: 'quantitative' } },
        },
      ],
    },
    `AUC with its interval of ${points.length} classes; the table below has the numbers`,
  );
}

/**
 * Draws a chart as SVG text that takes its text colour from the page, so that it is readable in the dark too.
 * @param words - What it shows, for those who do not see it.
 */
export async function drawChart(chart: TopLevelSpec, words?: string): Promise<HtmlEscapedString> {
  const ink = 'currentColor';
  const config = {
    // The drawing is one picture with one text: hundreds of marks read out one by one tell nobody anything.
    aria: words === undefined,
    background: 'transparent',
    font: 'system-ui, sans-serif',
    view: { stroke: 'transparent' },
    axis: {
      labelColor: ink,
      titleColor: ink,
      titleFontWeight: 'normal',
      domainColor: ink,
      tickColor: ink,
      domainOpacity: 0.4,
      tickOpacity: 0.4,
      gridColor: ink,
      gridOpacity: 0.12,
      labelFontSize: 11,
      titleFontSize: 11,
    },
    legend: {
      labelLimit: 400,
      symbolOpacity: 1,
      labelColor: ink,
      titleColor: ink,
      orient: 'top',
      labelFontSize: 11,
    },
  } satisfies TopLevelSpec['config'];
  const { spec } = compile({ ...chart, config });
  const view = new View(parse(spec satisfies VegaSpec), { renderer: 'none' });
  const svg = await view.toSVG();
  view.finalize();
  // The width becomes a maximum, so that charts shrink on narrow screens and paper.
  const fluid = svg.replace(
    / width="(\d+(?:\.\d+)?)" height="[\d.]+"/,
    ' style="max-width:$1px" width="100%"',
  );
  if (words === undefined) return raw(fluid);
  const label = await html`${words}`;
  return raw(
    fluid
      // Groups of marks would be pictures of their own, without names.
      .replace(/<g [^>]*>/g, tag => tag.replace(/ (role|aria-[a-z]+)="[^"]*"/g, ''))
      .replace(/^<svg /, () => `<svg role="img" aria-label="${label}" `),
  );
}
