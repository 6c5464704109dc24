import { signOf } from '../body-map.js';
import { bezier, type CurvePoint } from '../raster.js';
import { tableIndex } from '../shape.js';
import { type FindingKind, midline } from './kind.js';

/** Box below the collar bone with one to three leads to the heart. */
export const pacemaker: FindingKind = {
  laterality: { left: 0.8, right: 0.2, bilateral: 0 },
  change(body, placed, random) {
    const { brush, thorax, patient, paths } = body;
    const side = placed.sides[0] ?? 'left';
    const sign = signOf(side);
    const wall = thorax.wall[side][tableIndex(thorax.apex[side] + 0.15)]!;
    const x = wall - sign * random.uniform(0.02, 0.09);
    const y = thorax.apex[side] + random.uniform(0.1, 0.18);
    const wide = random.uniform(2.1, 2.9) / patient.field;
    brush.ellipse(
      x,
      y,
      wide,
      wide * random.uniform(0.75, 0.95),
      0.55 * placed.strength,
      0.12,
      random.uniform(-0.5, 0.5),
    );
    brush.addTo(paths.metal);
    const heart = patient.contours.heart;
    let bottom = 0;
    for (let at = 1; at < heart.length; at += 2) bottom = Math.max(bottom, heart[at]!);
    const leads = 1 + random.integer(3);
    for (let lead = 0; lead < leads; lead++) {
      const radius = 0.09 / patient.field;
      const end: [number, number] =
        lead === 0
          ? [thorax.middle + random.uniform(0.06, 0.13), bottom - random.uniform(0.03, 0.08)]
          : [thorax.middle - random.uniform(0.02, 0.06), bottom - random.uniform(0.1, 0.16)];
      const caval: [number, number] = [thorax.middle - 0.03, thorax.apex.right + 0.17 + 0.008 * lead];
      const points = [
        ...bezier(
          [x - sign * wide, y],
          [x - sign * 0.1, y - 0.09],
          [thorax.middle + sign * 0.08, y - 0.12],
          caval,
          [radius, radius],
        ),
        ...bezier(caval, [caval[0] - 0.005, caval[1] + 0.12], [thorax.middle - 0.05, bottom - 0.06], end, [
          radius,
          radius,
        ]),
      ];
      brush.curve(points, patient.field * 0.8 * placed.strength);
      brush.addTo(paths.metal);
    }
  },
};

/** Wire loops in the breast bone, with clips at times. */
export const sternalWires: FindingKind = {
  laterality: midline,
  change(body, placed, random) {
    const { thorax, patient, brush, paths } = body;
    const x = thorax.middle + patient.rotation * 1.6;
    const count = 4 + random.integer(4);
    const top = thorax.apex.right + 0.1;
    const radius = 0.08 / patient.field;
    for (let wire = 0; wire < count; wire++) {
      const y = top + wire * random.uniform(0.045, 0.055);
      const wide = random.uniform(0.011, 0.018);
      const tall = random.uniform(0.006, 0.012);
      const loop: CurvePoint[] = [];
      for (let step = 0; step <= 12; step++) {
        const angle = (step / 12) * 2 * Math.PI;
        loop.push([x + wide * Math.cos(angle), y + tall * Math.sin(angle), radius]);
      }
      brush.curve(loop, patient.field * placed.strength);
      brush.addTo(paths.metal);
    }
    const clips = random.chance(0.6) ? random.integer(8) : 0;
    for (let clip = 0; clip < clips; clip++) {
      const cx = thorax.middle + random.uniform(0.0, 0.1);
      const cy = top + random.uniform(0.1, 0.35);
      brush.segment(cx, cy, radius, cx + 0.008, cy + random.normal(0, 0.004), radius, patient.field);
    }
    brush.addTo(paths.metal);
  },
};

/** Small clips of metal beside the mediastinum. */
export const surgicalClips: FindingKind = {
  laterality: { left: 0.5, right: 0.5, bilateral: 0 },
  change(body, placed, random) {
    const { thorax, patient, brush, paths } = body;
    const sign = signOf(placed.sides[0] ?? 'left');
    const x = thorax.middle + sign * random.uniform(0.02, 0.2);
    const y = thorax.apex.right + random.uniform(0.1, 0.5);
    const radius = 0.07 / patient.field;
    const count = 3 + Math.round(9 * placed.severity);
    for (let clip = 0; clip < count; clip++) {
      const cx = x + random.normal(0, 0.025);
      const cy = y + random.normal(0, 0.04);
      const turn = random.uniform(0, Math.PI);
      const long = 0.6 / patient.field;
      brush.segment(
        cx,
        cy,
        radius,
        cx + long * Math.cos(turn),
        cy + long * Math.sin(turn),
        radius,
        patient.field * placed.strength,
      );
    }
    brush.addTo(paths.metal);
  },
};

/** A ring of metal in the heart. */
export const prostheticValve: FindingKind = {
  laterality: midline,
  change(body, placed, random) {
    const { patient, brush, paths } = body;
    const heart = patient.contours.heart;
    let x = 0;
    let y = 0;
    for (let at = 0; at < heart.length; at += 2) {
      x += (2 * heart[at]!) / heart.length;
      y += (2 * heart[at + 1]!) / heart.length;
    }
    const ring: CurvePoint[] = [];
    const wide = 1.3 / patient.field;
    const turn = random.uniform(0, Math.PI);
    const flat = random.uniform(0.25, 0.9);
    x += random.normal(0, 0.02);
    y += random.normal(0, 0.02);
    for (let step = 0; step <= 16; step++) {
      const angle = (step / 16) * 2 * Math.PI;
      const u = wide * Math.cos(angle);
      const v = wide * flat * Math.sin(angle);
      ring.push([
        x + u * Math.cos(turn) - v * Math.sin(turn),
        y + u * Math.sin(turn) + v * Math.cos(turn),
        0.11 / patient.field,
      ]);
    }
    brush.curve(ring, patient.field * placed.strength);
    brush.addTo(paths.metal);
  },
};

/** Two rods and screws along the spine. */
export const spinalHardware: FindingKind = {
  laterality: midline,
  change(body, placed, random) {
    const { thorax, patient, brush, paths } = body;
    const from = thorax.apex.right + random.uniform(-0.05, 0.4);
    const to = from + 0.2 + 0.35 * placed.severity;
    const rod = 0.27 / patient.field;
    for (const sign of [-1, 1]) {
      const x = thorax.middle + sign * 0.6 * (1.45 / patient.field);
      brush.segment(x, from, rod, x, to, rod, patient.field * 0.6);
      for (let y = from; y < to; y += 0.06)
        brush.segment(x, y, rod * 1.3, x - sign * 0.02, y + 0.004, rod * 0.8, patient.field * 0.9);
      brush.addTo(paths.metal);
    }
  },
};

/** The ball and stem of an artificial shoulder joint. */
export const shoulderProsthesis: FindingKind = {
  laterality: { left: 0.5, right: 0.5, bilateral: 0 },
  change(body, placed, random) {
    const { patient, brush, paths } = body;
    for (const side of placed.sides) {
      const { x, y, handX, handY } = body.shoulders[side];
      const own = random.fork(side);
      const ball = own.uniform(1.9, 2.4) / patient.field;
      brush.ellipse(x - signOf(side) * 0.008, y, ball, ball, 1.2 * placed.strength, 0.3);
      const t = own.uniform(0.15, 0.22);
      brush.segment(
        x,
        y,
        0.6 / patient.field,
        x + t * (handX - x),
        y + t * (handY - y),
        0.35 / patient.field,
        patient.field,
      );
      brush.addTo(paths.metal);
    }
  },
};
