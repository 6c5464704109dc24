import type { CurvePoint } from '../raster.js';
import { boxOf } from '../shape.js';
import { type FindingKind, midline } from './kind.js';

/** Lime in the arteries of the heart. */
export const coronaryCalcification: FindingKind = {
  laterality: midline,
  change(body, placed, random) {
    const { brush, paths, patient } = body;
    const heart = boxOf(patient.contours.heart);
    const x = heart.left + random.uniform(0.6, 0.75) * (heart.right - heart.left);
    const y = heart.top + random.uniform(0.22, 0.4) * (heart.bottom - heart.top);
    const long = 0.03 + 0.05 * placed.severity;
    for (const off of [-1, 1]) {
      const points: CurvePoint[] = [];
      for (let step = 0; step <= 6; step++)
        points.push([x + (long * step) / 6, y + 0.004 * off + (0.5 * long * step) / 6, 0.1 / patient.field]);
      brush.curve(points, patient.field * 4 * placed.strength);
      brush.addTo(paths.bone);
    }
  },
};

/** Lime in the valves or their rings: an open hoop in the heart. */
export const valveCalcification: FindingKind = {
  laterality: midline,
  change(body, placed, random) {
    const { brush, paths, patient } = body;
    const heart = boxOf(patient.contours.heart);
    const x = heart.left + random.uniform(0.5, 0.65) * (heart.right - heart.left);
    const y = heart.top + random.uniform(0.5, 0.7) * (heart.bottom - heart.top);
    const wide = (1.2 + 0.8 * placed.severity) / patient.field;
    const from = random.uniform(0, 2 * Math.PI);
    const points: CurvePoint[] = [];
    for (let step = 0; step <= 12; step++) {
      const angle = from + (4.2 * step) / 12;
      points.push([x + wide * Math.cos(angle), y + 0.7 * wide * Math.sin(angle), 0.17 / patient.field]);
    }
    brush.curve(points, patient.field * 2.6 * placed.strength);
    brush.addTo(paths.bone);
  },
};

/** Lime in the wall of the aortic arch. */
export const aorticCalcification: FindingKind = {
  laterality: midline,
  change(body, placed, random) {
    const { brush, paths, thorax, patient } = body;
    const { aorta, field } = patient;
    const height = patient.lungHeight.left;
    const x = thorax.middle + 0.026 + 0.045 * aorta.unfolding;
    const y = thorax.apex.left + 0.24 * height - 0.03 * aorta.unfolding;
    const radius = (aorta.radius / field) * 1.05;
    const arc: CurvePoint[] = [];
    const from = random.uniform(-1.6, -0.6);
    const long = 0.9 + 1.2 * placed.severity;
    for (let step = 0; step <= 10; step++) {
      const angle = from + (long * step) / 10;
      arc.push([x + radius * Math.cos(angle), y + radius * Math.sin(angle), 0.09 / field]);
    }
    brush.curve(arc, field * 3 * placed.strength);
    brush.addTo(paths.bone);
  },
};
