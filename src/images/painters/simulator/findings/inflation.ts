import type { Random } from '../../../../base/index.js';
import { type Body, clamp01, smoothStep } from '../body-map.js';
import { type Patient, withHeartRatio } from '../patient.js';
import type { CurvePoint } from '../raster.js';
import { boxOf, cardiothoracicRatio, mapContours } from '../shape.js';
import {
  bothSides,
  eitherSide,
  type FindingKind,
  lungPlace,
  midline,
  siteCentre,
  smoothRadius,
} from './kind.js';

/**
 * Over-inflated, rarefied lungs: low flat floors, long and wide dark fields, a narrow heart, thin vessels. The
 * signs come in any mixture, and the wasting of the chest wall that goes with the disease as well.
 */
export const emphysema: FindingKind = {
  laterality: bothSides,
  reshape(patient, placed, random) {
    const much = (0.35 + 0.65 * placed.severity) * placed.strength;
    inflate(patient, much, random);
    patient.lungDensity *= 1 - random.uniform(0.1, 0.3) * clamp01(much);
    patient.lungTexture *= random.uniform(1.1, 1.9);
    patient.vesselCount *= 1 - random.uniform(0, 0.1) * clamp01(much);
    patient.upperVessels *= 1 - random.uniform(-0.1, 0.12) * clamp01(much);
    patient.lowerVessels *= 1 - random.uniform(-0.15, 0.12) * clamp01(much);
    const hilum = 1 + random.uniform(0, 0.25) * much;
    patient.hilum = { right: patient.hilum.right * hilum, left: patient.hilum.left * hilum };
  },
  change(body, placed, random) {
    if (!random.chance(0.2 + 0.3 * placed.severity)) return;
    const count = 1 + random.integer(3);
    for (let bubble = 0; bubble < count; bubble++) {
      const side = random.pick(placed.sides);
      const [x, y] = lungPlace(body, side, random.uniform(0.3, 0.9), random.uniform(0.1, 0.45));
      hollow(body, x, y, random.uniform(0.8, 2.2) * (0.6 + placed.severity), 0.4, random);
    }
  },
};

/** Over-inflation without loss of tissue. */
export const hyperinflation: FindingKind = {
  laterality: midline,
  reshape(patient, placed, random) {
    inflate(patient, (0.4 + 0.6 * placed.severity) * placed.strength, random);
    patient.lungDensity *= 0.9;
  },
};

/** Lungs grow downwards and to the sides, floors flatten, the heart hangs narrow. */
function inflate(patient: Patient, much: number, random: Random): void {
  const { contours, middle } = patient;
  const sink = random.uniform(0.05, 0.11) * much;
  const flat = random.uniform(0.01, 0.07) * much;
  const widen = 1 + random.uniform(0, 0.08) * much;
  const grow = (lung: number[]): number[] => {
    const box = boxOf(lung);
    const tall = box.bottom - box.top;
    const result = lung.slice();
    for (let at = 0; at < lung.length; at += 2) {
      const height = (lung[at + 1]! - box.top) / tall;
      // The floor sinks, and its dome more than its edge.
      const dome = smoothStep(0.5, 0.85, height) * (1 - 0.75 * smoothStep(0.88, 1, height));
      result[at] = middle + (lung[at]! - middle) * (1 + (widen - 1) * smoothStep(0, 0.4, height));
      result[at + 1] = lung[at + 1]! + tall * (sink * smoothStep(0.25, 0.95, height) + flat * dome);
    }
    return result;
  };
  const ratio = cardiothoracicRatio(contours);
  const grown = { ...contours, rightLung: grow(contours.rightLung), leftLung: grow(contours.leftLung) };
  const heart = boxOf(grown.heart);
  const longer = 1 + (0.06 + 0.6 * sink) * much;
  const stretched = mapContours(
    { ...grown, rightLung: [], leftLung: [], leftClavicle: [], rightClavicle: [] },
    (x, y) => [x, heart.top + (y - heart.top) * longer],
  );
  const narrow = 1 - random.uniform(0, 0.12) * Math.min(1, much);
  patient.contours = withHeartRatio({ ...grown, heart: stretched.heart }, ratio * narrow);
  patient.depth *= 1 + 0.05 * much;
  const wasting = 1 - random.uniform(0, 0.35) * Math.min(1, much);
  patient.wallThickness = Math.max(1.2, patient.wallThickness * wasting);
  patient.breast *= wasting;
}

/** A bubble of air in the lung with a hair-thin wall: emphysema at one place. */
export const bulla: FindingKind = {
  laterality: eitherSide,
  change(body, placed, random) {
    for (const side of placed.sides) {
      const own = random.fork(side);
      const [x, y] = lungPlace(body, side, ...siteCentre(placed.site ?? 'upper zone', own));
      const radius = (1.6 + 3 * placed.severity) * Math.sqrt(placed.strength);
      hollow(body, x, y, radius, 0.75, own);
    }
  },
};

/** Takes away this share of the lung and of its vessels in a rounded place (radius in cm). */
function hollow(body: Body, x: number, y: number, cm: number, share: number, random: Random): void {
  const { size, paths, vessels, lungDensity, patient, brush } = body;
  const radius = cm / patient.field;
  const outline = smoothRadius(random, 0.06);
  const first = Math.max(0, Math.floor((y - 1.6 * radius) * size));
  const last = Math.min(size - 1, Math.ceil((y + 1.6 * radius) * size));
  for (let row = first; row <= last; row++)
    for (let column = 0; column < size; column++) {
      const at = row * size + column;
      const dx = (column + 0.5) / size - x;
      const dy = (row + 0.5) / size - y;
      if (paths.lung[at]! <= 0 || Math.abs(dx) > 1.6 * radius) continue;
      const rho = Math.hypot(dx, dy) / (radius * outline(Math.atan2(dy, dx)));
      if (rho >= 1) continue;
      const gone = share * smoothStep(1, 0.75, rho);
      lungDensity[at]! *= 1 - gone;
      const vessel = vessels[at]! * gone;
      vessels[at]! -= vessel;
      paths.blood[at] = Math.max(0, paths.blood[at]! - vessel);
      paths.lung[at]! += vessel;
    }
  const thin = 0.05 / patient.field;
  const wall: CurvePoint[] = [];
  const from = random.uniform(0, 2 * Math.PI);
  const arc = random.uniform(3.5, 6);
  for (let step = 0; step <= 20; step++) {
    const angle = from + (step / 20) * arc;
    const r = radius * outline(Math.atan2(Math.sin(angle), Math.cos(angle)));
    wall.push([x + r * Math.cos(angle), y + r * Math.sin(angle), thin]);
  }
  brush.curve(wall, patient.field * 3);
  brush.addTo(paths.soft, paths.lung);
}
