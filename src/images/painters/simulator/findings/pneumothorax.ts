import type { Random } from '../../../../base/index.js';
import { type Body, clamp01, type LungSide, signOf, smoothStep } from '../body-map.js';
import { hilumOf } from '../lung-detail.js';
import type { Patient } from '../patient.js';
import { polarOf, radiusToward } from '../polar.js';
import { boxOf, tableIndex } from '../shape.js';
import { subcutaneousAir } from './gas-outside.js';
import { type FindingKind, fillBy, noiseAt, noisePlace, type Placed } from './kind.js';
import { liftFloor, pullMediastinum } from './structure.js';

const laterality = { left: 0.47, right: 0.5, bilateral: 0.03 };

/** How far the lung has come off the wall, as a share of the way to its root, by direction. */
type Rim = (fromTop: number) => number;

/**
 * Air over the top and down the side, as in an upright patient. Directions: 0 is up, π/2 to the side, π down.
 */
export const apicalPneumothorax: FindingKind = {
  laterality,
  change(body, placed, random) {
    for (const side of placed.sides) {
      const own = random.fork(side);
      const most = (0.07 + 0.3 * placed.severity ** 1.3) * own.uniform(0.8, 1.25) * grown(placed);
      const reach = own.uniform(1.1, 1.8) + 0.7 * placed.severity;
      const beside = own.uniform(0.1, 0.5) * placed.severity;
      collapse(body, side, placed, own, fromTop => {
        const top = 1 - smoothStep(0.4, reach, fromTop);
        return most * (top * (1 - beside) + beside * (1 - smoothStep(1.4, 2.6, fromTop)));
      });
      leak(body, side, placed, own);
    }
  },
};

/** Air beside the lung from the top to the base. */
export const lateralPneumothorax: FindingKind = {
  laterality,
  change(body, placed, random) {
    for (const side of placed.sides) {
      const own = random.fork(side);
      const most = (0.06 + 0.34 * placed.severity ** 1.3) * own.uniform(0.8, 1.2) * grown(placed);
      const low = own.uniform(0.2, 0.9);
      collapse(body, side, placed, own, fromTop => {
        const down = smoothStep(0.3, 2.3, fromTop);
        return most * (1 - down + low * down) * (1 - smoothStep(2.3, 2.9, fromTop));
      });
      leak(body, side, placed, own);
    }
  },
};

/** Air of a lying patient: over the base, with an angle that reaches deep (deep sulcus). */
export const basalPneumothorax: FindingKind = {
  laterality,
  reshape(patient, placed, random) {
    for (const side of placed.sides)
      deepenAngle(patient, side, (0.02 + 0.045 * placed.severity) * random.fork(side).uniform(0.7, 1.2));
  },
  change(body, placed, random) {
    for (const side of placed.sides) {
      const own = random.fork(side);
      const most = (0.1 + 0.25 * placed.severity) * own.uniform(0.8, 1.2) * grown(placed);
      const from = own.uniform(0.8, 1.6);
      collapse(body, side, placed, own, fromTop => most * smoothStep(from, from + 0.8, fromTop));
      leak(body, side, placed, own);
    }
  },
};

/** Air under pressure: a lung shrunk to its root, the heart pushed away and the floor pushed down. */
export const tensionPneumothorax: FindingKind = {
  laterality: { left: 0.5, right: 0.5, bilateral: 0 },
  reshape(patient, placed, random) {
    const side = placed.sides[0] ?? 'left';
    const own = random.fork(side);
    pullMediastinum(patient, -signOf(side) * (0.025 + 0.035 * placed.severity) * own.uniform(0.8, 1.2));
    liftFloor(patient, side, -(0.03 + 0.04 * placed.severity));
    deepenAngle(patient, side, 0.03 * own.uniform(0.5, 1.2));
  },
  change(body, placed, random) {
    for (const side of placed.sides) {
      const own = random.fork(side);
      const most = 0.45 + 0.3 * placed.severity;
      const low = own.uniform(0.7, 1);
      collapse(body, side, placed, own, fromTop => most * (1 - (1 - low) * smoothStep(0.5, 2.6, fromTop)));
      leak(body, side, placed, own);
    }
  },
};

/** Air over fluid: a level across the whole side. */
export const hydropneumothorax: FindingKind = {
  laterality,
  change(body, placed, random) {
    for (const side of placed.sides) {
      const own = random.fork(side);
      const { thorax } = body;
      const rise = (0.08 + 0.3 * placed.severity) * own.uniform(0.7, 1.2);
      const level = thorax.angle[side] - rise * (thorax.angle[side] - thorax.apex[side]);
      const flat = own.uniform(0.002, 0.006);
      fillBy(body, side, (_x, y) => 0.97 * smoothStep(level - flat, level + flat, y));
      const most = (0.12 + 0.35 * placed.severity) * grown(placed);
      collapse(body, side, placed, own, fromTop => most * (1 - 0.3 * smoothStep(0.3, 2.3, fromTop)), level);
    }
  },
};

/** A faint one is drawn again with more air as well as a stronger line. */
function grown(placed: Placed): number {
  return Math.sqrt(placed.strength);
}

/** Air that has leaked into the chest wall, now and then. */
function leak(body: Body, side: LungSide, placed: Placed, random: Random): void {
  if (random.chance(0.04 + 0.14 * placed.severity))
    subcutaneousAir(body, side, random.uniform(0.1, 0.6), random);
}

/** Draws the outer end of a floor down. */
function deepenAngle(patient: Patient, side: LungSide, amount: number): void {
  const key = side === 'right' ? 'rightLung' : 'leftLung';
  const lung = patient.contours[key];
  const box = boxOf(lung);
  const moved = lung.slice();
  for (let at = 0; at < lung.length; at += 2) {
    const across = (lung[at]! - box.left) / (box.right - box.left);
    const outward = side === 'left' ? across : 1 - across;
    const low = smoothStep(0.8, 1, (lung[at + 1]! - box.top) / (box.bottom - box.top));
    moved[at + 1] = lung[at + 1]! + amount * low * smoothStep(0.55, 0.95, outward);
  }
  patient.contours = { ...patient.contours, [key]: moved };
}

/** Lets the lung shrink towards its root by the rim, above `floor`: air, a thin line, denser lung within. */
function collapse(body: Body, side: LungSide, placed: Placed, random: Random, rim: Rim, floor = 2): void {
  const { size, thorax, paths, vessels, lungDensity, patient } = body;
  const { severity, strength } = placed;
  const hilum = hilumOf(body, side);
  const sign = signOf(side);
  const wall = thorax.wall[side][tableIndex(hilum.y)]!;
  const centre = { x: hilum.x + 0.35 * (wall - hilum.x), y: hilum.y + 0.03 };
  const outline = polarOf(side === 'right' ? patient.contours.rightLung : patient.contours.leftLung, centre);
  const wave = noisePlace(random, 0.5);
  const denser = 1 + (0.15 + 0.6 * severity ** 2) * random.uniform(0.5, 1.2);
  const line = 0.05 / patient.field + 0.4 / size;
  const lineDepth = random.uniform(0.35, 0.95) * strength;
  // Some lung stays before or behind the air; less of it the more has collapsed.
  const airShare = clamp01((random.uniform(0.45, 0.9) + 0.2 * severity) * Math.sqrt(strength));
  for (let row = 0, at = 0; row < size; row++) {
    const y = (row + 0.5) / size;
    if (y > floor) break;
    for (let column = 0; column < size; column++, at++) {
      const lung = paths.lung[at]!;
      if (lung <= 0) continue;
      const x = (column + 0.5) / size;
      if (x < thorax.middle !== (side === 'right')) continue;
      const dx = x - centre.x;
      const dy = y - centre.y;
      const angle = Math.atan2(sign * dx, -dy);
      // Towards the middle the lung hangs on its root and on the mediastinum.
      const held = smoothStep(-0.8, 0.15, angle) * (1 - smoothStep(2.2, 2.95, angle));
      const share = rim(Math.max(0, angle)) * held * (1 + 0.1 * noiseAt(wave, x, y, 3));
      if (share < 0.004) continue;
      const radius = radiusToward(outline, dx, dy);
      const away = Math.sqrt(dx * dx + dy * dy);
      const inside = radius * (1 - share) - away;
      // Beyond the inner border the beam meets the other lung and the mediastinum, not this air.
      const beyond = angle < 0.3 ? smoothStep(0.98, 1.05, away / radius) : 0;
      const there = smoothStep(0.004, 0.02, share) * (1 - beyond);
      const edge = Math.abs(inside) / line;
      if (edge < 1) paths.soft[at]! += lineDepth * there * (1 - edge * edge);
      const gone = there * clamp01(0.5 - (inside * size) / 1.5);
      if (gone > 0) {
        const vessel = vessels[at]! * gone;
        vessels[at]! -= vessel;
        paths.blood[at] = Math.max(0, paths.blood[at]! - vessel);
        paths.lung[at] = Math.max(0, (lung + vessel) * (1 - gone * airShare));
      }
      if (gone < 1) lungDensity[at]! *= 1 + (denser - 1) * (1 - gone) * smoothStep(0, 0.2, share);
    }
  }
}
