import type { Random } from '../../../base/index.js';
import { lineWidth, writeLine } from '../../lettering.js';
import type { Patient } from './patient.js';
import { defaultSite, type SimulatorSite } from './site.js';

/** Collimator edges, side markers and burnt-in words, as any archive has them whatever the picture shows. */
export function addFrame(
  pixels: Uint8Array,
  size: number,
  patient: Patient,
  random: Random,
  site: SimulatorSite['frame'] = defaultSite.frame,
): void {
  borders(pixels, size, random.fork('borders'), site);
  const frontal = patient.view === 'PA';
  const mark = random.fork('marks');
  if (mark.chance(site.marker)) {
    const left = mark.chance(site.markerLeft);
    word(
      pixels,
      size,
      left ? 'L' : 'R',
      left ? mark.uniform(0.86, 0.96) : mark.uniform(0.04, 0.1),
      mark.uniform(0.03, 0.16),
      mark.uniform(0.03, 0.055),
      mark.normal(0, 0.25),
      mark.uniform(190, 255),
    );
    if (mark.chance(site.initials))
      word(
        pixels,
        size,
        mark.pick(site.initialsOf),
        left ? 0.9 : 0.06,
        mark.uniform(0.1, 0.2),
        mark.uniform(0.016, 0.026),
        mark.normal(0, 0.2),
        mark.uniform(170, 250),
      );
  }
  if (!frontal && mark.chance(site.words)) {
    const x = mark.uniform(0.06, 0.9);
    const y = mark.chance(0.7) ? mark.uniform(0.03, 0.12) : mark.uniform(0.88, 0.96);
    word(pixels, size, mark.pick(site.wordsOf), x, y, mark.uniform(0.016, 0.024), 0, 245);
    if (mark.chance(site.arrow))
      word(pixels, size, '↑', mark.uniform(0.03, 0.97), mark.uniform(0.05, 0.95), 0.035, 0, 240);
  }
}

/** Black beyond slightly turned collimator edges; at times a white strip of a shield or plate. */
function borders(
  pixels: Uint8Array,
  size: number,
  random: Random,
  { collimated, inset: most }: SimulatorSite['frame'],
): void {
  if (random.chance(1 - collimated)) return;
  const edges = [0, 1, 2, 3].map(() => ({
    inset: random.chance(0.5) ? 0 : random.uniform(0, most),
    turn: random.normal(0, 0.012),
  }));
  const level = random.chance(0.8) ? random.uniform(0, 14) : random.uniform(14, 40);
  // A shield, a plate or glare at the top or bottom is white.
  const bright = random.chance(0.2) ? 2 + random.integer(2) : -1;
  if (bright >= 0) edges[bright]!.inset = random.uniform(0.01, 0.09);
  edges.forEach(({ inset, turn }, edge) => {
    if (inset <= 0) return;
    const grey = edge === bright ? 235 : level;
    // Distance from the left, right, top or bottom; only a strip of the picture can lie beyond the edge.
    const upright = edge < 2;
    const strip = Math.min(size, Math.ceil((inset + 0.5 * Math.abs(turn)) * size) + 1);
    const from = edge % 2 === 0 ? 0 : size - strip;
    for (let step = from; step < from + strip; step++) {
      const across = (step + 0.5) / size;
      const away = edge % 2 === 0 ? across : 1 - across;
      for (let line = 0; line < size; line++)
        if (away + turn * ((line + 0.5) / size - 0.5) < inset)
          pixels[upright ? line * size + step : step * size + line] = grey;
    }
  });
}

/** Writes a word whose letters are `height` of the side, kept within the picture. */
function word(
  pixels: Uint8Array,
  size: number,
  text: string,
  x: number,
  y: number,
  height: number,
  angle: number,
  grey: number,
): void {
  const dot = (height * size) / 7;
  const left = Math.min(x * size, 0.995 * size - (lineWidth(text) + 1) * dot);
  writeLine({ pixels, width: size, height: size, channels: 1 }, text, {
    x: left,
    y: y * size,
    dot,
    angle,
    grey,
  });
}
