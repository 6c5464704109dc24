import type { Random } from '../../../../base/index.js';
import { type Body, type LungSide, signOf, smoothStep } from '../body-map.js';
import type { CurvePoint } from '../raster.js';
import { tableIndex } from '../shape.js';
import {
  type FindingKind,
  fillBy,
  fromWall,
  lungHeight,
  lungPlace,
  noiseAt,
  noisePlace,
  type Placed,
} from './kind.js';
import { liftAngle, liftFloor } from './structure.js';

/** A cap of scar over the top of the lung: mm to a cm, with an uneven lower edge. */
export const apicalCap: FindingKind = {
  laterality: { left: 0.25, right: 0.3, bilateral: 0.45 },
  change(body, placed, random) {
    for (const side of placed.sides) cap(body, side, placed, random.fork(side));
  },
};

/** A thin band of scar along the side wall, mostly over the lower half of the lung. */
export const pleuralBand: FindingKind = {
  laterality: { left: 0.35, right: 0.4, bilateral: 0.25 },
  change(body, placed, random) {
    for (const side of placed.sides) {
      const own = random.fork(side);
      const high = placed.site === 'upper zone' || placed.site === 'upper lobe' || placed.site === 'apex';
      const from = high ? own.uniform(-0.05, 0.2) : own.uniform(0.3, 0.65);
      band(body, side, from, from + own.uniform(0.3, 0.6), placed, own);
    }
  },
};

/** What an old effusion leaves: a floor that meets the wall flat, the angle filled up to a straight or hollow edge. */
export const bluntedAngle: FindingKind = {
  laterality: { left: 0.42, right: 0.43, bilateral: 0.15 },
  reshape(patient, placed, random) {
    for (const side of placed.sides) {
      const own = random.fork(side);
      // Little: a floor that moves changes more of the picture than the scar itself.
      if (own.chance(0.5))
        liftAngle(patient, side, own.uniform(0.2, 1) * (0.015 + 0.03 * placed.severity) * placed.strength);
      if (own.chance(0.3)) liftFloor(patient, side, own.uniform(0, 0.01 + 0.025 * placed.severity));
    }
  },
  change(body, placed, random) {
    for (const side of placed.sides) {
      const own = random.fork(side);
      angle(body, side, placed, own);
      // It often runs up the wall for some way.
      if (own.chance(0.6)) {
        const from = own.uniform(0.5, 0.8);
        band(body, side, from, 1.2, { ...placed, severity: 0.6 * placed.severity }, own.fork('band'));
      }
      if (placed.extent === 'diffuse') {
        band(body, side, 0.05, 1.2, placed, own.fork('wall'));
        cap(body, side, placed, own.fork('cap'));
      }
    }
  },
};

/** Flat islands of thick pleura along the wall and on the floor, seen on edge and from the front. */
export const pleuralPlaque: FindingKind = {
  laterality: { left: 0.1, right: 0.1, bilateral: 0.8 },
  change(body, placed, random) {
    for (const side of placed.sides) plaques(body, side, placed, random.fork(side), 0);
  },
};

/** The same with lime in them: dense rolled edges. */
export const calcifiedPlaque: FindingKind = {
  laterality: { left: 0.15, right: 0.15, bilateral: 0.7 },
  change(body, placed, random) {
    for (const side of placed.sides) plaques(body, side, placed, random.fork(side), 1);
  },
};

function plaques(body: Body, side: LungSide, placed: Placed, random: Random, lime: number): void {
  const { brush, paths, patient, thorax } = body;
  const sign = signOf(side);
  const count = 2 + Math.round(random.uniform(1, 3) + 3 * placed.severity);
  for (let plaque = 0; plaque < count; plaque++) {
    const thick = (random.uniform(0.25, 0.6) + 0.4 * placed.severity) * placed.strength;
    const kind = random.weighted({ edge: 0.45, face: 0.35, floor: 0.2 });
    if (kind === 'edge') {
      const from = random.uniform(0.3, 0.85);
      const long = random.uniform(0.08, 0.2);
      const points: CurvePoint[] = [];
      for (let step = 0; step <= 8; step++) {
        const y = thorax.apex[side] + (from + (long * step) / 8) * (thorax.top[side] - thorax.apex[side]);
        const radius = ((thick * (0.3 + 0.7 * Math.sin((Math.PI * step) / 8))) / patient.field) * 0.7;
        points.push([thorax.wall[side][tableIndex(y)]! - sign * 0.7 * radius, y, radius]);
      }
      brush.curve(points, (patient.field * 2.5) / Math.max(0.4, thick));
    } else if (kind === 'floor') {
      const points: CurvePoint[] = [];
      const from = random.uniform(0.08, 0.14);
      for (let step = 0; step <= 8; step++) {
        const x = thorax.middle + sign * (from + 0.008 * step);
        points.push([x, thorax.dome[side][tableIndex(x)]! - 0.002, (0.5 * thick) / patient.field]);
      }
      brush.curve(points, patient.field * 2.5);
    } else {
      const [x, y] = lungPlace(body, side, random.uniform(0.3, 0.9), random.uniform(0.35, 0.95));
      brush.ellipse(
        x,
        y,
        random.uniform(0.012, 0.03),
        random.uniform(0.015, 0.04),
        1.2 * thick,
        0.25,
        random.uniform(-0.7, 0.7),
      );
    }
    brush.addTo(paths.soft);
    if (lime > 0) {
      const [x, y] = lungPlace(body, side, random.uniform(0.35, 1), random.uniform(0.35, 0.98));
      const points: CurvePoint[] = [];
      const turn = random.uniform(0, 2 * Math.PI);
      const round = random.uniform(0.01, 0.028);
      for (let step = 0; step <= 12; step++) {
        const angle = turn + (4.6 * step) / 12;
        const r = round * random.uniform(0.75, 1.25);
        points.push([
          x + r * Math.cos(angle),
          y + 1.3 * r * Math.sin(angle),
          random.uniform(0.08, 0.2) / patient.field,
        ]);
      }
      brush.curve(points, patient.field * random.uniform(0.7, 1.5) * placed.strength);
      brush.addTo(paths.bone);
    }
  }
}

/** How much of the lung along the beam is scar where there is any: pleura lies before and behind as well. */
const solid = 0.75;

function cap(body: Body, side: LungSide, placed: Placed, random: Random): void {
  const { thorax, patient } = body;
  const wave = noisePlace(random, 0.65);
  const thick = ((0.35 + 1.2 * placed.severity) * random.uniform(0.8, 1.2) * placed.strength) / patient.field;
  fillBy(body, side, (x, y) => {
    const below = y - thorax.apex[side];
    const wall = fromWall(body, side, x, y);
    const here = thick * Math.max(0.3, 1 + 0.3 * noiseAt(wave, x, 0.3, 3));
    return solid * smoothStep(1.25 * here, 0.75 * here, Math.min(below, 1.4 * wall + 0.4 * below));
  });
}

/** A band along the wall between two heights of the lung (0 its top, 1 the highest point of its floor). */
function band(body: Body, side: LungSide, from: number, to: number, placed: Placed, random: Random): void {
  const { patient } = body;
  const wave = noisePlace(random, 0.5);
  // Mostly some mm; a rind of cm is rare and severe.
  const rind = smoothStep(0.8, 1, placed.severity) * random.uniform(0, 1);
  const thick =
    ((0.25 + 0.6 * placed.severity + rind) * random.uniform(0.8, 1.2) * placed.strength) / patient.field;
  fillBy(body, side, (x, y) => {
    const height = lungHeight(body, side, y);
    const along =
      smoothStep(from - 0.08, from + 0.12, height) * (1 - smoothStep(to - 0.12, to + 0.08, height));
    const here = thick * along * (1 + 0.35 * noiseAt(wave, 0.3, y, 3));
    return here > 0.0005 ? solid * smoothStep(1.2 * here, 0.8 * here, fromWall(body, side, x, y)) : 0;
  });
}

function angle(body: Body, side: LungSide, placed: Placed, random: Random): void {
  const { thorax, patient } = body;
  const reach = ((1.6 + 3.2 * placed.severity) * placed.strength) / patient.field;
  const wide = reach * random.uniform(0.8, 1.3);
  const tall = reach * random.uniform(0.8, 1.6);
  const hollow = random.uniform(0.6, 1);
  fillBy(body, side, (x, y) => {
    const wall = Math.max(0, fromWall(body, side, x, y));
    const above = Math.max(0, thorax.angle[side] - y);
    const off = (wall / wide) ** hollow + (above / tall) ** hollow;
    return solid * smoothStep(1.12, 0.92, off);
  });
}
