import { type Body, signOf } from '../body.js';
import { bezier, type CurvePoint } from '../raster.js';
import { tableIndex } from '../shape.js';
import { type FindingKind, midline } from './kind.js';

/** A tube with a dense stripe: plastic counts as bone-like, 0.2 to 0.6 cm of it. */
function tube(body: Body, points: readonly CurvePoint[], dense: number, gain: number): void {
  const { brush, paths, patient } = body;
  brush.curve(points, 2.2 * patient.field * gain * dense);
  brush.addTo(paths.bone);
}

/** Tube in the windpipe, its tip some cm above the fork. */
export const endotrachealTube: FindingKind = {
  laterality: midline,
  change(body, placed, random) {
    const { thorax, patient } = body;
    const carina = thorax.apex.right + 0.37 * patient.lungHeight.right;
    const tip = carina - random.uniform(1.5, 5.5) / patient.field;
    const x = thorax.middle + random.normal(0.002, 0.006);
    const radius = 0.42 / patient.field;
    const course: CurvePoint[] = [
      [x + random.normal(0, 0.02), -0.1, radius],
      [x, tip - 0.09, radius],
      [x + random.normal(0, 0.003), tip, radius * 0.9],
    ];
    body.brush.curve(course, patient.field * 0.7 * placed.strength, 0.12 / patient.field, 0.1);
    body.brush.addTo(body.paths.bone);
    tube(
      body,
      course.map(([px, py, r]) => [px + 0.6 * r, py, 0.06 / patient.field]),
      placed.strength,
      2,
    );
  },
};

/** Line from the neck or below the collar bone to the upper caval vein. */
export const centralLine: FindingKind = {
  laterality: midline,
  change(body, placed, random) {
    const { thorax, patient } = body;
    const radius = 0.1 / patient.field;
    const from = random.weighted({ jugular: 0.5, subclavian: 0.25, arm: 0.25 });
    const side = random.chance(0.7) ? 'right' : 'left';
    const sign = signOf(side);
    const end: [number, number] = [thorax.middle - 0.03, thorax.apex.right + random.uniform(0.24, 0.34)];
    const entry: [number, number] =
      from === 'jugular'
        ? [thorax.middle + sign * 0.06, -0.05]
        : from === 'subclavian'
          ? [thorax.middle + sign * 0.2, thorax.apex.right + 0.06]
          : [thorax.middle + sign * 0.42, thorax.apex.right + 0.22];
    const join: [number, number] = [thorax.middle + sign * 0.055, thorax.apex.right + 0.09];
    const points = [
      ...bezier(
        entry,
        [entry[0] - sign * 0.06, entry[1] - (from === 'jugular' ? -0.06 : 0.05)],
        [join[0] + sign * 0.05, join[1] - 0.02],
        join,
        [radius, radius],
      ),
      ...bezier(join, [join[0] - sign * 0.03, join[1] + 0.02], [end[0] + 0.004, end[1] - 0.1], end, [
        radius,
        radius,
      ]),
    ];
    tube(body, points, placed.strength, 2.2);
  },
};

/** Tube through the gullet into the stomach. */
export const nasogastricTube: FindingKind = {
  laterality: midline,
  change(body, placed, random) {
    const { thorax, patient } = body;
    const radius = 0.17 / patient.field;
    const x = thorax.middle + random.normal(0.004, 0.006);
    const floor = thorax.top.left + 0.05;
    const points = [
      ...bezier(
        [x, -0.1],
        [x + random.normal(0, 0.01), 0.15],
        [x + random.normal(0, 0.015), floor - 0.15],
        [x + 0.025, floor],
        [radius, radius],
        18,
      ),
      ...bezier(
        [x + 0.025, floor],
        [x + 0.06, floor + 0.05],
        [x + 0.12, floor + 0.04],
        [x + random.uniform(0.06, 0.16), floor + random.uniform(0.06, 0.12)],
        [radius, radius],
      ),
    ];
    tube(body, points, placed.strength, 1.3);
  },
};

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

/** Drain in the pleural space. */
export const chestTube: FindingKind = {
  laterality: { left: 0.48, right: 0.48, bilateral: 0.04 },
  change(body, placed, random) {
    const { thorax, patient, brush, paths } = body;
    for (const side of placed.sides) {
      const sign = signOf(side);
      const entryY = thorax.apex[side] + random.uniform(0.35, 0.55);
      const wall = thorax.wall[side][tableIndex(entryY)]!;
      const radius = random.uniform(0.28, 0.5) / patient.field;
      const tip: [number, number] = [
        thorax.middle + sign * random.uniform(0.08, 0.18),
        thorax.apex[side] + random.uniform(0.03, 0.25),
      ];
      const points = bezier(
        [wall + sign * 0.12, entryY + 0.08],
        [wall, entryY],
        [wall - sign * 0.02, tip[1] + 0.15],
        tip,
        [radius, radius],
        18,
      );
      brush.curve(points, patient.field * 0.9 * placed.strength, 0.14 / patient.field, 0.05);
      brush.addTo(paths.bone);
      tube(
        body,
        points.map(([px, py]) => [px, py, 0.07 / patient.field]),
        placed.strength,
        2.2,
      );
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

/** A port under the skin with its line. */
export const port: FindingKind = {
  laterality: { left: 0.25, right: 0.75, bilateral: 0 },
  change(body, placed, random) {
    const { thorax, patient, brush, paths } = body;
    const side = placed.sides[0] ?? 'right';
    const sign = signOf(side);
    const x = thorax.middle + sign * random.uniform(0.15, 0.22);
    const y = thorax.apex[side] + random.uniform(0.12, 0.2);
    const radius = random.uniform(1, 1.4) / patient.field;
    brush.segment(
      x,
      y,
      radius,
      x,
      y,
      radius,
      patient.field * 0.22 * placed.strength,
      0.3 / patient.field,
      0.35,
    );
    brush.addTo(paths.metal);
    const line = 0.11 / patient.field;
    const end: [number, number] = [thorax.middle - 0.03, thorax.apex.right + 0.3];
    tube(
      body,
      [
        ...bezier(
          [x, y],
          [x - sign * 0.01, y - 0.12],
          [thorax.middle + sign * 0.09, y - 0.12],
          [thorax.middle + sign * 0.05, thorax.apex.right + 0.08],
          [line, line],
        ),
        ...bezier(
          [thorax.middle + sign * 0.05, thorax.apex.right + 0.08],
          [thorax.middle, thorax.apex.right + 0.12],
          [end[0], end[1] - 0.08],
          end,
          [line, line],
        ),
      ],
      placed.strength,
      2,
    );
  },
};

/** All device kinds by name, for texts that only say "support device". */
export const deviceKinds: Readonly<Record<string, FindingKind>> = {
  'endotracheal tube': endotrachealTube,
  'central venous catheter': centralLine,
  'nasogastric tube': nasogastricTube,
  pacemaker,
  'chest tube': chestTube,
  'sternal wires': sternalWires,
  port,
};
