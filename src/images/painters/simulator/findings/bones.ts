import { signOf } from '../body-map.js';
import type { CurvePoint } from '../raster.js';
import { type FindingKind, midline } from './kind.js';

/** A broken rib or collar bone: a dark gap, a step, and a cuff of new bone when older. */
export const fracture: FindingKind = {
  laterality: { left: 0.46, right: 0.5, bilateral: 0.04 },
  change(body, placed, random) {
    const { brush, paths, patient, size } = body;
    for (const side of placed.sides) {
      const own = random.fork(side);
      const count = placed.extent === 'multifocal' || placed.severity > 0.6 ? 2 + own.integer(3) : 1;
      // The rib courses of this patient, as the skeleton has drawn them.
      const courses = body.ribs[side];
      const start = 2 + own.integer(5);
      const gap = new Float32Array(size * size);
      for (let number = 0; number < count; number++) {
        const course = courses[Math.min(start + number, courses.length - 1)];
        if (course === undefined) continue;
        const at = 6 + own.integer(6);
        const [x, y, radius] = course.back[Math.min(at, course.back.length - 2)]!;
        const next = course.back[Math.min(at + 1, course.back.length - 1)]!;
        const angle = Math.atan2(next[1] - y, next[0] - x) + own.normal(Math.PI / 2, 0.35);
        const half = radius * 1.25;
        brush.segment(
          x - half * Math.cos(angle),
          y - half * Math.sin(angle),
          0.1 / patient.field,
          x + half * Math.cos(angle),
          y + half * Math.sin(angle),
          0.1 / patient.field,
          patient.field * 4,
        );
        brush.addTo(gap);
        if (own.chance(0.75)) {
          brush.ellipse(
            x + signOf(side) * 0.004,
            y,
            radius * 1.6,
            radius * 1.35,
            (0.35 + 0.5 * placed.severity) * placed.strength,
            0.5,
          );
          brush.addTo(paths.bone);
        }
      }
      for (let at = 0; at < gap.length; at++)
        if (gap[at]! > 0) paths.bone[at]! *= Math.max(0, 1 - 1.1 * gap[at]!);
    }
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
