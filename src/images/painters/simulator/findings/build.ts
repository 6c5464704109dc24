import { signOf } from '../body-map.js';
import type { Patient } from '../patient.js';
import { type FindingKind, fillPatches, lungPlace, midline } from './kind.js';
import { liftFloor, pullMediastinum } from './structure.js';

/** A round back, seen from the front: a short chest, ribs and vertebrae drawn together, end plates laid over each other. */
export const kyphosis: FindingKind = {
  laterality: midline,
  reshape(patient, placed) {
    shorten(patient, (0.03 + 0.05 * placed.severity) * Math.sqrt(placed.strength));
  },
  change(body, placed, random) {
    const { brush, paths, patient, thorax } = body;
    const half = 1.5 / patient.field;
    const plate = 0.2 / patient.field;
    const first = thorax.apex.right + random.uniform(0.3, 0.42) * patient.lungHeight.right;
    const count = 4 + Math.round(3 * placed.severity);
    for (let number = 0; number < count; number++) {
      const y = first + number * 0.026;
      brush.segment(thorax.middle - half, y, plate, thorax.middle + half, y, plate, patient.field * 1.6);
    }
    brush.addTo(paths.bone);
  },
};

/** Lungs that reach less far down, by this share of the picture, with the ribs and vertebrae that span them. */
function shorten(patient: Patient, amount: number): void {
  liftFloor(patient, 'right', amount);
  liftFloor(patient, 'left', amount);
  patient.lungHeight = {
    right: patient.lungHeight.right - amount,
    left: patient.lungHeight.left - amount,
  };
}

/** A sunken breast bone: the heart pushed to the left, and a veil beside its right border. */
export const pectusDeformity: FindingKind = {
  laterality: midline,
  reshape(patient, placed) {
    pullMediastinum(patient, (0.014 + 0.024 * placed.severity) * Math.sqrt(placed.strength));
  },
  change(body, placed, random) {
    const [x, y] = lungPlace(body, 'right', 0.12, 0.8);
    const patch = {
      x,
      y,
      rx: 0.05 + 0.02 * placed.severity,
      ry: random.uniform(0.08, 0.12),
      solid: Math.min(0.7, (0.15 + 0.25 * placed.severity) * placed.strength),
      softness: 1,
    };
    fillPatches(body, 'right', [patch], random, 0.3, 0.2);
  },
};

/** A vein that cut through the top of the right lung: a fine bowed line with a drop of vein at its lower end. */
export const azygosLobe: FindingKind = {
  laterality: { left: 0, right: 1, bilateral: 0 },
  change(body, placed, random) {
    const { brush, paths, thorax, patient } = body;
    const { field } = patient;
    for (const side of placed.sides) {
      const sign = signOf(side);
      const out = random.uniform(0.085, 0.13);
      const long = random.uniform(0.26, 0.34) * patient.lungHeight[side];
      const top = thorax.apex[side] + 0.015;
      const line = random.uniform(0.05, 0.09) / field;
      const points = [0, 0.2, 0.4, 0.6, 0.8, 1].map(
        t =>
          [
            thorax.middle + sign * (0.05 + (out - 0.05) * (1 - t * t) + 0.012 * Math.sin(Math.PI * t)),
            top + long * t,
            line,
          ] as const,
      );
      brush.curve(points, field * 4.5 * placed.strength);
      brush.ellipse(
        thorax.middle + sign * 0.05,
        top + long,
        random.uniform(0.4, 0.6) / field,
        random.uniform(0.8, 1.1) / field,
        0.8 * placed.strength,
        0.5,
        sign * 0.3,
      );
      brush.addTo(paths.soft, paths.lung);
    }
  },
};
