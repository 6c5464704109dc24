import { arena } from '../arena.js';
import { signOf } from '../body-map.js';
import { eitherSide, type FindingKind } from './kind.js';
import { pullMediastinum } from './structure.js';

/** A lump that grows out of the mediastinum over one side: a smooth bulge of its border. */
export const mediastinalMass: FindingKind = {
  laterality: { left: 0.45, right: 0.5, bilateral: 0.05 },
  change(body, placed, random) {
    const { brush, paths, thorax, patient, size } = body;
    const lump = arena.empty(size * size);
    for (const side of placed.sides) {
      const own = random.fork(side);
      const sign = signOf(side);
      const wide = (0.03 + 0.05 * placed.severity) * Math.sqrt(placed.strength) * own.uniform(0.85, 1.15);
      const height = patient.lungHeight[side];
      const y = thorax.apex[side] + own.uniform(0.12, 0.5) * height;
      const x = thorax.middle + sign * (0.03 + own.uniform(0.3, 0.7) * wide);
      brush.ellipse(x, y, wide, wide * own.uniform(1, 1.7), 1.4 * wide * patient.field, 0.5);
    }
    brush.addTo(lump);
    for (let at = 0; at < lump.length; at++) {
      const taken = Math.min(lump[at]!, 0.95 * paths.lung[at]!);
      paths.lung[at]! -= taken;
      paths.soft[at]! += taken;
    }
  },
};

/** A wide upper mediastinum with a windpipe pushed aside, as from a large thyroid. */
export const goiter: FindingKind = {
  laterality: eitherSide,
  reshape(patient, placed, random) {
    const sign = placed.sides[0] === 'left' ? 1 : -1;
    patient.mediastinum *= 1 + (0.2 + 0.5 * placed.severity) * placed.strength;
    patient.mediastinalShift -= sign * (0.008 + 0.015 * placed.severity) * random.uniform(0.7, 1.2);
  },
};

/** Heart and windpipe away from the middle, towards the side that the text names. */
export const mediastinalShift: FindingKind = {
  laterality: { left: 0.5, right: 0.5, bilateral: 0 },
  reshape(patient, placed) {
    const sign = placed.sides[0] === 'left' ? 1 : -1;
    pullMediastinum(patient, sign * (0.018 + 0.035 * placed.severity) * Math.sqrt(placed.strength));
  },
};

/** Fat beside the heart that looks like a larger heart. */
export const epicardialFat: FindingKind = {
  laterality: { left: 0.45, right: 0.25, bilateral: 0.3 },
  change(body, placed, random) {
    const { brush, paths, thorax } = body;
    for (const side of placed.sides) {
      const own = random.fork(side);
      const x = thorax.middle + signOf(side) * own.uniform(0.08, 0.14);
      const y = thorax.top[side] + own.uniform(-0.005, 0.02);
      const wide = (0.03 + 0.03 * placed.severity) * Math.sqrt(placed.strength);
      brush.ellipse(x, y, wide, 0.8 * wide, 1.2 + 2 * placed.severity, 0.9);
      brush.addTo(paths.fat);
    }
  },
};
