import type { Random } from '../../../../base/index.js';
import { type Body, clamp01, type LungSide, smoothStep } from '../body-map.js';
import { boxOf } from '../shape.js';
import {
  type FindingKind,
  fillBy,
  fromWall,
  lungHeight,
  noiseAt,
  noisePlace,
  signOf,
  siteCentre,
} from './kind.js';
import { liftFloor, pullMediastinum } from './structure.js';

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
    (severity < 0.25 ? 0.07 + 0.2 * severity : 0.02 + 0.52 * severity ** 1.4) *
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

/** Fluid behind a lying patient, whatever the view: a veil over the side, the floor's edge lost. */
export const layeringEffusion: FindingKind = {
  laterality: { left: 0.33, right: 0.33, bilateral: 0.34 },
  change(body, placed, random) {
    for (const side of placed.sides) {
      const own = random.fork(side);
      veil(body, side, placed.severity, 1.15 * placed.strength, own);
      meniscus(body, side, 0.35 * placed.severity, 1, own);
    }
  },
};

/** Fluid between lung and floor: the floor seems to stand high, its top further out than usual. */
export const subpulmonicEffusion: FindingKind = {
  laterality: { left: 0.4, right: 0.5, bilateral: 0.1 },
  reshape(patient, placed) {
    for (const side of placed.sides) {
      const much = (0.03 + 0.075 * placed.severity) * placed.strength;
      liftFloor(patient, side, 0.6 * much);
      const key = side === 'right' ? 'rightLung' : 'leftLung';
      const lung = patient.contours[key];
      const box = boxOf(lung);
      const moved = lung.slice();
      for (let at = 0; at < lung.length; at += 2) {
        const across = (lung[at]! - box.left) / (box.right - box.left);
        const outward = side === 'left' ? across : 1 - across;
        const low = smoothStep(0.6, 0.9, (lung[at + 1]! - box.top) / (box.bottom - box.top));
        moved[at + 1] = lung[at + 1]! - much * low * Math.exp(-0.5 * ((outward - 0.72) / 0.17) ** 2);
      }
      patient.contours = { ...patient.contours, [key]: moved };
    }
  },
  change(body, placed, random) {
    for (const side of placed.sides) {
      const own = random.fork(side);
      meniscus(body, side, 0.12 * own.uniform(0.2, 1), 1, own);
    }
  },
};

/** Fluid held in a pocket: a lens along the wall. */
export const loculatedEffusion: FindingKind = {
  laterality: { left: 0.45, right: 0.5, bilateral: 0.05 },
  change(body, placed, random) {
    for (const side of placed.sides) {
      const own = random.fork(side);
      const [, v] = placed.site === undefined ? [0, own.uniform(0.35, 0.9)] : siteCentre(placed.site, own);
      const half = (0.12 + 0.2 * placed.severity) * own.uniform(0.8, 1.2);
      const thick = (0.025 + 0.085 * placed.severity) * placed.strength * own.uniform(0.8, 1.2);
      const soft = own.uniform(0.003, 0.012);
      const wave = noisePlace(own, 0.5);
      fillBy(body, side, (x, y) => {
        const along = (lungHeight(body, side, y) - v) / half;
        if (Math.abs(along) >= 1) return 0;
        const lens = thick * Math.sqrt(1 - along * along) * (1 + 0.12 * noiseAt(wave, 0.2, y, 3));
        return 0.95 * smoothStep(lens + soft, lens - soft, fromWall(body, side, x, y));
      });
      if (own.chance(0.6)) meniscus(body, side, 0.15, 1, own);
    }
  },
};

/** Fluid that fills most of a side and pushes the heart away. */
export const massiveEffusion: FindingKind = {
  laterality: { left: 0.5, right: 0.5, bilateral: 0 },
  reshape(patient, placed, random) {
    const side = placed.sides[0] ?? 'right';
    pullMediastinum(patient, -signOf(side) * (0.012 + 0.03 * placed.severity) * random.uniform(0.6, 1.2));
  },
  change(body, placed, random) {
    for (const side of placed.sides) {
      const own = random.fork(side);
      squeezedBase(body, side, 1, own);
      meniscus(body, side, 0.9 + 0.35 * placed.severity, placed.strength, own);
    }
  },
};
