import sharp from 'sharp';
import { UsageError, writeFileAtomic } from '../base/index.js';
import type { Mention, View } from '../data/index.js';
import { type Example, galleryPage } from './gallery-page.js';
import { lineWidth, writeLine } from './lettering.js';
import type { Painter, Painting, PaintRequest } from './painter.js';
import { painters } from './painters/index.js';

/** What a gallery shows. */
export interface GallerySettings {
  /** File to write: a page (`.html`) with severities, views, maps and twins, or a contact sheet (`.png`). */
  readonly out: string;
  readonly painter?: string;
  /** Findings, a row each. Default: all that the painter can show. `normal` is a patient without any. */
  readonly concepts?: readonly string[] | undefined;
  /** Examples of each. Default 4. */
  readonly columns?: number;
  /** Side of each picture in pixels. Default 192. */
  readonly size?: number;
  readonly seed?: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Writes a gallery: a row for each finding, each example as painted and with what the finding changed in red;
 * a page also shows severities, views and the difference to the twin.
 *
 * @throws UsageError when the painter cannot show a concept.
 */
export async function renderGallery(
  settings: GallerySettings,
): Promise<{ out: string; pictures: number; concepts: string[] }> {
  const { out, columns = 4, size = 192, seed = 0 } = settings;
  const painter = painters.get(settings.painter ?? 'simulator')();
  try {
    const concepts = [...(settings.concepts ?? ['normal', ...(painter.concepts ?? [])])];
    for (const concept of concepts)
      if (concept !== 'normal' && painter.concepts !== undefined && !painter.concepts.has(concept))
        throw new UsageError({
          fault: `the painter ${painter.name} cannot show "${concept}"`,
          mend: `use some of: normal, ${[...painter.concepts].join(', ')}`,
        });
    if (out.toLowerCase().endsWith('.html')) {
      const examples = await paintExamples(painter, concepts, { columns, size, seed }, settings.signal);
      await writeFileAtomic(out, await galleryPage(painter.name, examples));
      return { out, pictures: examples.length, concepts };
    }
    const requests = concepts.flatMap(concept =>
      Array.from({ length: columns }, (_, example) => requestFor(concept, example, size, seed)),
    );
    const paintings = await painter.paint(requests, settings.signal);
    const tiles = paintings.map((painting, index) => ({
      painting,
      caption: concepts[Math.floor(index / columns)] ?? '',
    }));
    await writeFileAtomic(out, await contactSheet(tiles, columns));
    return { out, pictures: paintings.length, concepts };
  } finally {
    await painter.close();
  }
}

const severities = ['mild', 'moderate', 'severe', undefined] as const;
const views: readonly View[] = ['PA', 'AP', 'PA', 'AP supine'];

/** Examples of each concept: severities in turn, in patients of different views, with twins. */
async function paintExamples(
  painter: Painter,
  concepts: readonly string[],
  { columns, size, seed }: { columns: number; size: number; seed: number },
  signal: AbortSignal | undefined,
): Promise<Example[]> {
  const patients = await patientsByView(painter, columns, seed, signal);
  const asked = concepts.flatMap(concept =>
    patients.map((patient, column) => {
      const severity = concept === 'normal' ? undefined : severities[column % severities.length];
      return { concept, severity, request: requestFor(concept, patient, size, seed, severity) };
    }),
  );
  const examples: Example[] = [];
  // A few rows at a time: the pictures and twins of all would not fit a small memory.
  const part = 16 * Math.max(1, columns);
  for (let start = 0; start < asked.length; start += part) {
    const some = asked.slice(start, start + part);
    const paintings = await painter.paint(
      some.map(({ request }) => ({ ...request, twins: true })),
      signal,
    );
    for (const [index, { concept, severity }] of some.entries())
      examples.push({ concept, severity: severity ?? 'severity unsaid', painting: paintings[index]! });
  }
  return examples;
}

/** Numbers of patients whose views come in turn; where a view does not come up, any patient. */
async function patientsByView(
  painter: Painter,
  columns: number,
  seed: number,
  signal: AbortSignal | undefined,
): Promise<number[]> {
  const tried = Array.from({ length: Math.max(32, 4 * columns) }, (_, number) => number);
  const seen = await painter.paint(
    tried.map(number => requestFor('normal', number, 128, seed)),
    signal,
  );
  const left = new Set(tried);
  return Array.from({ length: columns }, (_, column) => {
    const fits = [...left].find(number => seen[number]?.view === views[column % views.length]);
    const patient = fits ?? [...left][0] ?? column;
    left.delete(patient);
    return patient;
  });
}

/** A picture with the words above it. */
export interface Tile {
  readonly painting: Painting;
  readonly caption: string;
}

/** PNG of pictures in rows, each beside a copy that shows in red what its findings changed. */
export async function contactSheet(tiles: readonly Tile[], columns: number): Promise<Buffer> {
  const size = tiles[0]?.painting.size ?? 1;
  const head = 14;
  const width = columns * size * 2;
  const height = Math.max(1, Math.ceil(tiles.length / columns)) * (size + head);
  const pixels = new Uint8Array(width * height * 3);
  const sheet = { pixels, width, height, channels: 3 };
  tiles.forEach(({ painting, caption }, index) => {
    const left = (index % columns) * size * 2;
    const top = Math.floor(index / columns) * (size + head);
    const text = caption.slice(0, Math.floor((2 * size) / 6));
    writeLine(sheet, text, { x: left + 2, y: top + 4, dot: lineWidth(text) > 2 * size ? 0.5 : 1, grey: 230 });
    for (let row = 0; row < size; row++)
      for (let column = 0; column < size; column++) {
        const from = row * size + column;
        const grey = painting.pixels[from]!;
        let change = 0;
        for (const region of painting.regions) change = Math.max(change, region.change[from]!);
        const at = ((top + head + row) * width + left + column) * 3;
        pixels.fill(grey, at, at + 3);
        const red = at + size * 3;
        const weight = (0.75 * change) / 255;
        pixels[red] = Math.round(grey * (1 - weight) + 255 * weight);
        pixels[red + 1] = Math.round(grey * (1 - 0.7 * weight));
        pixels[red + 2] = Math.round(grey * (1 - 0.7 * weight));
      }
  });
  return sharp(pixels, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer();
}

function requestFor(
  concept: string,
  example: number,
  size: number,
  seed: number,
  severity?: Mention['severity'],
): PaintRequest {
  const mention: Mention = {
    section: 'findings',
    start: 0,
    end: concept.length,
    text: concept,
    concept,
    type: 'ABNORMALITY',
    polarity: 'affirmed',
    ...(severity && { severity }),
  };
  return {
    id: `gallery-${example}`,
    findings: concept,
    impression: '',
    mentions: concept === 'normal' ? [] : [mention],
    size,
    seed,
    attempt: 0,
  };
}
