import { arena } from '../arena.js';
import { signOf } from '../body-map.js';
import { boxOf } from '../shape.js';
import { type FindingKind, midline } from './kind.js';

/** A broken rib: a dark gap, a step, and a cuff of new bone when older. */
export const ribFracture: FindingKind = {
  laterality: { left: 0.46, right: 0.5, bilateral: 0.04 },
  change(body, placed, random) {
    const { brush, paths, patient, size } = body;
    for (const side of placed.sides) {
      const own = random.fork(side);
      const count = placed.extent === 'multifocal' || placed.severity > 0.6 ? 2 + own.integer(3) : 1;
      // The rib courses of this patient, as the skeleton has drawn them.
      const courses = body.ribs[side];
      const start = 2 + own.integer(5);
      const gap = arena.empty(size * size);
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

/** A broken collar bone: a gap across it, the outer end hanging, a cuff when older. */
export const clavicleFracture: FindingKind = {
  laterality: { left: 0.5, right: 0.5, bilateral: 0 },
  change(body, placed, random) {
    const { brush, paths, patient, size } = body;
    for (const side of placed.sides) {
      const own = random.fork(side);
      const contour = side === 'right' ? patient.contours.rightClavicle : patient.contours.leftClavicle;
      const box = boxOf(contour);
      const t = own.uniform(0.4, 0.7);
      const outward = side === 'right' ? 1 - t : t;
      const x = box.left + outward * (box.right - box.left);
      let y = 0;
      let near = 1;
      for (let at = 0; at < contour.length; at += 2) {
        const off = Math.abs(contour[at]! - x);
        if (off < near) {
          near = off;
          y = contour[at + 1]!;
        }
      }
      const half = 1.3 / patient.field;
      const lean = own.normal(0.35, 0.3) * signOf(side);
      const wide = (0.1 + 0.16 * placed.severity) / patient.field;
      const gap = arena.empty(size * size);
      brush.segment(x - lean * half, y - half, wide, x + lean * half, y + half, wide, patient.field * 5);
      brush.addTo(gap);
      // The outer end slides under the inner one: bone over bone.
      const step = (0.3 + 0.8 * placed.severity) / patient.field;
      const out = signOf(side) * 0.9 * half;
      brush.segment(
        x - 0.3 * out,
        y + step,
        0.5 / patient.field,
        x + out,
        y + step * 1.4,
        0.45 / patient.field,
        patient.field * 0.55 * placed.strength,
        0.15 / patient.field,
        0.3,
      );
      brush.addTo(paths.bone);
      for (let at = 0; at < gap.length; at++)
        if (gap[at]! > 0) paths.bone[at]! *= Math.max(0.05, 1 - 1.1 * gap[at]!);
    }
  },
};

/** A block of the spine that has sunk in: its plates close together and dense. */
export const vertebralCompression: FindingKind = {
  laterality: midline,
  change(body, placed, random) {
    const { brush, paths, patient, thorax } = body;
    const { field } = patient;
    const y = thorax.apex.right + random.uniform(0.45, 0.9) * patient.lungHeight.right;
    const half = 1.7 / field;
    const tall = (1.1 - 0.5 * placed.severity) / field;
    const plate = 0.16 / field;
    for (const sign of [-1, 1])
      brush.curve(
        [
          [thorax.middle - half, y + sign * tall, plate],
          [thorax.middle, y + sign * tall * 0.6, plate],
          [thorax.middle + half, y + sign * tall, plate],
        ],
        field * 2.2 * placed.strength,
      );
    brush.addTo(paths.bone);
    brush.ellipse(thorax.middle, y, half, tall, 1 * placed.strength, 0.3);
    brush.addTo(paths.bone);
  },
};

/** A hole or a dense spot in a rib. */
export const boneLesion: FindingKind = {
  laterality: { left: 0.5, right: 0.5, bilateral: 0 },
  change(body, placed, random) {
    const { brush, paths, patient, size } = body;
    for (const side of placed.sides) {
      const own = random.fork(side);
      const course = own.pick(body.ribs[side].slice(1, 9));
      const [x, y, radius] = course.back[4 + own.integer(8)]!;
      const round = Math.max(radius, (0.5 + 0.7 * placed.severity) / patient.field);
      if (own.chance(0.5)) {
        brush.ellipse(x, y, 1.5 * round, round, (0.8 + placed.severity) * placed.strength, 0.5);
        brush.addTo(paths.bone);
        continue;
      }
      const hole = arena.empty(size * size);
      brush.ellipse(x, y, 1.6 * round, 1.1 * round, 1, 0.3);
      brush.addTo(hole);
      for (let at = 0; at < hole.length; at++)
        if (hole[at]! > 0) paths.bone[at]! *= 1 - Math.min(0.95, hole[at]! * placed.strength);
    }
  },
};
