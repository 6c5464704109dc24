import { html, raw } from 'hono/html';
import type { HtmlEscapedString } from 'hono/utils/html';
import { parse, type Spec as VegaSpec, View } from 'vega';
import { compile, type TopLevelSpec } from 'vega-lite';

/** Mid-tones that read on white and on near-black paper, and apart from each other for the colour-blind (after Okabe and Ito, 2008). */
export const COLOURS = ['#2f86c8', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9'] as const;

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
