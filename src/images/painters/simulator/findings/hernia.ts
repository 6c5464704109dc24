import { arena } from '../arena.js';
import type { FindingKind } from './kind.js';

/** Stomach behind the heart: a round shadow at the midline, often with air over fluid. */
export const hernia: FindingKind = {
  laterality: { left: 0, right: 0, bilateral: 1 },
  change(body, placed, random) {
    const { brush, thorax, paths, size, patient } = body;
    const large = (0.06 + 0.09 * placed.severity) * Math.sqrt(placed.strength);
    const x = thorax.middle + random.uniform(-0.025, 0.075);
    const y = Math.max(thorax.top.left, thorax.top.right) - large * random.uniform(0.35, 0.75);
    const wide = large * random.uniform(0.95, 1.3);
    const tall = large * random.uniform(0.8, 1.05);
    const sack = arena.empty(size * size);
    brush.ellipse(x, y, wide, tall, 1.6 * wide * patient.field, 0.45);
    brush.addTo(sack);
    const level = random.chance(0.6) ? y + tall * random.uniform(-0.35, 0.35) : -1;
    const gas = 0.75 + 0.2 * placed.severity;
    for (let row = 0, at = 0; row < size; row++) {
      const above = level < 0 ? 0 : Math.min(1, Math.max(0, (level - (row + 0.5) / size) * size + 0.5));
      for (let column = 0; column < size; column++, at++) {
        const depth = sack[at]!;
        if (depth === 0) continue;
        const u = ((column + 0.5) / size - x) / wide;
        const v = ((row + 0.5) / size - y) / tall;
        const inner = Math.max(0, 1 - (u * u + v * v) * 1.16);
        const taken = Math.min(depth, paths.lung[at]! * 0.9);
        paths.lung[at]! -= taken;
        paths.soft[at]! += taken;
        const air = above * gas * depth * Math.sqrt(inner);
        if (air > 0) {
          const cut = Math.min(air, 0.75 * (paths.soft[at]! + paths.blood[at]!));
          const fromBlood = Math.min(cut * 0.6, paths.blood[at]! * 0.7);
          paths.blood[at]! -= fromBlood;
          paths.soft[at] = Math.max(0, paths.soft[at]! - (cut - fromBlood));
        }
      }
    }
  },
};
