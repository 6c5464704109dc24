import type { Random } from '../../../../base/index.js';
import { type Body, clamp01, type LungSide, smoothStep } from '../body-map.js';
import {
  eitherSide,
  type FindingKind,
  fillBy,
  fromWall,
  lungHeight,
  noiseAt,
  noisePlace,
  type Placed,
  signOf,
} from './kind.js';

/** Fluid in the pleural space: a meniscus upright, a veil lying down. */
export const effusion: FindingKind = {
  laterality: { left: 0.36, right: 0.36, bilateral: 0.28 },
  change(body, placed, random) {
    const { view } = body.patient;
    for (const side of placed.sides) {
      const own = random.fork(side);
      const severity = placed.severity * (placed.sides.length > 1 ? own.uniform(0.6, 1.15) : 1);
      const veiled = own.chance(view === 'PA' ? 0 : view === 'AP' ? 0.5 : 0.95);
      if (veiled) veil(body, side, severity, placed.strength, own);
      // What lies before or behind the fluid is squeezed: a haze above it.
      if (own.chance(0.6)) squeezedBase(body, side, severity, own);
      meniscus(body, side, veiled ? 0.6 * severity : severity, placed.strength, own);
    }
  },
};

function squeezedBase(body: Body, side: LungSide, severity: number, random: Random): void {
  const most = (0.05 + 0.22 * severity) * random.uniform(0.5, 1);
  const from = 0.95 - 0.6 * severity;
  const uneven = noisePlace(random, 0.65);
  fillBy(body, side, (x, y) => {
    const height = lungHeight(body, side, y);
    return (
      most * smoothStep(from - 0.25, from + 0.25, height) * Math.max(0.2, 1 + 0.35 * noiseAt(uneven, x, y, 4))
    );
  });
}

function meniscus(body: Body, side: LungSide, severity: number, strength: number, random: Random): void {
  const { thorax } = body;
  const height = thorax.angle[side] - thorax.apex[side];
  const rise =
    (severity < 0.25 ? 0.07 + 0.2 * severity : 0.02 + 0.62 * severity ** 1.35) *
    height *
    (0.7 + 0.3 * strength);
  const level = thorax.angle[side] - rise;
  const climb = random.uniform(0.03, 0.075) + 0.05 * severity;
  const soft = random.uniform(0.012, 0.06);
  const wave = noisePlace(random, 0.5);
  const tilt = random.uniform(-0.01, 0.03);
  fillBy(body, side, (x, y) => {
    const wall = Math.max(0, fromWall(body, side, x, y));
    const across = clamp01(wall / 0.22);
    // Highest along the wall, falls inward, rises a little at the middle.
    const surface =
      level -
      climb * Math.exp(-wall / 0.03) +
      tilt * across -
      0.35 * climb * Math.exp(-(0.26 - wall) / 0.03) +
      0.004 * noiseAt(wave, x, 0.5, 4);
    const under = (y - surface) / soft;
    return under < -1 ? 0 : 0.97 * smoothStep(-1, 1.4, under) ** 1.1;
  });
}

/** Fluid that runs to the back of a lying patient: an even haze through which vessels show. */
function veil(body: Body, side: LungSide, severity: number, strength: number, random: Random): void {
  const most = (0.12 + 0.3 * severity) * strength * random.uniform(0.85, 1.15);
  fillBy(body, side, (_x, y) => most * (0.35 + 0.65 * smoothStep(0.1, 1.05, lungHeight(body, side, y))));
}

/** Air in the pleural space: no vessels outside a thin line, darker; the lung inside denser as it shrinks. */
export const pneumothorax: FindingKind = {
  laterality: { left: 0.47, right: 0.5, bilateral: 0.03 },
  change(body, placed, random) {
    for (const side of placed.sides) collapseLung(body, side, placed, random.fork(side));
  },
};

function collapseLung(body: Body, side: LungSide, placed: Placed, random: Random): void {
  const { size, thorax, paths, vessels, lungDensity, patient } = body;
  const { severity } = placed;
  const height = thorax.top[side] - thorax.apex[side];
  const apical = (0.07 + 0.33 * severity ** 1.5) * height * random.uniform(0.8, 1.3);
  const lateral = (0.018 + 0.13 * severity ** 1.5) * random.uniform(0.6, 1.2);
  const fall = random.uniform(0.35, 1.1) / Math.max(0.3, severity + 0.2);
  const wave = noisePlace(random, 0.5);
  const denser = 1 + 0.45 * severity ** 2;
  const line = 0.05 / patient.field + 0.4 / size;
  const lineDepth = random.uniform(0.5, 1) * placed.strength;
  const total = severity > 0.9 && random.chance(0.5);
  for (let row = 0, at = 0; row < size; row++) {
    const y = (row + 0.5) / size;
    for (let column = 0; column < size; column++, at++) {
      const lung = paths.lung[at]!;
      if (lung <= 0) continue;
      const x = (column + 0.5) / size;
      if (x < thorax.middle !== (side === 'right')) continue;
      const wall = fromWall(body, side, x, y);
      const down = clamp01(lungHeight(body, side, y));
      const rim = (total ? 0.18 : lateral * Math.exp(-fall * down)) * (1 + 0.12 * noiseAt(wave, x, y, 2));
      // Inside both the lateral and the apical rim lies lung; a smooth minimum rounds the corner.
      const fromSide = wall - rim;
      const fromTop = y - thorax.apex[side] - apical * (total ? 1.3 : 1);
      const round = 0.025 + 0.05 * severity;
      const mix = clamp01(0.5 + (0.5 * (fromTop - fromSide)) / round);
      const inside = fromTop * (1 - mix) + fromSide * mix - round * mix * (1 - mix);
      const edge = Math.abs(inside) / line;
      if (edge < 1) paths.soft[at]! += lineDepth * (1 - edge * edge);
      const gone = clamp01(0.5 - (inside * size) / 1.5);
      if (gone > 0) {
        const vessel = vessels[at]! * gone;
        vessels[at]! -= vessel;
        paths.blood[at] = Math.max(0, paths.blood[at]! - vessel);
        // Some lung stays before or behind the air.
        const air = (lung + vessel) * gone * airShare(severity);
        paths.lung[at] = Math.max(0, lung + vessel - air);
      }
      if (gone < 1) lungDensity[at]! *= 1 + (denser - 1) * (1 - gone);
    }
  }
}

/** Share of the depth that is air where the lung has come off the wall. */
function airShare(severity: number): number {
  return 0.82 + 0.18 * severity;
}

/** Scarred pleura: a cap at the top, a band along the wall, or a blunted angle. */
export const pleuralThickening: FindingKind = {
  laterality: eitherSide,
  change(body, placed, random) {
    for (const side of placed.sides) {
      const own = random.fork(side);
      const kind =
        placed.site === 'apex'
          ? 'cap'
          : placed.site === 'costophrenic angle' || placed.site === 'base'
            ? 'angle'
            : own.weighted({ cap: 0.35, band: 0.4, angle: 0.25 });
      thicken(body, side, kind, placed, own);
    }
  },
};

function thicken(body: Body, side: LungSide, kind: string, placed: Placed, random: Random): void {
  const { thorax, patient } = body;
  const wave = noisePlace(random, 0.5);
  const thick = ((0.6 + 1.5 * placed.severity) * random.uniform(0.8, 1.2) * placed.strength) / patient.field;
  const from = kind === 'band' ? random.uniform(0.15, 0.55) : 0;
  const to = kind === 'band' ? from + random.uniform(0.3, 0.7) : 0;
  fillBy(body, side, (x, y) => {
    const wall = fromWall(body, side, x, y);
    const height = lungHeight(body, side, y);
    let depth = 0;
    if (kind === 'cap') {
      const below = y - thorax.apex[side];
      const cap = thick * 1.6 * Math.max(0.4, 1 + 0.25 * noiseAt(wave, x, 0.3, 2));
      depth = smoothStep(cap * 1.4, cap * 0.6, Math.min(below, wall * 1.4 + 0.4 * below));
    } else if (kind === 'band') {
      const along = smoothStep(from - 0.1, from + 0.1, height) * (1 - smoothStep(to - 0.1, to + 0.1, height));
      const band = thick * along * (1 + 0.3 * noiseAt(wave, 0.3, y, 2));
      depth = band > 0.001 ? smoothStep(band * 1.3, band * 0.7, wall) : 0;
    } else {
      const corner = Math.hypot(wall * 0.8, Math.max(0, thorax.angle[side] - y));
      const reach = thick * 2.8 * Math.max(0.4, 1 + 0.18 * noiseAt(wave, x, y, 2));
      depth = smoothStep(reach * 1.35, reach * 0.65, corner);
    }
    return depth * 0.75;
  });
}

/** Air under the raised floors, above the liver or stomach. */
export const freeAir: FindingKind = {
  laterality: { left: 0.05, right: 0.5, bilateral: 0.45 },
  change(body, placed, random) {
    const { brush, thorax, paths, size } = body;
    for (const side of placed.sides) {
      const own = random.fork(side);
      const middle = thorax.middle + signOf(side) * own.uniform(0.13, 0.18);
      const wide = 0.07 + 0.05 * placed.severity;
      const tall = (0.008 + 0.03 * placed.severity) * placed.strength;
      const air = new Float32Array(size * size);
      brush.ellipse(middle, thorax.top[side] + 0.014 + tall, wide, tall, 5, 0.4);
      brush.addTo(air);
      for (let at = 0; at < air.length; at++)
        if (air[at]! > 0)
          paths.soft[at] = Math.max(0, paths.soft[at]! - Math.min(air[at]!, 0.7 * paths.soft[at]!));
    }
  },
};
