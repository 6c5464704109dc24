import type { Random } from '../../../../base/index.js';
import { type Body, type LungSide, signOf } from '../body-map.js';
import { hilumOf } from '../lung-detail.js';
import { bezier, type CurvePoint } from '../raster.js';
import { boxOf } from '../shape.js';
import { type FindingKind, lungPlace, midline } from './kind.js';

/** A mesh of fine wire about a course: two waves that cross, within the course's radius. */
function mesh(body: Body, course: readonly CurvePoint[], waves: number, strength: number): void {
  const { brush, patient, paths } = body;
  const wire = 0.06 / patient.field;
  const steps = 8 * waves;
  for (const phase of [1, -1]) {
    const points: CurvePoint[] = [];
    for (let step = 0; step <= steps; step++) {
      const place = (step / steps) * (course.length - 1);
      const index = Math.min(course.length - 2, Math.floor(place));
      const [x0, y0, r0] = course[index]!;
      const [x1, y1, r1] = course[index + 1]!;
      const t = place - index;
      const long = Math.hypot(x1 - x0, y1 - y0) || 1;
      const aside = phase * (r0 + (r1 - r0) * t) * Math.sin((2 * Math.PI * waves * step) / steps);
      points.push([
        x0 + (x1 - x0) * t - (aside * (y1 - y0)) / long,
        y0 + (y1 - y0) * t + (aside * (x1 - x0)) / long,
        wire,
      ]);
    }
    brush.curve(points, patient.field * strength);
    brush.addTo(paths.metal);
  }
}

/** A stent: short in an artery of the heart or below the collar bone, or a long graft in the aorta. */
export const stent: FindingKind = {
  laterality: { left: 0.65, right: 0.3, bilateral: 0.05 },
  change(body, placed, random) {
    const { patient, thorax } = body;
    const { field } = patient;
    const heart = boxOf(patient.contours.heart);
    for (const side of placed.sides) {
      const own = random.fork(side);
      const sign = signOf(side);
      const kind = own.weighted(
        side === 'left' ? { heart: 0.4, aorta: 0.4, arm: 0.2 } : { heart: 0.5, aorta: 0, arm: 0.5 },
      );
      if (kind === 'aorta') {
        const y = thorax.apex.left + 0.24 * patient.lungHeight.left;
        const descend = thorax.middle + 0.03 + 0.035 * patient.aorta.unfolding;
        const radius = own.uniform(1.2, 1.6) / field;
        const course = bezier(
          [thorax.middle + 0.02, y - 0.01],
          [descend + 0.03, y - 0.02],
          [descend + 0.01, y + 0.08],
          [descend, y + own.uniform(0.2, 0.32)],
          [radius, radius],
        );
        mesh(body, course, 10, placed.strength);
      } else if (kind === 'heart') {
        const x = side === 'left' ? heart.left + 0.7 * (heart.right - heart.left) : heart.left + 0.02;
        const y = heart.top + own.uniform(0.35, 0.6) * (heart.bottom - heart.top);
        const radius = 0.25 / field;
        const long = own.uniform(1.5, 3) / field;
        mesh(
          body,
          [
            [x, y, radius],
            [x + sign * 0.5 * long, y + 0.9 * long, radius],
          ],
          4,
          1.6 * placed.strength,
        );
      } else {
        const y = thorax.apex[side] + own.uniform(0.05, 0.08);
        const radius = own.uniform(0.4, 0.6) / field;
        const x = thorax.middle + sign * own.uniform(0.07, 0.1);
        mesh(
          body,
          [
            [x, y, radius],
            [x + sign * 0.08, y - 0.01, radius],
          ],
          5,
          1.3 * placed.strength,
        );
      }
    }
  },
};

/** A small cage of wires in the lower caval vein, right of the spine below the floors. */
export const vascularFilter: FindingKind = {
  laterality: midline,
  change(body, placed, random) {
    const { brush, paths, thorax, patient } = body;
    const x = thorax.middle - random.uniform(0.015, 0.03);
    const y = Math.min(0.9, thorax.top.right + random.uniform(0.12, 0.2));
    const long = random.uniform(3, 4.5) / patient.field;
    const wire = 0.1 / patient.field;
    for (let leg = -2; leg <= 2; leg++)
      brush.segment(x, y, wire, x + 0.17 * leg * long, y + long, wire, 1.5 * patient.field * placed.strength);
    brush.addTo(paths.metal);
  },
};

/** Something of metal that does not belong there: pellets, a ring, a coin or a pin. */
export const foreignBody: FindingKind = {
  laterality: { left: 0.5, right: 0.5, bilateral: 0 },
  change(body, placed, random) {
    for (const side of placed.sides) object(body, side, placed.strength, random);
    body.brush.addTo(body.paths.metal);
  },
};

function object(body: Body, side: LungSide, strength: number, random: Random): void {
  const { brush, patient } = body;
  const { field } = patient;
  const [x, y] = lungPlace(body, side, random.uniform(0.3, 0.9), random.uniform(0.15, 1.05));
  const kind = random.weighted({ pellets: 0.35, ring: 0.25, coin: 0.15, pin: 0.25 });
  if (kind === 'pellets') {
    const radius = random.uniform(0.15, 0.45) / field;
    const count = 1 + random.integer(5);
    for (let pellet = 0; pellet < count; pellet++)
      brush.ellipse(x + random.normal(0, 0.02), y + random.normal(0, 0.02), radius, radius, 0.4 * strength);
  } else if (kind === 'ring') {
    const radius = random.uniform(0.5, 0.8) / field;
    brush.segment(x, y, radius, x, y, radius, 0.25 * field * strength, 0.15 / field, 0);
  } else if (kind === 'coin') {
    const radius = random.uniform(0.9, 1.2) / field;
    brush.ellipse(x, y, radius, radius, 0.2 * strength, 0.05);
  } else {
    const angle = random.uniform(0, Math.PI);
    const long = random.uniform(1.5, 3.5) / field;
    const wire = 0.07 / field;
    brush.segment(x, y, wire, x + long * Math.cos(angle), y + long * Math.sin(angle), wire, field * strength);
  }
}

/** What shows of a transplanted lung: clips at its hilum and, where both were changed, wires across the breast bone. */
export const lungTransplant: FindingKind = {
  laterality: { left: 0.2, right: 0.2, bilateral: 0.6 },
  change(body, placed, random) {
    const { brush, paths, patient, thorax } = body;
    const wire = 0.08 / patient.field;
    for (const side of placed.sides) {
      const own = random.fork(side);
      const hilum = hilumOf(body, side);
      const count = 7 + own.integer(6);
      for (let clip = 0; clip < count; clip++) {
        const x = hilum.x + own.normal(0, 0.014);
        const y = hilum.y + own.normal(0, 0.025);
        const turn = own.uniform(0, Math.PI);
        const long = 0.8 / patient.field;
        const [dx, dy] = [long * Math.cos(turn), long * Math.sin(turn)];
        brush.segment(x, y, wire, x + dx, y + dy, wire, patient.field * placed.strength);
      }
    }
    if (placed.sides.length === 2) {
      const x = thorax.middle + 1.6 * patient.rotation;
      const y = thorax.apex.right + random.uniform(0.5, 0.6) * patient.lungHeight.right;
      for (const off of [-0.012, 0.012])
        brush.segment(x + off, y - 0.015, wire, x + off, y + 0.015, wire, patient.field * placed.strength);
    }
    brush.addTo(paths.metal);
  },
};
