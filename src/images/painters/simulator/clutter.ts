import type { Random } from '../../../base/index.js';
import { type Body, sides, signOf } from './body-map.js';
import { drawFold } from './findings/chest-wall.js';
import { crowdedBase } from './findings/collapse.js';
import { bezier, type CurvePoint } from './raster.js';
import { tableIndex } from './shape.js';

/**
 * What lies on or in any patient and is no finding: leads, folds of skin, nipples, companion shadows, lime in
 * rib cartilage. Drawn without regard to the report, so that none of it gives a finding away.
 */
export function addClutter(body: Body, random: Random): void {
  const frontal = body.patient.view === 'PA';
  if (random.chance(frontal ? 0.05 : 0.55)) leads(body, random.fork('leads'));
  if (random.chance(frontal ? 0.03 : 0.25)) outerTubes(body, random.fork('tubes'));
  const folds = random.fork('folds');
  if (folds.chance(frontal ? 0.1 : 0.4)) skinFold(body, folds);
  if (folds.chance(frontal ? 0.02 : 0.15)) skinFold(body, folds);
  if (random.chance(0.25)) nipples(body, random.fork('nipples'));
  if (random.chance(0.7)) companionShadows(body, random.fork('companion'));
  if (body.patient.age > 45) cartilage(body, random.fork('cartilage'));
  muscles(body, random.fork('muscles'));
  fatPads(body, random.fork('fat pads'));
  if (random.chance(frontal ? 0.06 : 0.22)) chin(body, random.fork('chin'));
  if (frontal && random.chance(0.05)) buttons(body, random.fork('buttons'));
  fissures(body, random.fork('fissures'));
  unevenBases(body, random.fork('bases'));
}

function leads(body: Body, random: Random): void {
  const { brush, patient, paths, thorax } = body;
  const { field } = patient;
  const count = 2 + random.integer(4);
  for (let lead = 0; lead < count; lead++) {
    const sign = random.chance(0.5) ? -1 : 1;
    const x = thorax.middle + sign * random.uniform(0.1, 0.32);
    const y = random.chance(0.6)
      ? thorax.apex.right + random.uniform(0.02, 0.18)
      : thorax.top.right + random.uniform(-0.1, 0.12);
    const disc = random.uniform(0.45, 0.8) / field;
    brush.ellipse(x, y, disc, disc, 0.12, 0.15);
    brush.addTo(paths.bone);
    brush.ellipse(x, y, disc * 0.35, disc * 0.45, 0.12, 0.2);
    brush.addTo(paths.metal);
    const wire = 0.05 / field;
    const away: [number, number] = [x + sign * random.uniform(0.1, 0.5), y + random.uniform(-0.4, 0.4)];
    const points = bezier(
      [x, y],
      [x + random.normal(0, 0.1), y + random.normal(0.05, 0.1)],
      [away[0] - random.normal(0, 0.15), away[1] + random.normal(0, 0.1)],
      away,
      [wire, wire],
      20,
    );
    brush.curve(points, field * random.uniform(0.25, 0.6));
    brush.addTo(paths.metal);
  }
}

function outerTubes(body: Body, random: Random): void {
  const { brush, patient, paths } = body;
  const radius = random.uniform(0.15, 0.4) / patient.field;
  const points = bezier(
    [random.uniform(-0.1, 1.1), -0.05],
    [random.uniform(0, 1), random.uniform(0, 0.6)],
    [random.uniform(0, 1), random.uniform(0.2, 1)],
    [random.chance(0.5) ? -0.05 : 1.05, random.uniform(0.2, 1)],
    [radius, radius],
    24,
  );
  brush.curve(points, patient.field * 0.3, 0.09 / patient.field, 0);
  brush.addTo(paths.bone);
}

function skinFold(body: Body, random: Random): void {
  const { thorax } = body;
  const side = random.pick(sides);
  const sign = signOf(side);
  drawFold(body, {
    top: thorax.apex[side] + random.uniform(-0.02, 0.15),
    long: random.uniform(0.15, 0.5),
    start: thorax.middle + sign * random.uniform(0.12, 0.28),
    lean: sign * random.uniform(-0.12, 0.15),
    bow: random.normal(0, 0.02),
    width: random.uniform(0.02, 0.06),
    depth: random.uniform(0.5, 1.8),
    toward: random.chance(0.5) ? 1 : -1,
  });
}

function nipples(body: Body, random: Random): void {
  const { brush, patient, paths, thorax } = body;
  for (const side of sides) {
    if (random.chance(0.25)) continue;
    const y = thorax.top[side] + random.uniform(-0.1, 0.04);
    const wall = thorax.wall[side][tableIndex(y)]!;
    const x = thorax.middle + random.uniform(0.5, 0.75) * (wall - thorax.middle);
    const radius = random.uniform(0.35, 0.55) / patient.field;
    brush.ellipse(x, y, radius, radius, random.uniform(0.4, 0.9), 0.35);
    brush.addTo(paths.soft);
  }
}

/** Soft tissue beside the collar bones and along the second rib. */
function companionShadows(body: Body, random: Random): void {
  const { brush, patient, paths, thorax } = body;
  for (const side of sides) {
    const sign = signOf(side);
    const course = body.ribs[side][1]?.back;
    if (course !== undefined && random.chance(0.6)) {
      const thick = random.uniform(0.1, 0.22) / patient.field;
      brush.curve(
        course.slice(3, 12).map(([x, y, radius]): CurvePoint => [x, y + radius + thick, thick]),
        patient.field * 1.2,
      );
      brush.addTo(paths.soft);
    }
    const y = thorax.apex[side] + random.uniform(0.02, 0.06);
    const thick = random.uniform(0.25, 0.45) / patient.field;
    brush.segment(
      thorax.middle + sign * 0.08,
      y + 0.02,
      thick,
      thorax.middle + sign * 0.24,
      y - 0.03,
      thick,
      patient.field * 0.7,
    );
    brush.addTo(paths.soft);
  }
}

/**
 * Lime in the cartilage between the ribs and the breast bone: along its edges, more often in men, or within it.
 * That of the first rib is the earliest and the most lumpy.
 */
function cartilage(body: Body, random: Random): void {
  const { brush, patient, paths, thorax } = body;
  const much = Math.max(0, random.normal((patient.age - 45) / 80, 0.3));
  if (much < 0.15) return;
  const edges = random.chance(patient.sex === 'M' ? 0.7 : 0.3);
  for (const side of sides) {
    const sign = signOf(side);
    body.ribs[side].slice(0, 8).forEach((course, index) => {
      const end = course.front.at(-1);
      if (end === undefined) return;
      const [x, y, radius] = end;
      const long = Math.min(0.07, 0.8 * Math.abs(x - thorax.middle));
      const rise = (index === 0 ? 0 : 0.012 + 0.006 * index) * random.uniform(0.6, 1.2);
      const spots = Math.round(random.uniform(0, 10) * much) + (index === 0 && much > 0.3 ? 3 : 0);
      for (let spot = 0; spot < spots; spot++) {
        // Most of it lies near the end of the rib.
        const along = random.uniform(0, 1) * random.uniform(0.3, 1);
        const off = edges && index > 0 ? (random.chance(0.5) ? -0.85 : 0.85) : random.uniform(-0.5, 0.5);
        brush.ellipse(
          x - sign * long * along,
          y - rise * along + off * radius,
          random.uniform(0.002, edges ? 0.011 : 0.007),
          random.uniform(0.0015, 0.0035),
          random.uniform(0.12, 0.45),
          0.5,
          sign * random.uniform(0, 0.5),
        );
      }
      brush.addTo(paths.bone);
    });
  }
}

/** Chest muscles and soft tissue whose depth differs from side to side: even haze over parts of a lung. */
function muscles(body: Body, random: Random): void {
  const { brush, paths, thorax, patient } = body;
  for (const side of sides) {
    const wall = thorax.wall[side][tableIndex(thorax.apex[side] + 0.3)]! - thorax.middle;
    const upper = Math.max(0, random.normal(patient.sex === 'M' ? 1 : 0.4, 0.6));
    brush.ellipse(
      thorax.middle + wall * random.uniform(0.7, 1),
      thorax.apex[side] + random.uniform(0.1, 0.24),
      random.uniform(0.1, 0.15),
      random.uniform(0.1, 0.16),
      0.8 * upper,
      random.uniform(0.7, 1.2),
    );
    brush.addTo(paths.soft);
    if (random.chance(0.65)) {
      brush.ellipse(
        thorax.middle + wall * random.uniform(0.3, 0.9),
        thorax.top[side] + random.uniform(-0.1, 0.05),
        random.uniform(0.1, 0.18),
        random.uniform(0.07, 0.15),
        random.uniform(0.2, 2.2),
        random.uniform(0.9, 1.6),
      );
      brush.addTo(paths.soft);
    }
  }
}

/** Fat in the angle between heart and floor, common and harmless. */
function fatPads(body: Body, random: Random): void {
  const { brush, paths, thorax } = body;
  for (const side of sides) {
    if (random.chance(0.55)) continue;
    const x = thorax.middle + signOf(side) * random.uniform(0.07, 0.14);
    const y = thorax.dome[side][tableIndex(x)]! + random.uniform(-0.006, 0.012);
    brush.ellipse(
      x,
      y,
      random.uniform(0.025, 0.055),
      random.uniform(0.015, 0.035),
      random.uniform(1, 4),
      random.uniform(0.5, 1),
    );
    brush.addTo(paths.fat);
  }
}

/** A lowered chin over the top of the picture. */
function chin(body: Body, random: Random): void {
  const { brush, patient, paths, thorax } = body;
  const x = thorax.middle + random.normal(0, 0.03);
  const y = random.uniform(-0.05, 0.01);
  const wide = random.uniform(0.085, 0.12);
  brush.ellipse(x, y, wide, wide * 0.8, random.uniform(6, 10), 0.35);
  brush.addTo(paths.soft);
  const jaw: CurvePoint[] = [];
  for (let step = 0; step <= 12; step++) {
    const angle = (step / 12) * Math.PI;
    jaw.push([x + 0.85 * wide * Math.cos(angle), y + 0.66 * wide * Math.sin(angle), 0.5 / patient.field]);
  }
  brush.curve(jaw, patient.field * 0.8, 0.15 / patient.field, 0.2);
  brush.addTo(paths.bone);
}

/** The short fissure of the right lung, seen on edge, and at times that of an azygos lobe. */
function fissures(body: Body, random: Random): void {
  const { brush, patient, paths, thorax } = body;
  const hair = 0.05 / patient.field;
  const wall = thorax.wall.right[tableIndex(thorax.apex.right + 0.3)]!;
  if (random.chance(0.45)) {
    const y = thorax.apex.right + random.uniform(0.47, 0.57) * patient.lungHeight.right;
    const from = thorax.middle - random.uniform(0.07, 0.12);
    const to = from + random.uniform(0.4, 0.95) * (wall - from);
    const bow = random.uniform(-0.012, 0.006);
    const points = [0, 0.25, 0.5, 0.75, 1].map(
      (t): CurvePoint => [from + t * (to - from), y + bow * Math.sin(Math.PI * t) + 0.01 * t, hair],
    );
    brush.curve(points, patient.field * random.uniform(1, 4));
    brush.addTo(paths.soft, paths.lung);
  }
  if (random.chance(0.012)) {
    const x = thorax.middle - random.uniform(0.06, 0.09);
    const y = thorax.apex.right;
    const points = bezier(
      [x - 0.05, y + 0.01],
      [x - 0.06, y + 0.09],
      [x - 0.02, y + 0.15],
      [x + 0.01, y + 0.17],
      [hair, hair],
    );
    brush.curve(points, patient.field * 4);
    brush.ellipse(x + 0.01, y + 0.175, 0.01, 0.015, 1, 0.5);
    brush.addTo(paths.soft, paths.lung);
  }
}

/** Bases that a breath has not quite opened: a slight haze in many patients whatever the report says. */
function unevenBases(body: Body, random: Random): void {
  const usual = body.patient.view === 'PA' ? 0.25 : 0.45;
  for (const side of sides) {
    const own = random.fork(side);
    if (own.chance(usual)) crowdedBase(body, side, own.uniform(0, 0.3), 1, own);
  }
}

function buttons(body: Body, random: Random): void {
  const { brush, patient, paths, thorax } = body;
  const radius = random.uniform(0.4, 0.6) / patient.field;
  const x = thorax.middle + random.normal(0, 0.05);
  for (let y = random.uniform(0.15, 0.3); y < 0.9; y += random.uniform(0.14, 0.2)) {
    brush.ellipse(x + random.normal(0, 0.006), y, radius, radius, 0.25, 0.15);
    brush.addTo(paths.bone);
  }
}
