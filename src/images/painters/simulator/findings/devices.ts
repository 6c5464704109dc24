import { type Body, signOf } from '../body-map.js';
import { bezier, type CurvePoint } from '../raster.js';
import { tableIndex } from '../shape.js';
import {
  pacemaker,
  prostheticValve,
  shoulderProsthesis,
  spinalHardware,
  sternalWires,
  surgicalClips,
} from './implants.js';
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

/** A thin line under the skin from the neck to the belly. */
export const shuntLine: FindingKind = {
  laterality: { left: 0.35, right: 0.65, bilateral: 0 },
  change(body, placed, random) {
    const { thorax, patient } = body;
    const sign = signOf(placed.sides[0] ?? 'right');
    const x = thorax.middle + sign * random.uniform(0.06, 0.14);
    const radius = 0.12 / patient.field;
    const points = bezier(
      [thorax.middle + sign * random.uniform(0.05, 0.1), -0.1],
      [x + random.normal(0, 0.02), 0.3],
      [x + random.normal(0, 0.03), 0.6],
      [thorax.middle + sign * random.uniform(0, 0.15), 1.1],
      [radius, radius],
      24,
    );
    tube(body, points, placed.strength, 1.8);
  },
};

/** A balloon on a catheter in the descending aorta: a metal tip below the arch. */
export const balloonPump: FindingKind = {
  laterality: midline,
  change(body, placed, random) {
    const { thorax, patient, brush, paths } = body;
    const x = thorax.middle + 0.035 + 0.03 * patient.aorta.unfolding;
    const y = thorax.apex.left + random.uniform(0.3, 0.38) * patient.lungHeight.left;
    const tip = 0.14 / patient.field;
    brush.segment(x, y, tip, x + 0.002, y + 0.02, tip, patient.field * 1.5 * placed.strength);
    brush.addTo(paths.metal);
    const radius = 0.1 / patient.field;
    tube(
      body,
      [
        [x, y, radius],
        [x - 0.008, y + 0.3, radius],
        [thorax.middle, 1.1, radius],
      ],
      placed.strength,
      1.2,
    );
  },
};

/** Short bent tube through the neck into the windpipe. */
export const tracheostomyTube: FindingKind = {
  laterality: midline,
  change(body, placed, random) {
    const { thorax, patient, brush, paths } = body;
    const x = thorax.middle + random.normal(0.002, 0.005);
    const top = thorax.apex.right - random.uniform(0.02, 0.06);
    const radius = 0.5 / patient.field;
    brush.segment(x - 0.045, top, 0.2 / patient.field, x + 0.045, top, 0.2 / patient.field, patient.field);
    brush.addTo(paths.bone);
    const wall = 0.14 / patient.field;
    brush.segment(
      x,
      top,
      radius,
      x,
      top + 0.14,
      radius * 0.9,
      patient.field * 0.8 * placed.strength,
      wall,
      0.1,
    );
    brush.addTo(paths.bone);
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
  'tracheostomy tube': tracheostomyTube,
  'surgical clips': surgicalClips,
  'prosthetic valve': prostheticValve,
  'spinal hardware': spinalHardware,
  'shoulder prosthesis': shoulderProsthesis,
  'ventriculoperitoneal shunt': shuntLine,
  'intra-aortic balloon pump': balloonPump,
};
