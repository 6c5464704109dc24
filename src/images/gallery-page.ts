import { html, raw } from 'hono/html';
import sharp from 'sharp';
import type { Box } from './box.js';
import type { Painting } from './painter.js';

/** One painting of a page: what was asked for and what came of it. */
export interface Example {
  readonly concept: string;
  /** As asked: severity or "unsaid". */
  readonly severity: string;
  readonly painting: Painting;
}

const style = `
body { font: 14px system-ui, sans-serif; margin: 1.5rem; background: #16181c; color: #ddd; }
h2 { font-size: 1rem; margin: 1.6rem 0 0.3rem; }
nav { columns: 12rem; font-size: 12px; } a { color: #9cf; }
.row { display: flex; flex-wrap: wrap; gap: 12px; }
figure { margin: 0; } figure div { display: flex; gap: 2px; }
figcaption { font-size: 12px; color: #aaa; } img { display: block; background: #000; }
`;

/**
 * A page of its own (no other files): for each concept its examples, each as painted, with the change map in
 * red and the box, and as difference to its twin (red lighter, blue darker than without the finding).
 */
export async function galleryPage(painter: string, examples: readonly Example[]): Promise<string> {
  const rows = new Map<string, Example[]>();
  for (const example of examples) rows.set(example.concept, [...(rows.get(example.concept) ?? []), example]);
  const parts: string[] = [];
  for (const [concept, row] of rows) {
    const figures = await Promise.all(row.map(figure));
    parts.push(
      String(
        html`<h2 id="${anchor(concept)}">${concept}</h2><div class="row">${raw(figures.join(''))}</div>`,
      ),
    );
  }
  const links = [...rows.keys()].map(concept => html`<a href="#${anchor(concept)}">${concept}</a><br>`);
  return String(
    await html`<!doctype html><html lang="en"><meta charset="utf-8"><title>Findings of the ${painter}</title>
<style>${raw(style)}</style><h1>Findings of the painter “${painter}”</h1>
<p>Each example: as painted; what the finding changed (red) and its box; difference to the twin, the same
patient, beam and noise without the finding (red: lighter with it, blue: darker).</p>
<nav>${links}</nav>${raw(parts.join('\n'))}</html>`,
  );
}

function anchor(concept: string): string {
  return concept.replace(/[^a-z0-9]+/gi, '-');
}

async function figure({ severity, painting }: Example): Promise<string> {
  const { size, view, regions } = painting;
  const side = [...new Set(regions.map(region => region.side).filter(known => known !== undefined))].join(
    ', ',
  );
  const faint = regions.some(region => region.faint === true) ? 'faint' : '';
  const words = [view, severity, side, faint].filter(word => word !== '').join(' · ');
  const layers = [plain(painting)];
  if (regions.length > 0) layers.push(marked(painting));
  if (regions.some(region => region.twin !== undefined)) layers.push(difference(painting));
  const images = await Promise.all(
    layers.map(async pixels => {
      const file = await sharp(pixels, { raw: { width: size, height: size, channels: 3 } })
        .webp({ quality: 70 })
        .toBuffer();
      return `<img width="${size}" height="${size}" alt="" src="data:image/webp;base64,${file.toString('base64')}">`;
    }),
  );
  return String(html`<figure><div>${raw(images.join(''))}</div><figcaption>${words}</figcaption></figure>`);
}

function plain({ pixels }: Painting): Uint8Array {
  const colours = new Uint8Array(pixels.length * 3);
  pixels.forEach((grey, at) => {
    colours.fill(grey, 3 * at, 3 * at + 3);
  });
  return colours;
}

function marked(painting: Painting): Uint8Array {
  const { size, regions } = painting;
  const colours = plain(painting);
  for (const { change, box } of regions) {
    change.forEach((value, at) => {
      const weight = (0.7 * value) / 255;
      for (let channel = 0; channel < 3; channel++) {
        const place = 3 * at + channel;
        colours[place] = Math.round(colours[place]! * (1 - weight) + (channel === 0 ? 255 : 40) * weight);
      }
    });
    frame(colours, size, box);
  }
  return colours;
}

function frame(colours: Uint8Array, size: number, box: Box): void {
  const [left, top, right, bottom] = box.map((edge, index) =>
    Math.min(size - 1, Math.max(0, Math.round(edge * size) - (index > 1 ? 1 : 0))),
  ) as [number, number, number, number];
  const dot = (x: number, y: number) => colours.set([255, 220, 60], 3 * (y * size + x));
  for (let x = left; x <= right; x++) {
    dot(x, top);
    dot(x, bottom);
  }
  for (let y = top; y <= bottom; y++) {
    dot(left, y);
    dot(right, y);
  }
}

function difference({ pixels, regions }: Painting): Uint8Array {
  const colours = new Uint8Array(pixels.length * 3).fill(255);
  const twin = regions.find(region => region.twin !== undefined)?.twin;
  if (twin === undefined) return colours;
  pixels.forEach((grey, at) => {
    const gain = Math.max(-255, Math.min(255, 3 * (grey - twin[at]!)));
    colours.set(gain > 0 ? [255, 255 - gain, 255 - gain] : [255 + gain, 255 + gain, 255], 3 * at);
  });
  return colours;
}
