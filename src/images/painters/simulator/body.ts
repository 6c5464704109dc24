import type { Random } from '../../../base/index.js';
import { arena } from './arena.js';
import { type Body, clamp01, type LungSide, type Paths, sides, signOf, smoothStep } from './body-map.js';
import { kernels, placeOf } from './kernels.js';
import { hilumOf } from './lung-detail.js';
import { greatVessels } from './mediastinum.js';
import { cellsOf, noisePlace, smoothNoise } from './noise.js';
import type { Patient } from './patient.js';
import { Brush, bezier, type Map2 } from './raster.js';
import { tableIndex, thoraxOf } from './shape.js';
import { blur, spread } from './smoothing.js';

/** Outer shape, chest cavity, heart and mediastinum; bones, vessels and the rest are added by others. */
export function buildTrunk(patient: Patient, random: Random, size: number): Body {
  const thorax = thoraxOf(patient.contours, patient.middle);
  const count = size * size;
  const empty = () => arena.empty(count);
  // The chest is laid out over the whole of these.
  const any = () => arena.any(count);
  const brush = new Brush(size);
  const paths: Paths = {
    soft: any(),
    fat: any(),
    lung: any(),
    blood: any(),
    bone: empty(),
    spongy: empty(),
    air: empty(),
    metal: empty(),
  };
  const body: Body = {
    patient,
    size,
    thorax,
    paths,
    lungDensity: any(),
    vessels: empty(),
    cavity: any(),
    ribs: { right: [], left: [] },
    shoulders: { right: { x: 0, y: 0, handX: 0, handY: 0 }, left: { x: 1, y: 0, handX: 1, handY: 0 } },
    brush,
  };
  const outer = outerShape(body, random.fork('outer shape'));
  const occupied = greatVessels(body, random.fork('great vessels'));
  fillChest(body, outer, occupied, random);
  return body;
}

/** Depth of the whole body at each pixel. */
function outerShape(body: Body, random: Random): Map2 {
  const { patient, thorax } = body;
  // Smooth: half the pixels will do.
  const size = Math.max(128, body.size >> 1);
  const brush = size === body.size ? body.brush : new Brush(size);
  const { field, depth, wallThickness } = patient;
  const outer = new Float32Array(size * size);
  const middle = thorax.middle;
  // The beam of AP comes from above: the shoulders stand higher against the lungs.
  const jointY = thorax.apex.right + random.uniform(0.055, 0.13) - (patient.view === 'PA' ? 0 : 0.035);
  const rise = random.uniform(-0.02, 0.02);
  const muscle = wallThickness / field;
  const neck = 5.6 / field + 0.25 * muscle;
  const armRadius = (4.1 + 0.5 * wallThickness + random.normal(0, 0.3)) / field;
  const apex = Math.min(thorax.apex.right, thorax.apex.left);
  brush.segment(middle, -0.3, neck * 0.92, middle, apex + 0.02, neck, field * 1.45);
  brush.segment(middle, apex - 0.02, neck, middle, apex + 0.16, neck * 1.3, field * 1.3);
  for (const side of sides) {
    const sign = signOf(side);
    const wallX = thorax.wall[side][tableIndex(thorax.apex[side] + 0.25)]!;
    const x = wallX + sign * (0.03 + 0.55 * muscle);
    const y = jointY + sign * rise;
    const lift = patient.armLift + random.normal(0, 0.06);
    const handX = x + sign * (0.05 + 0.45 * lift);
    const handY = y + 0.75 - 0.35 * lift;
    body.shoulders[side] = { x, y, handX, handY };
    // Neck muscle down to the tip of the shoulder, then the muscles that cover the top ribs.
    brush.curve(
      bezier(
        [middle + sign * 0.03, apex - 0.04],
        [middle + sign * 0.1, apex],
        [x - sign * 0.1, y - 0.01],
        [x, y + 0.03],
        [neck * 0.7, armRadius * 1.1],
        10,
      ),
      field * 1.45,
    );
    brush.curve(
      bezier(
        [middle + sign * 0.06, apex + 0.1],
        [middle + sign * 0.12, apex + 0.1],
        [x - sign * 0.1, y + 0.08],
        [x, y + 0.09],
        [0.09, armRadius * 1.15],
        10,
      ),
      field * 1.2,
    );
    brush.segment(x, y + 0.03, armRadius * 1.1, handX, handY, armRadius * 0.85, field * 1.45);
    // Muscle folds from the shoulder blade and breast bone to the arm: the front and back of the armpit.
    const lowWall = thorax.wall[side][tableIndex(thorax.apex[side] + 0.45)]!;
    brush.segment(
      x,
      y + 0.07,
      armRadius * 1.05,
      lowWall + sign * 0.2 * muscle,
      thorax.apex[side] + 0.42,
      0.04 + muscle * 0.7,
      field * 1.45,
    );
  }
  brush.addTo(outer);
  const waist = random.uniform(-0.1, 0.12);
  const line = () => new Float32Array(size);
  const [thick, perRight, perLeft, fade] = [line(), line(), line(), line()];
  for (let row = 0; row < size; row++) {
    const y = (row + 0.5) / size;
    const index = tableIndex(y);
    const down = clamp01((y - thorax.apex.right) / (patient.lungHeight.right + 0.1));
    thick[row] = depth * (0.62 + 0.38 * smoothStep(0, 0.42, down)) * (1 + 0.16 * smoothStep(0.45, 1.3, down));
    const extra = muscle * (1 + 0.5 * waist * smoothStep(0.7, 1.2, down)) + 0.004;
    perRight[row] = 1 / (middle - thorax.wall.right[index]! + extra);
    perLeft[row] = 1 / (thorax.wall.left[index]! - middle + extra);
    fade[row] = smoothStep(thorax.apex.right - 0.05, thorax.apex.right + 0.05, y);
  }
  kernels().addTrunk(size, middle, outer, thick, perRight, perLeft, fade);
  blur(outer, size, 0.005 * size);
  const whole = size === body.size ? outer : spread(outer, size, body.size, 0.5);
  if (patient.breast > 0.5) breasts(body, whole, random);
  return whole;
}

/** Breasts: thin above, thick below, with a lower border that shows and a side border that hardly does. */
function breasts(body: Body, outer: Map2, random: Random): void {
  const { patient, thorax, size } = body;
  const droop = random.uniform(-0.02, 0.06);
  for (const side of sides) {
    const top = thorax.apex[side] + 0.84 * patient.lungHeight[side];
    const wall = thorax.wall[side][tableIndex(top)]!;
    const wide = Math.min(0.16, 0.1 + 0.013 * patient.breast) * random.uniform(0.9, 1.1);
    const tall = wide * random.uniform(1, 1.5);
    const x = thorax.middle + 0.6 * (wall - thorax.middle) + signOf(side) * random.uniform(-0.01, 0.05);
    const y = top - 0.045 + droop + random.normal(0, 0.012);
    const power = random.uniform(0.45, 0.75);
    for (
      let row = Math.max(0, Math.floor((y - tall) * size));
      row < Math.min(size, (y + tall) * size);
      row++
    ) {
      const v = ((row + 0.5) / size - y) / tall;
      const full = patient.breast * smoothStep(-1, 0.7, v);
      for (
        let column = Math.max(0, Math.floor((x - wide) * size));
        column < Math.min(size, (x + wide) * size);
        column++
      ) {
        const u = ((column + 0.5) / size - x) / wide;
        const room = 1 - u * u - v * v;
        if (room > 0) outer[row * size + column]! += full * room ** power;
      }
    }
  }
}

/** Height above the floor, as a fraction of the side, from which the heart's shadow hides it. */
const merging = 0.08;

/** Splits the body into lung, blood and wall. */
function fillChest(body: Body, outer: Map2, occupied: Map2, random: Random): void {
  const { patient, thorax, size, paths, lungDensity, cavity } = body;
  const coarse = smoothNoise(noisePlace(random.fork('density'), 0.5), size, 3);
  const fine = noisePlace(random.fork('parenchyma'), 0.8);
  const wall = smoothNoise(noisePlace(random.fork('wall'), 0.65), size, 2);
  const inside = patient.depth - 4.5 - 0.4 * patient.wallThickness;
  const middle = thorax.middle;
  const haze = perihilarHaze(body, random.fork('haze'));
  const split = Math.min(size, Math.max(0, Math.ceil(middle * size - 0.5)));
  for (const side of sides) {
    const from = side === 'right' ? 0 : split;
    const to = side === 'right' ? split : size;
    const wallX = thorax.wall[side];
    const apex = thorax.apex[side];
    const height = patient.lungHeight[side];
    const span = thorax.angle[side] - thorax.top[side] + 0.07;
    const line = () => new Float32Array(size);
    const [dome, beside, reach, round, base] = [line(), line(), line(), line(), line()];
    for (let column = 0; column < size; column++) {
      const x = (column + 0.5) / size;
      dome[column] = thorax.dome[side][tableIndex(x)]!;
      // The recess behind the dome ends beside the spine.
      beside[column] = smoothStep(0.06, 0.26, Math.abs(x - middle));
    }
    for (let row = 0; row < size; row++) {
      const y = (row + 0.5) / size;
      reach[row] = 1 / Math.abs(wallX[tableIndex(y)]! - middle);
      round[row] = inside * Math.sqrt(clamp01(((y - apex) / height) * 1.4) * 0.93 + 0.07);
      base[row] = 0.83 + 0.46 * clamp01((y - apex) / 0.6);
    }
    kernels().fillChest(
      size,
      from,
      to,
      middle,
      apex,
      span,
      merging,
      patient.fatShare,
      patient.lungDensity,
      patient.lungTexture,
      ...placeOf(fine),
      cellsOf(5),
      reach,
      round,
      base,
      haze[side].down,
      dome,
      beside,
      haze[side].across,
      outer,
      occupied,
      coarse,
      wall,
      paths.lung,
      paths.blood,
      paths.fat,
      paths.soft,
      lungDensity,
      cavity,
    );
  }
}

/** Vessels too small and too many to be drawn make the lung denser around the hila: a product of two bells. */
function perihilarHaze(
  body: Body,
  random: Random,
): Record<LungSide, { across: Float32Array; down: Float32Array }> {
  const { size, patient } = body;
  const bell = (centre: number, width: number, height: number) => {
    const line = new Float32Array(size);
    for (let place = 0; place < size; place++)
      line[place] = height * Math.exp(-0.5 * (((place + 0.5) / size - centre) / width) ** 2);
    return line;
  };
  const of = (side: LungSide) => {
    const { x, y } = hilumOf(body, side);
    const much = random.uniform(0.1, 0.42) * patient.hilum[side];
    return {
      across: bell(x, random.uniform(0.05, 0.08), much),
      down: bell(y + random.uniform(0.04, 0.12), random.uniform(0.1, 0.16), 1),
    };
  };
  return { right: of('right'), left: of('left') };
}
