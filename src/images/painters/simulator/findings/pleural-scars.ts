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
import { liftFloor } from './structure.js';

/** Scarred pleura: a cap at the top, a band along the wall, or a blunted angle. */
export const pleuralThickening: FindingKind = {
  laterality: { left: 0.33, right: 0.4, bilateral: 0.27 },
  reshape(patient, placed, random) {
    // Scarred pleura holds the base of the lung: often a floor that stands somewhat high.
    for (const side of placed.sides) {
      const own = random.fork(side);
      if (own.chance(0.5)) liftFloor(patient, side, own.uniform(0, 0.02 + 0.03 * placed.severity));
    }
  },
  change(body, placed, random) {
    for (const side of placed.sides) {
      const own = random.fork(side);
      const part = partOf(placed, own);
      thicken(body, side, part, placed, own);
      if (placed.extent === 'diffuse') {
        for (const other of ['cap', 'band', 'angle'] as const)
          if (other !== part) thicken(body, side, other, placed, own.fork(other));
      } else if (part !== 'angle' && own.chance(0.35))
        thicken(body, side, 'angle', placed, own.fork('angle'));
    }
  },
};

type Part = 'cap' | 'band' | 'angle';

function partOf(placed: Placed, random: Random): Part {
  switch (placed.site) {
    case 'apex':
      return 'cap';
    case 'costophrenic angle':
    case 'base':
    case 'lower zone':
    case 'lower lobe':
      return 'angle';
    case undefined:
      return random.weighted({ cap: 0.35, band: 0.3, angle: 0.35 });
    default:
      return 'band';
  }
}

/** A cap of scar over the top of the lung. */
export const apicalCap: FindingKind = {
  laterality: { left: 0.25, right: 0.3, bilateral: 0.45 },
  change(body, placed, random) {
    for (const side of placed.sides) thicken(body, side, 'cap', placed, random.fork(side));
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

function thicken(body: Body, side: LungSide, kind: Part, placed: Placed, random: Random): void {
  const { thorax, patient } = body;
  const wave = noisePlace(random, 0.5);
  const thick = ((0.6 + 1.5 * placed.severity) * random.uniform(0.8, 1.2) * placed.strength) / patient.field;
  const from = kind === 'band' ? random.uniform(0.15, 0.55) : 0;
  const to = kind === 'band' ? from + random.uniform(0.3, 0.7) : 0;
  fillBy(body, side, (x, y) => {
    const wall = fromWall(body, side, x, y);
    const height = lungHeight(body, side, y);
    let depth = 0;
    if (kind === 'cap') {
      const below = y - thorax.apex[side];
      const cap = thick * 1.6 * Math.max(0.4, 1 + 0.25 * noiseAt(wave, x, 0.3, 2));
      depth = smoothStep(cap * 1.4, cap * 0.6, Math.min(below, wall * 1.4 + 0.4 * below));
    } else if (kind === 'band') {
      const along = smoothStep(from - 0.1, from + 0.1, height) * (1 - smoothStep(to - 0.1, to + 0.1, height));
      const band = thick * along * (1 + 0.3 * noiseAt(wave, 0.3, y, 2));
      depth = band > 0.001 ? smoothStep(band * 1.3, band * 0.7, wall) : 0;
    } else {
      const corner = Math.hypot(wall * 0.8, Math.max(0, thorax.angle[side] - y));
      const reach = thick * 2.8 * Math.max(0.4, 1 + 0.18 * noiseAt(wave, x, y, 2));
      depth = smoothStep(reach * 1.35, reach * 0.65, corner);
    }
    return depth * 0.75;
  });
}
