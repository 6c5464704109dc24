import { arena } from '../arena.js';
import type { Body } from '../body-map.js';
import type { CurvePoint, Map2 } from '../raster.js';
import { tableIndex } from '../shape.js';
import { type FindingKind, midline } from './kind.js';

/** Gas in place of soft tissue below the floors: at most three quarters of what lies along the beam. */
function fillWithGas({ paths }: Body, gas: Map2): void {
  for (let at = 0; at < gas.length; at++)
    if (gas[at]! > 0) paths.soft[at]! -= Math.min(gas[at]!, 0.75 * paths.soft[at]!);
}

/** Loops of bowel full of air below the floors. */
export const distendedBowel: FindingKind = {
  laterality: midline,
  change(body, placed, random) {
    const { brush, thorax, size } = body;
    const air = arena.empty(size * size);
    const count = 3 + Math.round(5 * placed.severity);
    for (let loop = 0; loop < count; loop++) {
      const x = thorax.middle + random.uniform(-0.24, 0.3);
      const y = Math.max(thorax.top.left, thorax.top.right) + random.uniform(0.06, 0.22);
      const wide = random.uniform(0.03, 0.05) * (0.8 + 0.7 * placed.severity);
      brush.ellipse(
        x,
        y,
        wide * random.uniform(1, 1.9),
        wide * 0.75,
        3.5 * placed.strength,
        0.4,
        random.uniform(-0.5, 0.5),
      );
    }
    brush.addTo(air);
    fillWithGas(body, air);
  },
};

/** Colon between the liver and the right floor: pouches of gas in a row under the dome. */
export const interposedColon: FindingKind = {
  laterality: { left: 0, right: 1, bilateral: 0 },
  change(body, placed, random) {
    const { brush, thorax, size } = body;
    const air = arena.empty(size * size);
    const round = random.uniform(0.022, 0.034);
    const from = random.uniform(0.07, 0.11);
    const count = 3 + random.integer(2);
    for (let pouch = 0; pouch < count; pouch++) {
      const x = thorax.middle - from - 1.5 * round * pouch;
      const y = thorax.dome.right[tableIndex(x)]! + 0.012 + round;
      brush.ellipse(x, y, round, round * random.uniform(0.8, 1), 4 * placed.strength, 0.35);
    }
    brush.addTo(air);
    fillWithGas(body, air);
  },
};

/** Stones with a rim of lime below the liver. */
export const gallstone: FindingKind = {
  laterality: { left: 0, right: 1, bilateral: 0 },
  change(body, placed, random) {
    const { brush, thorax, patient, paths } = body;
    const { field } = patient;
    const x = thorax.middle - random.uniform(0.1, 0.18);
    const y = Math.min(0.93, thorax.top.right + random.uniform(0.1, 0.18));
    const count = 1 + random.integer(4);
    for (let stone = 0; stone < count; stone++) {
      const radius = random.uniform(0.35, 0.9) / field;
      const sx = x + random.normal(0, 0.014);
      const sy = y + random.normal(0, 0.014);
      brush.segment(sx, sy, radius, sx, sy, radius, field * placed.strength, 0.16 / field, 0.2);
    }
    brush.addTo(paths.bone);
  },
};

/** A wide gullet that does not empty: a long shadow right of the middle, at times with air over a level. */
export const achalasia: FindingKind = {
  laterality: midline,
  change(body, placed, random) {
    const { brush, thorax, patient, paths, size } = body;
    const { field } = patient;
    const wide = (1.6 + 1.6 * placed.severity) / field;
    const out = 0.03 + 0.03 * placed.severity;
    const height = patient.lungHeight.right;
    const top = thorax.apex.right;
    const course: CurvePoint[] = [
      [thorax.middle - 0.005, top + 0.04, 0.7 * wide],
      [thorax.middle - out, top + 0.3 * height, wide],
      [thorax.middle - 1.2 * out, top + 0.6 * height, 1.1 * wide],
      [thorax.middle + 0.01, top + 0.92 * height, 0.5 * wide],
    ];
    const tube = arena.empty(size * size);
    brush.curve(course, field);
    brush.addTo(tube);
    const level = random.chance(0.6) ? top + random.uniform(0.15, 0.4) * height : 0;
    for (let row = 0, at = 0; row < size; row++) {
      const above = Math.min(1, Math.max(0, (level - (row + 0.5) / size) * size + 0.5));
      for (let column = 0; column < size; column++, at++) {
        const depth = tube[at]! * placed.strength;
        if (depth === 0) continue;
        const taken = Math.min(depth, 0.9 * paths.lung[at]!);
        paths.lung[at]! -= taken;
        paths.soft[at]! += taken;
        paths.soft[at]! -= Math.min(0.75 * above * depth, 0.7 * paths.soft[at]!);
      }
    }
  },
};

/** Barium or another contrast agent left in the stomach or the bowel. */
export const contrastMaterial: FindingKind = {
  laterality: midline,
  change(body, placed, random) {
    const { brush, thorax, paths } = body;
    const count = 2 + random.integer(4);
    for (let pool = 0; pool < count; pool++) {
      const wide = random.uniform(0.015, 0.045);
      brush.ellipse(
        thorax.middle + random.uniform(-0.16, 0.22),
        Math.min(0.97, thorax.top.left + random.uniform(0.06, 0.2)),
        wide,
        wide * random.uniform(0.4, 0.8),
        random.uniform(1, 2.5) * placed.strength,
        0.4,
        random.uniform(-0.6, 0.6),
      );
    }
    brush.addTo(paths.bone);
  },
};
